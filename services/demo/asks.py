"""What a buyer has reason to write about an order, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.demo.dice import Dice
from services.demo.fates import Fate, Plan
from services.demo.seasons import DAY, HOUR
from services.demo.words.scripts import Topic
from shared.contracts.orders import IngestOrder
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import OrderStatus

FRESH_DAYS = 5
"""So long after a parcel came its buyer may still find something broken."""
ASKED_FOR_DAYS = 30
"""So long there are questions about an order that has come."""


@dataclass(frozen=True)
class Ask:
    """The buyer may write about a topic, at an instant."""

    topic: Topic
    at: Instant


def asks_of(plan: Plan, dice: Dice) -> Iterator[Ask]:
    """Yield what the buyer may have written over the life of the order, oldest first."""
    match plan.fate:
        case Fate.LATE:
            yield Ask(Topic.LATE, plan.asks_at)
        case Fate.LOST:
            yield Ask(Topic.LOST, plan.asks_at)
        case Fate.DAMAGED:
            yield Ask(Topic.DAMAGED, plan.asks_at)
        case Fate.RETURNED:
            yield Ask(Topic.RETURN, plan.asks_at)
            yield Ask(Topic.REFUND, plan.back_at + dice.between(2 * 24, 4 * 24) * HOUR)
        case Fate.FINE if dice.chance(0.05):
            if dice.chance(0.5):
                yield Ask(Topic.GIFT, plan.placed_at + dice.between(1, 15) * HOUR)
            else:
                yield Ask(Topic.INVOICE, plan.asks_at + dice.between(1, 14) * DAY)
        case _:
            pass


def question_of(order: IngestOrder, plan: Plan, today: Instant, dice: Dice) -> Topic | None:
    """Return what today's card of the order gives reason to ask, if anything."""
    if order.status in {OrderStatus.PAID, OrderStatus.PROCESSING}:
        return Topic.GIFT
    if order.status is OrderStatus.SHIPPED and plan.promised_at < today:
        is_lost = plan.fate is Fate.LOST and plan.asks_at < today
        return Topic.LOST if is_lost else Topic.LATE
    if order.delivered_at is None or today - order.delivered_at > ASKED_FOR_DAYS * DAY:
        return None
    if order.refunded_minor:
        return Topic.INVOICE
    if order.returned_at is not None:
        return Topic.REFUND
    is_fresh = today - order.delivered_at < FRESH_DAYS * DAY
    return dice.choose(_WHEN_FRESH if is_fresh else _LATER)


_WHEN_FRESH = (Topic.DAMAGED, Topic.DAMAGED, Topic.RETURN)
_LATER = (Topic.RETURN, Topic.INVOICE)
