"""Knows of each shop whether it is open, without asking the router at every hello."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.contracts.hours import ShopHours
from shared.kernel.clock import Clock, Instant, Millis
from shared.kernel.errors import RefusedError

FRESH_FOR_MS: Final[Millis] = 10_000
"""How late new hours may be told: an administrator waits no longer than that to see them."""
ASK_WITHIN_S: Final = 0.25
"""No hello waits longer for it; then the customer is told nothing about hours."""
SHOPS_MAX: Final = 20_000
"""Shops remembered: some 5 MB."""

AskHours = Callable[[UUID], Awaitable[ShopHours]]
"""(shop) -> its hours; raises RefusedError."""


@dataclass(frozen=True, slots=True)
class _Known:
    hours: ShopHours
    good_until: Instant


class HoursBook:
    """The hours of shops as the router told them; many who ask at once are one question."""

    def __init__(self, ask: AskHours, clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._known: dict[UUID, _Known] = {}
        self._asking: dict[UUID, asyncio.Task[ShopHours | None]] = {}

    async def of(self, shop_id: UUID) -> ShopHours | None:
        """Return a shop's hours; None: the router does not say, so nobody knows."""
        known = self._known.get(shop_id)
        if known is not None and self._clock.now() < known.good_until:
            return known.hours
        asking = self._asking.get(shop_id)
        if asking is None:
            asking = asyncio.get_running_loop().create_task(self._look(shop_id))
            self._asking[shop_id] = asking
        return await asyncio.shield(asking)

    async def _look(self, shop_id: UUID) -> ShopHours | None:
        try:
            async with asyncio.timeout(ASK_WITHIN_S):
                hours = await self._ask(shop_id)
        except (RefusedError, TimeoutError):
            self._known.pop(shop_id, None)
            return None
        finally:
            self._asking.pop(shop_id, None)
        if len(self._known) >= SHOPS_MAX:
            self._known.clear()
        self._known[shop_id] = _Known(hours, self._until(hours))
        return hours

    def _until(self, hours: ShopHours) -> Instant:
        fresh = self._clock.now() + FRESH_FOR_MS
        change = hours.closes_at if hours.open else hours.opens_at
        return fresh if change is None else min(fresh, change)
