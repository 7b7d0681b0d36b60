"""Rules about orders: what is late."""

from __future__ import annotations

from shared.kernel.clock import Instant
from shared.kernel.vocabulary import OrderStatus

NOTHING_TO_COME = frozenset({OrderStatus.CANCELLED, OrderStatus.UNAVAILABLE})


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
