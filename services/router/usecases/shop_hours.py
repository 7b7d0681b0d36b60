"""Tells other services whether a shop is staffed now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from services.router.domain.hours import standing
from shared.contracts.accounts import OpeningHours
from shared.contracts.hours import ShopHours
from shared.kernel.clock import Clock

ReadHours = Callable[[UUID], Awaitable[OpeningHours | None]]
"""(shop) -> the hours of its default queue; None: always open."""


async def shop_hours(shop_id: UUID, *, read: ReadHours, clock: Clock) -> ShopHours:
    """Return whether a shop is open, and when that changes; a shop nobody knows is open."""
    hours = await read(shop_id)
    now = standing(hours, clock.now())
    return ShopHours(
        open=now.is_open,
        opens_at=None if now.is_open else now.until,
        closes_at=now.until if now.is_open else None,
        time_zone=None if hours is None else hours.time_zone,
    )
