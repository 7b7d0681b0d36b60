"""What the demo shop sells in all: its first twelve products, and teas, plants and pottery."""
# ruff: noqa: RUF001  Cyrillic letters and the typographic apostrophe are what is meant.

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from services.demo.catalogue import PRODUCTS, Product
from services.demo.dice import draw

Titles: TypeAlias = tuple[str, str, str, str, str, str]
"""Dutch, Polish, Bulgarian, Romanian, Portuguese, English: the order of MARKETS."""

_TEAS: tuple[Titles, ...] = (
    ("Earl grey", "Earl grey", "Ърл грей", "Earl grey", "Earl grey", "Earl grey"),
    (
        "Zwarte thee assam",
        "Czarna herbata assam",
        "Черен чай асам",
        "Ceai negru assam",
        "Chá preto assam",
        "Black tea assam",
    ),
    (
        "Darjeeling, eerste pluk",
        "Darjeeling, pierwszy zbiór",
        "Дарджилинг, първа реколта",
        "Darjeeling, prima recoltă",
        "Darjeeling, primeira colheita",
        "Darjeeling, first flush",
    ),
    (
        "Jasmijnthee",
        "Herbata jaśminowa",
        "Жасминов чай",
        "Ceai de iasomie",
        "Chá de jasmim",
        "Jasmine tea",
    ),
    (
        "Matcha uit Uji",
        "Matcha z Uji",
        "Матча от Уджи",
        "Matcha din Uji",
        "Matcha de Uji",
        "Matcha from Uji",
    ),
    (
        "Oolong uit Taiwan",
        "Oolong z Tajwanu",
        "Улун от Тайван",
        "Oolong din Taiwan",
        "Oolong de Taiwan",
        "Oolong from Taiwan",
    ),
    (
        "Witte thee bai mudan",
        "Biała herbata bai mudan",
        "Бял чай бай мудан",
        "Ceai alb bai mudan",
        "Chá branco bai mudan",
        "White tea bai mudan",
    ),
    (
        "Kamillebloesem",
        "Kwiat rumianku",
        "Цвят от лайка",
        "Flori de mușețel",
        "Flores de camomila",
        "Chamomile flowers",
    ),
    (
        "Lindebloesem",
        "Kwiat lipy",
        "Липов цвят",
        "Flori de tei",
        "Flores de tília",
        "Lime blossom",
    ),
    (
        "Gember en citroen",
        "Imbir z cytryną",
        "Джинджифил и лимон",
        "Ghimbir și lămâie",
        "Gengibre e limão",
        "Ginger and lemon",
    ),
    (
        "Bulgaarse bergthee",
        "Bułgarska herbata górska",
        "Мурсалски чай",
        "Ceai de munte bulgăresc",
        "Chá de montanha búlgaro",
        "Bulgarian mountain tea",
    ),
    (
        "Winterthee met kaneel",
        "Zimowa herbata z cynamonem",
        "Зимен чай с канела",
        "Ceai de iarnă cu scorțișoară",
        "Chá de inverno com canela",
        "Winter tea with cinnamon",
    ),
)
_BAGS: tuple[Titles, ...] = (
    ("100 g", "100 g", "100 г", "100 g", "100 g", "100 g"),
    ("250 g", "250 g", "250 г", "250 g", "250 g", "250 g"),
)
_PLANTS: tuple[Titles, ...] = (
    (
        "Vogelnestvaren",
        "Zanokcica gniazdowa",
        "Асплениум",
        "Asplenium",
        "Asplénio",
        "Bird’s nest fern",
    ),
    ("Venushaar", "Adiantum", "Венерин косъм", "Părul Fetei", "Avenca", "Maidenhair fern"),
    (
        "Blauwe varen",
        "Paproć błękitna",
        "Синя папрат",
        "Ferigă albastră",
        "Feto-azul",
        "Blue star fern",
    ),
    ("Graslelie", "Zielistka", "Хлорофитум", "Clorofitum", "Clorófito", "Spider plant"),
    ("Pannenkoekplant", "Pilea", "Пилея", "Pilea", "Pilea", "Chinese money plant"),
    ("Lepelplant", "Skrzydłokwiat", "Спатифилум", "Crinul păcii", "Lírio-da-paz", "Peace lily"),
    ("Aloë vera", "Aloes", "Алое вера", "Aloe vera", "Aloé vera", "Aloe vera"),
    ("Klimop", "Bluszcz", "Бръшлян", "Iederă", "Hera", "Ivy"),
    (
        "Rubberplant",
        "Fikus sprężysty",
        "Фикус еластика",
        "Ficus elastica",
        "Árvore-da-borracha",
        "Rubber plant",
    ),
    (
        "Theestruik",
        "Krzew herbaciany",
        "Чаен храст",
        "Arbust de ceai",
        "Planta do chá",
        "Tea bush",
    ),
    (
        "Olijfboompje",
        "Drzewko oliwne",
        "Маслиново дръвче",
        "Măslin tânăr",
        "Oliveira jovem",
        "Young olive tree",
    ),
    ("Muntplant", "Mięta", "Мента", "Mentă", "Hortelã", "Mint plant"),
)
_POTS: tuple[Titles, ...] = (
    (
        "pot 12 cm",
        "doniczka 12 cm",
        "саксия 12 см",
        "ghiveci de 12 cm",
        "vaso de 12 cm",
        "12 cm pot",
    ),
    (
        "pot 19 cm",
        "doniczka 19 cm",
        "саксия 19 см",
        "ghiveci de 19 cm",
        "vaso de 19 cm",
        "19 cm pot",
    ),
)
_POTTERY: tuple[Titles, ...] = (
    (
        "Theekop",
        "Filiżanka do herbaty",
        "Чаша за чай",
        "Ceașcă de ceai",
        "Chávena de chá",
        "Tea cup",
    ),
    (
        "Theepot van aardewerk",
        "Ceramiczny imbryk",
        "Керамичен чайник",
        "Ceainic din ceramică",
        "Bule de cerâmica",
        "Stoneware teapot",
    ),
    ("Schoteltje", "Spodek", "Чинийка", "Farfurioară", "Pires", "Saucer"),
    ("Bloempot", "Doniczka", "Саксия", "Ghiveci", "Vaso", "Flower pot"),
    ("Vaas", "Wazon", "Ваза", "Vază", "Jarra", "Vase"),
    ("Suikerpot", "Cukiernica", "Захарница", "Zaharniță", "Açucareiro", "Sugar bowl"),
)
_GLAZES: tuple[Titles, ...] = (
    (
        "groen glazuur",
        "zielone szkliwo",
        "зелена глазура",
        "glazură verde",
        "esmalte verde",
        "green glaze",
    ),
    (
        "wit glazuur",
        "białe szkliwo",
        "бяла глазура",
        "glazură albă",
        "esmalte branco",
        "white glaze",
    ),
    (
        "grijs glazuur",
        "szare szkliwo",
        "сива глазура",
        "glazură gri",
        "esmalte cinzento",
        "grey glaze",
    ),
)


def _kinds(
    hundred: int, things: tuple[Titles, ...], forms: tuple[Titles, ...], least: int, most: int
) -> Iterator[Product]:
    """Yield each thing in each form; later forms cost more, each at a price that ends in 5."""
    for number, thing in enumerate(things):
        price = least + draw(most - least, "price", hundred, number)
        for place, form in enumerate(forms):
            titles = tuple(f"{name}, {how}" for name, how in zip(thing, form, strict=True))
            yield Product(
                ref=f"FK-{hundred + number * len(forms) + place}",
                price_eur_minor=price * (2 + place) // 20 * 10 + 5,
                titles=(titles[0], titles[1], titles[2], titles[3], titles[4], titles[5]),
            )


WARES: tuple[Product, ...] = (
    *PRODUCTS,
    *_kinds(400, _TEAS, _BAGS, 690, 1_490),
    *_kinds(500, _PLANTS, _POTS, 890, 2_490),
    *_kinds(600, _POTTERY, _GLAZES, 990, 3_490),
)
