"""Answers what other services ask over the bus: durable events in, agents' snapshots out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.router.usecases.agent_desk import AgentDesk
from services.router.usecases.hear_events import HearEvents
from shared.contracts import subjects
from shared.contracts.routing import SnapshotRequest
from shared.kernel.vocabulary import Service
from shared.kit.bus.interface import Bus
from shared.kit.inbox import serve_events


@asynccontextmanager
async def answering(bus: Bus, events: HearEvents, desk: AgentDesk) -> AsyncIterator[None]:
    """Serve events.router and the agents' snapshots while the block runs."""

    async def snapshot(raw: bytes) -> bytes:
        request = SnapshotRequest.model_validate_json(raw)
        return (await desk.snapshot(request.shop_id, request.agent_id)).to_json()

    hearing = await serve_events(bus, Service.ROUTER, events.apply)
    showing = await bus.serve(subjects.AGENT_SNAPSHOT, snapshot)
    try:
        yield
    finally:
        await showing.close()
        await hearing.close()
