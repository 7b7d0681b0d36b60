"""Sleeps until something is due and sends the Ticks; decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final
from uuid import UUID

import structlog

from services.router.domain.commands import Tick
from services.router.usecases.decide import Deciders
from services.router.usecases.ownership import NotOwnedError, OwnDesk
from shared.kernel.clock import Clock
from shared.kernel.errors import RefusedError

log = structlog.get_logger()

RESOLUTION_MS: Final = 1
"""An event loop wakes up to a millisecond early; sleeping less than this would spin."""


REFUSED_S: Final = 0.05
"""Pause after a refused Tick: a full lane must not be filled further by the clock."""


class Clockwork:
    """Wakes at the earliest deadline of any engine, and whenever an earlier one appears."""

    def __init__(self, desk: OwnDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._moved = asyncio.Event()

    def moved(self) -> None:
        """Look again when the next deadline is."""
        self._moved.set()

    async def run(self, deciders: Deciders) -> None:
        """Send Ticks until cancelled."""
        while True:
            self._moved.clear()
            now = self._clock.now()
            due = deciders.due(now)
            if due:
                await self.tick(due)
            else:
                await self._sleep(deciders.next_deadline(), now)

    async def tick(self, shops: Iterable[UUID]) -> None:
        """Let whatever is due in these shops happen; a failed one has a new deadline soon."""
        await asyncio.gather(*(self._tick(shop_id) for shop_id in shops))

    async def _tick(self, shop_id: UUID) -> None:
        try:
            await self._desk.post(shop_id, Tick())
        except NotOwnedError:
            pass  # another router's clock is the one that counts
        except RefusedError:
            log.info("router.tick_refused", shop_id=str(shop_id))
            await asyncio.sleep(REFUSED_S)
        except Exception:  # one shop's defect stops no other shop's clock
            log.exception("router.tick_failed", shop_id=str(shop_id))

    async def _sleep(self, until: int | None, now: int) -> None:
        span_s = None if until is None else max(RESOLUTION_MS, until - now) / 1_000
        try:
            async with asyncio.timeout(span_s):
                await self._moved.wait()
        except TimeoutError:
            pass
