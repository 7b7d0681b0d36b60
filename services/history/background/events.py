"""Takes other services' events off the bus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.history.usecases.ports import ContactStore
from services.history.usecases.record_events import record_events
from shared.kernel.vocabulary import Service
from shared.kit.bus.interface import Bus
from shared.kit.inbox import serve_events


@asynccontextmanager
async def taking_events(bus: Bus, store: ContactStore) -> AsyncIterator[None]:
    """Record events while the block runs."""
    subscription = await serve_events(bus, Service.HISTORY, partial(record_events, store))
    try:
        yield
    finally:
        await subscription.close()
