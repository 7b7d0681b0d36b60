"""Answers the requests of several subjects for as long as a block runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from shared.kit.bus.interface import Bus, Responder


@asynccontextmanager
async def serving(bus: Bus, responders: Mapping[str, Responder]) -> AsyncIterator[None]:
    """Serve each subject while the block runs; the last one begun ends first."""
    async with AsyncExitStack() as stack:
        for subject, responder in responders.items():
            server = await bus.serve(subject, responder)
            stack.push_async_callback(server.close)
        yield
