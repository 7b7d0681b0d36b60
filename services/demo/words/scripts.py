"""What a conversation with the demo shop is about, and how each language talks about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """What a customer writes about."""

    LATE = "late"
    LOST = "lost"
    DAMAGED = "damaged"
    RETURN = "return"
    REFUND = "refund"
    INVOICE = "invoice"
    GIFT = "gift"
    STOCK = "stock"


@dataclass(frozen=True)
class Script:
    """What is said about one topic; {order} and {product} stand for the order's own.

    Attributes:
        openings: the customer's first message.
        answer: what the agent says first.
        follow_up: what the customer says then.
        closings: what the agent says last; of a late parcel the second gives the freight back.
    """

    openings: tuple[str, ...]
    answer: str
    follow_up: str
    closings: tuple[str, str]


@dataclass(frozen=True)
class Tongue:
    """The people who speak one language, and how they speak.

    Attributes:
        surnames: the form of women and the form of men.
        greetings: what a first message may begin with; nothing, often.
        unscripted: what an agent says first and then to somebody who follows no script.
    """

    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[tuple[str, str], ...]
    greetings: tuple[str, ...]
    thanks: tuple[str, ...]
    scripts: Mapping[Topic, Script]
    unscripted: tuple[str, str]


def same(*names: str) -> tuple[tuple[str, str], ...]:
    """Return surnames that women and men share."""
    return tuple((name, name) for name in names)
