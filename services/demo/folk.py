"""The demo shop's many customers: made up of names and places of their own language."""

from __future__ import annotations

from dataclasses import dataclass

from services.demo.catalogue import Market
from services.demo.dice import Dice
from services.demo.markets import MARKETS
from services.demo.people import email_of
from services.demo.words.scripts import Tongue
from services.demo.words.tongues import TONGUES
from shared.contracts.orders import IngestCustomer

FIRST_NUMBER = 20_001
"""Far above the sixty customers that every start brings."""
_PHONES = 1_000
"""Numbers that Ofcom keeps for fiction: 07700 900000 to 900999. No other market has such ones."""


@dataclass(frozen=True)
class Buyer:
    """One customer; `language` is the place among MARKETS, TONGUES and a product's titles."""

    number: int
    language: int
    name: str
    city: str
    region: str

    @property
    def market(self) -> Market:
        """Return where this customer buys."""
        return MARKETS[self.language]

    @property
    def tongue(self) -> Tongue:
        """Return how this customer speaks."""
        return TONGUES[self.language]

    @property
    def ref(self) -> str:
        """Return the shop's own id of the customer."""
        return f"FK-C{self.number}"

    def as_told(self) -> IngestCustomer:
        """Return the customer as the shop tells of one."""
        is_british = self.market.locale == "en-GB"
        phone = f"+44 7700 900{self.number % _PHONES:03d}" if is_british else None
        return IngestCustomer(
            shop_ref=self.ref,
            name=self.name,
            email=email_of(self.name, self.number),
            phone=phone,
            city=self.city,
            region=self.region,
            locale=self.market.locale,
        )


def folk(count: int) -> list[Buyer]:
    """Return so many customers; fewer are the first of more."""
    names: set[str] = set()
    return [_buyer(place, names) for place in range(count)]


def _buyer(place: int, names: set[str]) -> Buyer:
    dice = Dice("buyer", place)
    language = place % len(TONGUES)
    tongue, market = TONGUES[language], MARKETS[language]
    name = _name(tongue, dice)
    while name in names:
        name = _name(tongue, dice)
    names.add(name)
    _, city, region = dice.choose(market.people)
    return Buyer(FIRST_NUMBER + place, language, name, city, region)


def _name(tongue: Tongue, dice: Dice) -> str:
    woman, man = dice.choose(tongue.surnames)
    if dice.chance(0.6):
        return f"{dice.choose(tongue.women)} {woman}"
    return f"{dice.choose(tongue.men)} {man}"
