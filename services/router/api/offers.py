"""Offers and assignments over HTTP: see, accept, decline, what is mine."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.router.usecases.agent_desk import AgentDesk
from services.router.usecases.repeat import Repeats
from services.router.usecases.serve_offers import Caller, ServeOffers
from shared.contracts import routing
from shared.contracts.changes import Once
from shared.contracts.wire import OfferId
from shared.kit.auth.bearer import SignedInAgent, require_agent
from shared.kit.auth.callers import Callers
from shared.kit.web.idempotency import AnyIdempotencyKey, once


def offers_router(
    offers: ServeOffers, desk: AgentDesk, repeats: Repeats, *, callers: Callers
) -> APIRouter:
    """Return the endpoints of offers and assignments; each may be repeated without harm."""
    router = APIRouter(prefix="/v1/routing", tags=["offers"])
    agent = Annotated[SignedInAgent, Depends(require_agent(callers))]

    @router.get("/offers")
    async def list_offers(caller: agent) -> tuple[routing.Offer, ...]:
        return await offers.pending(_caller(caller))

    @router.post("/offers/{offer_id}/seen", status_code=204)
    async def note_seen(offer_id: OfferId, caller: agent, key: AnyIdempotencyKey = None) -> None:
        act = partial(offers.seen, _caller(caller), offer_id)
        await repeats.done(caller.principal, _once(key, "seen", offer_id), act)

    @router.post("/offers/{offer_id}/accept")
    async def accept(
        offer_id: OfferId, caller: agent, key: AnyIdempotencyKey = None
    ) -> routing.OfferTaken:
        act = partial(offers.accept, _caller(caller), offer_id)
        named = _once(key, "accept", offer_id)
        return await repeats.answer(caller.principal, named, routing.OfferTaken, act)

    @router.post("/offers/{offer_id}/decline", status_code=204)
    async def decline(offer_id: OfferId, caller: agent, key: AnyIdempotencyKey = None) -> None:
        act = partial(offers.decline, _caller(caller), offer_id)
        await repeats.done(caller.principal, _once(key, "decline", offer_id), act)

    @router.get("/assignments")
    async def list_assignments(caller: agent) -> tuple[routing.RoutingState, ...]:
        return await desk.serving(caller.shop_id, caller.agent_id)

    return router


def _once(key: str | None, verb: str, offer_id: UUID) -> Once | None:
    return None if key is None else once(key, f"offer {offer_id} {verb}")


def _caller(agent: SignedInAgent) -> Caller:
    return Caller(agent.shop_id, agent.agent_id, agent.name)
