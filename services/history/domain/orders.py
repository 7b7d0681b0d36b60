"""Rules about orders: what is late, and what follows from an order's parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from shared.contracts.orders import IngestOrder, Shipment
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import OrderStatus, ReturnStatus, ShipmentStatus

NOTHING_TO_COME = frozenset({OrderStatus.CANCELLED, OrderStatus.UNAVAILABLE})
_NO_PARCEL = frozenset({ShipmentStatus.FAILED, ShipmentStatus.CANCELLED})


class Outcome(NamedTuple):
    """What an order's parts come to: its own word where it has one.

    A tuple, as one is made for each order that is taken: a frozen dataclass costs four times that.
    """

    promised_at: Instant | None
    delivered_at: Instant | None
    refunded_minor: int
    returned_at: Instant | None


def outcome_of(order: IngestOrder) -> Outcome:
    """Return what an order says itself, and what its parts say where it is silent.

    The last promise counts and the last delivery: an order has come when all of it has.
    """
    parts = order.parts
    if not (parts.shipments or parts.refunds or parts.returns):
        return Outcome(
            order.promised_at, order.delivered_at, order.refunded_minor, order.returned_at
        )
    parcels = [one for one in parts.shipments if one.status not in _NO_PARCEL]
    return Outcome(
        promised_at=order.promised_at or _last(one.promised_at for one in parcels),
        delivered_at=order.delivered_at or _all_delivered(parcels),
        refunded_minor=order.refunded_minor or _refunded(order),
        returned_at=order.returned_at or _returned(order),
    )


def _last(instants: Iterable[Instant | None]) -> Instant | None:
    return max((at for at in instants if at is not None), default=None)


def _all_delivered(parcels: list[Shipment]) -> Instant | None:
    if all(one.status is ShipmentStatus.DELIVERED for one in parcels):
        return _last(one.delivered_at for one in parcels)
    return None


def _refunded(order: IngestOrder) -> int:
    """Return the sum of the refunds; shipping and gifts may lift it above the total."""
    return min(sum(one.amount_minor for one in order.parts.refunds), order.total_minor)


def _returned(order: IngestOrder) -> Instant | None:
    came_back = [one for one in order.parts.returns if one.status is ReturnStatus.RECEIVED]
    return _last(one.received_at for one in came_back)


def is_late(
    status: OrderStatus,
    promised_at: Instant | None,
    delivered_at: Instant | None,
    at: Instant,
) -> bool:
    """Tell whether an order came after its promise, or has not come by `at` though it should.

    An order of which nothing will come is not late, nor one that came at a time nobody noted.
    """
    if promised_at is None or status in NOTHING_TO_COME:
        return False
    if delivered_at is not None:
        return delivered_at > promised_at
    return status is not OrderStatus.DELIVERED and at > promised_at
