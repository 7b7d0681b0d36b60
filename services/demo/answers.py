"""What the demo shop answers: an FAQ in six languages, and replies that its agents choose from."""
# ruff: noqa: RUF001  Bulgarian is written in Cyrillic, some of it like Latin

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shared.contracts.answers import NewAnswer

_FAQ: Final[dict[str, dict[str, tuple[str, str, tuple[str, ...]]]]] = {
    "returns": {
        "en": (
            "How do I return something?",
            "Within 30 days, with the label that lies in the parcel. The money is back soon after.",
            ("send it back", "I do not want it any more", "refund"),
        ),
        "nl": (
            "Hoe stuur ik iets terug?",
            "Binnen 30 dagen, met het label dat in het pakket zit.",
            ("retourneren", "ik wil het niet meer", "geld terug"),
        ),
        "pl": (
            "Jak zwrócić towar?",
            "W ciągu 30 dni, z etykietą, która jest w paczce.",
            ("zwrot", "oddać zamówienie", "zwrot pieniędzy"),
        ),
        "bg": (
            "Как да върна поръчка?",
            "До 30 дни, с етикета в пратката.",
            ("връщане", "искам да върна", "възстановяване на сума"),
        ),
        "ro": (
            "Cum pot returna un produs?",
            "În 30 de zile, cu eticheta din colet.",
            ("retur", "nu îl mai vreau", "bani înapoi"),
        ),
        "pt": (
            "Como posso devolver um produto?",
            "Em 30 dias, com a etiqueta que está na encomenda.",
            ("devolução", "já não quero", "reembolso"),
        ),
    },
    "delivery": {
        "en": (
            "How long does delivery take?",
            "Two working days. When the parcel has left you get an e-mail with its number.",
            ("where is my order", "when does my parcel arrive", "tracking"),
        ),
        "nl": (
            "Hoe lang duurt de levering?",
            "Twee werkdagen. Zodra het pakket weg is, krijg je een e-mail met het nummer.",
            ("waar is mijn bestelling", "wanneer komt mijn pakket"),
        ),
        "pl": (
            "Jak długo trwa dostawa?",
            "Dwa dni robocze. Gdy paczka wyruszy, wyślemy e-mail z jej numerem.",
            ("gdzie jest moje zamówienie", "kiedy przyjdzie paczka"),
        ),
        "bg": (
            "Колко време отнема доставката?",
            "Два работни дни. Щом пратката тръгне, ще получите имейл с номера ѝ.",
            ("къде е поръчката ми", "кога ще пристигне пратката"),
        ),
        "ro": (
            "Cât durează livrarea?",
            "Două zile lucrătoare. Când coletul pleacă, primiți un e-mail cu numărul lui.",
            ("unde este comanda mea", "când ajunge coletul"),
        ),
        "pt": (
            "Quanto tempo demora a entrega?",
            "Dois dias úteis. Quando a encomenda sair, recebe um e-mail com o número.",
            ("onde está a minha encomenda", "quando chega"),
        ),
    },
}
_REPLIES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "hello": {
        "en": ("Say hello", "Hello {first_name}, this is {agent_name}. How can I help?"),
        "nl": (
            "Begroeten",
            "Hallo {first_name}, met {agent_name}. Waarmee kan ik helpen?",
        ),
        "pl": ("Powitanie", "Dzień dobry, z tej strony {agent_name}. W czym mogę pomóc?"),
        "bg": ("Поздрав", "Здравейте {first_name}, аз съм {agent_name}. С какво да помогна?"),
        "ro": ("Salut", "Bună ziua {first_name}, sunt {agent_name}. Cu ce vă pot ajuta?"),
        "pt": ("Saudação", "Olá {first_name}, fala {agent_name}. Em que posso ajudar?"),
    },
    "return-label": {
        "en": (
            "Return label",
            "The return label lies in the parcel. Is it lost, {first_name}? I send you a new one.",
        ),
    },
    "late-parcel": {
        "en": (
            "Late parcel",
            "I am sorry that your parcel is late. I ask the carrier now and tell you more.",
        ),
    },
    "anything-else": {"en": ("Anything else", "Is there anything else that I can do for you?")},
}


def demo_faq() -> Iterator[NewAnswer]:
    """Yield the FAQ."""
    for key, languages in _FAQ.items():
        for language, (title, text, phrasings) in languages.items():
            yield NewAnswer(key=key, language=language, title=title, text=text, phrasings=phrasings)


def demo_replies() -> Iterator[NewAnswer]:
    """Yield the replies."""
    for key, languages in _REPLIES.items():
        for language, (title, text) in languages.items():
            yield NewAnswer(key=key, language=language, title=title, text=text)
