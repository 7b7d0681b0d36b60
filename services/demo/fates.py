"""How one order goes: well, late, lost, broken, sent back, cancelled; and what shows of it when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeAlias

from services.demo.dice import Dice
from services.demo.seasons import DAY, HOUR
from shared.contracts.orders import IngestOrder, OrderLine
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import OrderStatus

PROMISED_DAYS = (2, 4, 5, 4, 4, 3)
"""From order to door by market, in the order of MARKETS: the shop packs in the Netherlands."""
LATE_DAYS_MAX = 9
FREIGHT_BACK_DAYS = 4
"""From so many days late on, the shop gives the freight back."""
LOST_AFTER_DAYS = 14
"""So long after its promise a parcel is given up."""
REFUND_OF_BROKEN = 2 * DAY
"""From arrival: the buyer writes within thirty hours, and is believed."""
REFUND_OF_RETURNED = 5 * DAY
"""From the day it is back: looked at, booked, paid."""
DELAYS = (
    "Missed the line haul at Venlo; on the next one.",
    "Held at the sorting centre: the address label was torn and has been replaced.",
    "Nobody at home twice; the carrier tries a third time.",
    "Snow on the route: the carrier is two days behind.",
    "Sorted to the wrong region and on its way back.",
    "Waited for one product to be repotted; the customer was told by e-mail.",
)
"""The shop's own notes; its people share English, whatever they speak with customers."""


class Fate(StrEnum):
    """How an order goes."""

    FINE = "fine"
    CANCELLED = "cancelled"
    LATE = "late"
    LOST = "lost"
    DAMAGED = "damaged"
    RETURNED = "returned"


_FATES = (
    *((Fate.LATE, 0.11), (Fate.RETURNED, 0.07), (Fate.DAMAGED, 0.06)),
    *((Fate.CANCELLED, 0.035), (Fate.LOST, 0.02)),
)
"""How likely each is; the rest goes well."""


@dataclass(frozen=True)
class Plan:
    """What is settled when an order is placed; instants may lie after the day it is told on.

    Attributes:
        asks_at: when the buyer has reason to write.
        back_at: when what is returned is back; of no meaning for other fates.
    """

    fate: Fate
    placed_at: Instant
    promised_at: Instant
    arrives_at: Instant
    asks_at: Instant
    back_at: Instant
    note: str

    @property
    def is_very_late(self) -> bool:
        """Return whether the shop gives the freight back for it."""
        late_by = self.arrives_at - self.promised_at
        return self.fate is Fate.LATE and late_by > (FREIGHT_BACK_DAYS - 1) * DAY


def plan_of(language: int, placed_at: Instant, line: OrderLine, dice: Dice) -> Plan:
    """Return what is settled of an order at its placing; `line` is the one that may break."""
    fate = _fate(dice)
    promised_at = placed_at - placed_at % DAY + PROMISED_DAYS[language] * DAY + 18 * HOUR
    arrives_at = promised_at - dice.between(1, 28) * HOUR
    plan = Plan(
        fate, placed_at, promised_at, arrives_at, arrives_at + dice.between(1, 30) * HOUR, 0, ""
    )
    match fate:
        case Fate.LATE:
            late_by = dice.between(1, LATE_DAYS_MAX) * DAY - dice.between(1, 6) * HOUR
            asks_at = promised_at + int(late_by * (0.3 + 0.6 * dice.share()))
            return replace(
                plan, arrives_at=promised_at + late_by, asks_at=asks_at, note=dice.choose(DELAYS)
            )
        case Fate.LOST:
            asks_at = promised_at + dice.between(10 * 24, 13 * 24) * HOUR
            return replace(plan, asks_at=asks_at)
        case Fate.DAMAGED:
            return replace(plan, note=f"“{line.title}” arrived broken. Nothing to be sent back.")
        case Fate.RETURNED:
            asks_at = arrives_at + dice.between(20, 120) * HOUR
            return replace(
                plan, asks_at=asks_at, back_at=asks_at + dice.between(3 * 24, 10 * 24) * HOUR
            )
        case Fate.FINE | Fate.CANCELLED:
            return plan


def _fate(dice: Dice) -> Fate:
    share = dice.share()
    for fate, likelihood in _FATES:
        share -= likelihood
        if share < 0:
            return fate
    return Fate.FINE


def status_on(plan: Plan, today: Instant) -> OrderStatus:
    """Return where the order stands today."""
    age = today - plan.placed_at
    if plan.fate is Fate.CANCELLED and age > 8 * HOUR:
        return OrderStatus.CANCELLED
    if age < 5 * HOUR:
        return OrderStatus.PAID
    if age < 26 * HOUR:
        return OrderStatus.PROCESSING
    if plan.fate is Fate.LOST:
        given_up = today >= plan.promised_at + LOST_AFTER_DAYS * DAY
        return OrderStatus.CANCELLED if given_up else OrderStatus.SHIPPED
    return OrderStatus.DELIVERED if plan.arrives_at <= today else OrderStatus.SHIPPED


Told: TypeAlias = dict[str, Any]
"""Fields of an order that something has changed."""


def as_of(order: IngestOrder, plan: Plan, today: Instant) -> IngestOrder:
    """Return the order with what has happened to it by today: arrival, return, refund, note."""
    told: Told = {}
    if order.status is OrderStatus.DELIVERED:
        told["delivered_at"] = plan.arrives_at
    happened = _HAPPENED.get(plan.fate)
    if happened is not None:
        told |= happened(order, plan, today)
    return order.model_copy(update=told)


def _cancelled(order: IngestOrder, _plan: Plan, _today: Instant) -> Told:
    if order.status is not OrderStatus.CANCELLED:
        return {}
    note = "Cancelled by the customer before it was packed."
    return {"refunded_minor": order.total_minor, "note": note}


def _late(order: IngestOrder, plan: Plan, today: Instant) -> Told:
    if plan.promised_at - DAY > today:
        return {}
    is_freight_back = plan.is_very_late and plan.arrives_at + DAY <= today
    return {
        "note": plan.note,
        "refunded_minor": order.lines[0].freight_minor if is_freight_back else 0,
    }


def _lost(order: IngestOrder, plan: Plan, today: Instant) -> Told:
    if order.status is OrderStatus.CANCELLED:
        note = "Lost by the carrier and refunded in full."
        return {"refunded_minor": order.total_minor, "note": note}
    if plan.promised_at + 2 * DAY <= today:
        return {"note": "No scan since it left us: the carrier is searching."}
    return {}


def _damaged(order: IngestOrder, plan: Plan, today: Instant) -> Told:
    if plan.arrives_at + REFUND_OF_BROKEN <= today:
        return {"refunded_minor": order.lines[0].unit_price_minor, "note": plan.note}
    return {}


def _returned(order: IngestOrder, plan: Plan, today: Instant) -> Told:
    if plan.back_at > today:
        return {}
    line = order.lines[0]
    is_paid = plan.back_at + REFUND_OF_RETURNED <= today
    return {
        "returned_at": plan.back_at,
        "refunded_minor": line.unit_price_minor * line.quantity if is_paid else 0,
    }


_HAPPENED: Mapping[Fate, Callable[[IngestOrder, Plan, Instant], Told]] = MappingProxyType(
    {
        Fate.CANCELLED: _cancelled,
        Fate.LATE: _late,
        Fate.LOST: _lost,
        Fate.DAMAGED: _damaged,
        Fate.RETURNED: _returned,
    }
)
