"""Answers what other services ask over the bus: durable events in, snapshots and grants out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from services.router.usecases.agent_desk import AgentDesk
from services.router.usecases.hear_events import HearEvents
from services.router.usecases.serve_offers import ServeOffers
from shared.contracts import subjects
from shared.contracts.claims import GrantRequest
from shared.contracts.hours import HoursRequest, ShopHours
from shared.contracts.routing import LeaveAnswer, LeaveRequest, SnapshotRequest
from shared.contracts.standings import AgentStandings, StandingsRequest
from shared.kernel.vocabulary import Service
from shared.kit.bus.interface import Bus
from shared.kit.bus.serving import serving
from shared.kit.inbox import serve_events


@asynccontextmanager
async def answering(
    bus: Bus,
    events: HearEvents,
    desk: AgentDesk,
    offers: ServeOffers,
    tell_hours: Callable[[UUID], Awaitable[ShopHours]],
) -> AsyncIterator[None]:
    """Serve events.router, the agents' snapshots, standings and grants while the block runs."""

    async def snapshot(raw: bytes) -> bytes:
        request = SnapshotRequest.model_validate_json(raw)
        return (await desk.snapshot(request.shop_id, request.agent_id)).to_json()

    async def standings(raw: bytes) -> bytes:
        asked = StandingsRequest.model_validate_json(raw)
        shop_of = {one.agent_id: one.shop_id for one in asked.agents}
        return AgentStandings(standings=await desk.standings(shop_of)).to_json()

    async def grant(raw: bytes) -> bytes:
        asked = GrantRequest.model_validate_json(raw)
        answer = await offers.standing(asked.shop_id, asked.agent_id, asked.conversation_id)
        return answer.to_json()

    async def leave(raw: bytes) -> bytes:
        asked = LeaveRequest.model_validate_json(raw)
        ended = await offers.leave(asked.shop_id, asked.conversation_id)
        return LeaveAnswer(ended=ended).to_json()

    async def hours(raw: bytes) -> bytes:
        return (await tell_hours(HoursRequest.model_validate_json(raw).shop_id)).to_json()

    responders = {
        subjects.AGENT_SNAPSHOT: snapshot,
        subjects.AGENT_STANDINGS: standings,
        subjects.GRANT: grant,
        subjects.LEAVE: leave,
        subjects.HOURS: hours,
    }
    hearing = await serve_events(bus, Service.ROUTER, events.apply)
    try:
        async with serving(bus, responders):
            yield
    finally:
        await hearing.close()
