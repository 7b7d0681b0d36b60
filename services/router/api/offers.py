"""Offers and assignments over HTTP: see, accept, decline, what is mine."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.router.usecases.agent_desk import AgentDesk
from services.router.usecases.serve_offers import Caller, ServeOffers
from shared.contracts import routing
from shared.contracts.wire import OfferId
from shared.kit.auth.bearer import SignedInAgent, require_agent
from shared.kit.auth.callers import Callers


def offers_router(offers: ServeOffers, desk: AgentDesk, *, callers: Callers) -> APIRouter:
    """Return the endpoints of offers and assignments; each may be repeated without harm."""
    router = APIRouter(prefix="/v1/routing", tags=["offers"])
    agent = Annotated[SignedInAgent, Depends(require_agent(callers))]

    @router.get("/offers")
    async def list_offers(caller: agent) -> tuple[routing.Offer, ...]:
        return await offers.pending(_caller(caller))

    @router.post("/offers/{offer_id}/seen", status_code=204)
    async def note_seen(offer_id: OfferId, caller: agent) -> None:
        await offers.seen(_caller(caller), offer_id)

    @router.post("/offers/{offer_id}/accept")
    async def accept(offer_id: OfferId, caller: agent) -> routing.OfferTaken:
        return await offers.accept(_caller(caller), offer_id)

    @router.post("/offers/{offer_id}/decline", status_code=204)
    async def decline(offer_id: OfferId, caller: agent) -> None:
        await offers.decline(_caller(caller), offer_id)

    @router.get("/assignments")
    async def list_assignments(caller: agent) -> tuple[routing.RoutingState, ...]:
        return await desk.serving(caller.shop_id, caller.agent_id)

    return router


def _caller(agent: SignedInAgent) -> Caller:
    return Caller(agent.shop_id, agent.agent_id, agent.name)
