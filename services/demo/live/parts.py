"""What the simulated customers come with: a question of their own, in their own words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.demo.dice import Dice
from services.demo.life import Life
from services.demo.markets import MARKETS
from services.demo.tales import Tale
from services.demo.wares import WARES
from services.demo.words.sayings import opening
from services.demo.words.scripts import Script, Tongue, Topic
from services.demo.words.tongues import TONGUES

ANONYMOUS_SHARE = 0.15
"""Of customers who are not signed in to the shop: they ask before they buy."""
WEIGHTS: Mapping[Topic, int] = {
    Topic.LATE: 6,
    Topic.LOST: 1,
    Topic.DAMAGED: 4,
    Topic.RETURN: 3,
    Topic.REFUND: 3,
    Topic.INVOICE: 2,
    Topic.GIFT: 2,
}
"""How often each is asked: a parcel that is not there, most of all."""


@dataclass(frozen=True)
class Part:
    """One conversation to be played; `customer` is the shop's id of who writes, or nobody's."""

    customer: str | None
    tongue: Tongue
    topic: Topic
    order: str
    product: str
    first_words: str

    @property
    def script(self) -> Script:
        """Return what is said."""
        return self.tongue.scripts[self.topic]


class Casting:
    """Draws who comes next; nobody is in two conversations at once."""

    def __init__(self, life: Life, dice: Dice) -> None:
        self._dice = dice
        self._tales: dict[Topic, list[Tale]] = defaultdict(list)
        for tale in life.tales:
            if tale.question is not None:
                self._tales[tale.question].append(tale)
        self._on_stage: set[str] = set()

    def next_part(self) -> Part:
        """Return who comes next and what for."""
        free = self._free()
        if not free or self._dice.chance(ANONYMOUS_SHARE):
            return self._anonymous()
        topics = [topic for topic in sorted(free) for _ in range(WEIGHTS[topic])]
        tale = self._dice.choose(free[self._dice.choose(topics)])
        self._on_stage.add(tale.buyer.ref)
        assert tale.question is not None  # noqa: S101  only such tales are kept
        return self._part(
            tale.buyer.ref,
            tale.buyer.tongue,
            tale.question,
            tale.order.reference,
            tale.product,
        )

    def gone(self, part: Part) -> None:
        """Let somebody come again later."""
        if part.customer is not None:
            self._on_stage.discard(part.customer)

    def _free(self) -> dict[Topic, Sequence[Tale]]:
        free = {
            topic: [tale for tale in tales if tale.buyer.ref not in self._on_stage]
            for topic, tales in self._tales.items()
        }
        return {topic: tales for topic, tales in free.items() if tales}

    def _anonymous(self) -> Part:
        language = self._dice.below(len(TONGUES))
        product = self._dice.choose(WARES).titles[language]
        return self._part(None, TONGUES[language], Topic.STOCK, "", product)

    def _part(
        self, customer: str | None, tongue: Tongue, topic: Topic, order: str, product: str
    ) -> Part:
        words = opening(tongue, topic, order=order, product=product, dice=self._dice)
        return Part(customer, tongue, topic, order, product, words)


class Playbook:
    """Which conversation is which part: the simulated agents look their lines up here."""

    def __init__(self) -> None:
        self._parts: dict[UUID, Part] = {}

    def note(self, conversation_id: UUID, part: Part) -> None:
        """Remember a conversation's part."""
        self._parts[conversation_id] = part

    def lines_for(self, conversation_id: UUID, locale: str | None, dice: Dice) -> tuple[str, str]:
        """Return an agent's first and last line; others are spoken to as well."""
        part = self._parts.get(conversation_id)
        if part is None:
            return _tongue_of(locale).unscripted
        said = part.script.answer.format(order=part.order, product=part.product)
        return said, dice.choose(part.script.closings).format(product=part.product)


def _tongue_of(locale: str | None) -> Tongue:
    known = {market.locale: tongue for market, tongue in zip(MARKETS, TONGUES, strict=True)}
    return known.get(locale or "", TONGUES[-1])
