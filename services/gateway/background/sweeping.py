"""Removes, now and then, the sessions whose customers never wrote."""

from __future__ import annotations

import asyncio

from services.gateway.usecases.sweep_sessions import SilentSessions, sweep_sessions
from shared.kernel.clock import Clock

EVERY_S = 600.0
"""Against a day's age this is at once; between two the sessions of a storm wait."""
BETWEEN_PAGES_S = 0.05
"""The sweep has time; those who write have not."""


async def sweep_for_ever(store: SilentSessions, clock: Clock) -> None:
    """Look through the sessions again and again, until cancelled."""
    while True:
        async for _ in sweep_sessions(store, clock.now()):
            await asyncio.sleep(BETWEEN_PAGES_S)
        await asyncio.sleep(EVERY_S)
