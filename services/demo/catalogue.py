"""What the demo shop sells, who buys there and what they say: all made up by us."""
# ruff: noqa: RUF001  Cyrillic letters and the apostrophe of Dutch names are what is meant.

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """One product; the title of each language stands at its language's place in LANGUAGES."""

    ref: str
    price_eur_minor: int
    titles: tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Market:
    """The customers of one language and what they write.

    Attributes:
        rate_percent: the currency's units for one euro, in hundredths, rounded for price tags.
        people: name, city and region of each customer.
        questions: first messages of past conversations.
        reviews: from one star to five.
    """

    locale: str
    currency: str
    rate_percent: int
    people: tuple[tuple[str, str, str], ...]
    questions: tuple[str, ...]
    reviews: tuple[str, str, str, str, str]

    def price(self, eur_minor: int) -> int:
        """Return an amount in this market's currency, in minor units."""
        return eur_minor * self.rate_percent // 100


PRODUCTS = (
    Product(
        "FK-101",
        4_995,
        (
            "Gietijzeren theepot 1,2 l",
            "Żeliwny dzbanek do herbaty 1,2 l",
            "Чугунен чайник 1,2 л",
            "Ceainic din fontă 1,2 l",
            "Bule de chá em ferro fundido 1,2 l",
            "Cast-iron teapot 1.2 l",
        ),
    ),
    Product(
        "FK-102",
        6_450,
        (
            "Fluitketel, roestvrij staal",
            "Czajnik z gwizdkiem, stal nierdzewna",
            "Чайник със свирка, неръждаема стомана",
            "Fierbător cu fluier, oțel inoxidabil",
            "Chaleira com apito, aço inoxidável",
            "Whistling kettle, stainless steel",
        ),
    ),
    Product(
        "FK-110",
        1_295,
        (
            "Groene thee sencha, 100 g",
            "Zielona herbata sencha, 100 g",
            "Зелен чай сенча, 100 г",
            "Ceai verde sencha, 100 g",
            "Chá verde sencha, 100 g",
            "Green tea sencha, 100 g",
        ),
    ),
    Product(
        "FK-111",
        1_150,
        (
            "Rooibos met vanille, 150 g",
            "Rooibos z wanilią, 150 g",
            "Ройбос с ванилия, 150 г",
            "Rooibos cu vanilie, 150 g",
            "Rooibos com baunilha, 150 g",
            "Rooibos with vanilla, 150 g",
        ),
    ),
    Product(
        "FK-112",
        990,
        (
            "Verse muntthee, los",
            "Herbata miętowa, liściasta",
            "Ментов чай, насипен",
            "Ceai de mentă, vrac",
            "Chá de hortelã, a granel",
            "Peppermint tea, loose",
        ),
    ),
    Product(
        "FK-201",
        2_495,
        (
            "Boston-varen in aardewerken pot",
            "Paproć bostońska w glinianej doniczce",
            "Бостънска папрат в керамична саксия",
            "Ferigă de Boston în ghiveci de lut",
            "Samambaia de Boston em vaso de barro",
            "Boston fern in a clay pot",
        ),
    ),
    Product(
        "FK-202",
        1_850,
        (
            "Vrouwentong, 40 cm",
            "Sansewieria, 40 cm",
            "Сансевиерия, 40 см",
            "Sansevieria (limba-soacrei), 40 cm",
            "Espada-de-são-jorge, 40 cm",
            "Snake plant, 40 cm",
        ),
    ),
    Product(
        "FK-203",
        3_200,
        (
            "Gatenplant, jong",
            "Monstera dziurawa, młoda",
            "Монстера, млада",
            "Monstera tânără",
            "Costela-de-adão jovem",
            "Young Swiss cheese plant",
        ),
    ),
    Product(
        "FK-301",
        1_495,
        (
            "Set van twee kommen, blauw glazuur",
            "Zestaw dwóch miseczek, niebieskie szkliwo",
            "Комплект две купички, синя глазура",
            "Set de două boluri, glazură albastră",
            "Conjunto de duas tigelas, esmalte azul",
            "Set of two bowls, blue glaze",
        ),
    ),
    Product(
        "FK-302",
        890,
        (
            "Bamboe theezeefje",
            "Bambusowe sitko do herbaty",
            "Бамбукова цедка за чай",
            "Strecurătoare de ceai din bambus",
            "Coador de chá em bambu",
            "Bamboo tea strainer",
        ),
    ),
    Product(
        "FK-303",
        2_150,
        (
            "Gieter met lange tuit, koper",
            "Konewka z długą szyjką, miedziana",
            "Лейка с дълъг чучур, мед",
            "Stropitoare cu gât lung, cupru",
            "Regador de bico comprido, cobre",
            "Long-spout watering can, copper",
        ),
    ),
    Product(
        "FK-304",
        1_095,
        (
            "Potgrond voor kamerplanten, 10 l",
            "Ziemia do roślin doniczkowych, 10 l",
            "Почва за стайни растения, 10 л",
            "Pământ pentru plante de interior, 10 l",
            "Terra para plantas de interior, 10 l",
            "Potting soil for house plants, 10 l",
        ),
    ),
)
