"""Hears from the routers in which shops an agent is free."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from pydantic import ValidationError

from shared.contracts.hours import FreeAgents
from shared.contracts.subjects import FREE_AGENTS
from shared.kit.bus.interface import Bus

log = structlog.get_logger()


@asynccontextmanager
async def hearing_free_agents(bus: Bus, hear: Callable[[FreeAgents], None]) -> AsyncIterator[None]:
    """Call `hear` for everything that is published of it while the block runs."""

    def take(payload: bytes) -> None:
        try:
            told = FreeAgents.model_validate_json(payload)
        except ValidationError:
            log.warning("free_agents.unreadable")
            return
        hear(told)

    subscription = await bus.subscribe(FREE_AGENTS, take)
    try:
        yield
    finally:
        await subscription.close()
