"""Conversations changing hands over HTTP: the line by hand, take-over, transfer, colleagues."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends

from services.router.api.conversations import WATCHERS, eyes
from services.router.usecases.hand_over import HandOver
from services.router.usecases.repeat import Repeats
from shared.contracts import routing
from shared.contracts.claims import Principal
from shared.contracts.wire import ConversationId
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import SignedInAgent, require, require_agent
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import AnyIdempotencyKey, once


def line_router(hand_over: HandOver, *, callers: Callers) -> APIRouter:
    """Return what an agent looks at before a conversation changes hands."""
    router = APIRouter(prefix="/v1/routing", tags=["conversations"])
    agent = Annotated[SignedInAgent, Depends(require_agent(callers))]

    @router.get("/waiting")
    async def list_waiting(caller: agent) -> routing.WaitingConversations:
        """List who waits for an agent in the shop, the most urgent first."""
        return await hand_over.waiting(caller.shop_id)

    @router.get("/colleagues")
    async def list_colleagues(caller: agent) -> routing.Colleagues:
        """List whom a conversation can be passed on to, those who are free first."""
        return await hand_over.colleagues(caller.shop_id, caller.agent_id)

    return router


def handing_over_router(hand_over: HandOver, repeats: Repeats, *, callers: Callers) -> APIRouter:
    """Return the endpoints by which conversations change hands without an offer."""
    router = APIRouter(prefix="/v1/routing", tags=["conversations"])
    agent = Annotated[SignedInAgent, Depends(require_agent(callers))]
    watcher = Annotated[Principal, Depends(require(WATCHERS, callers))]

    @router.post("/conversations/{conversation_id}/take")
    async def take(
        conversation_id: ConversationId, caller: agent, key: AnyIdempotencyKey = None
    ) -> routing.OfferTaken:
        """Take a conversation that waits; a supervisor also one that a colleague serves.

        Of two who take it at once one has it, and the other reads 409 `taken` and who that is.
        """
        over = Scope.SUPERVISOR in caller.principal.scopes
        act = partial(hand_over.take, caller.shop_id, caller.agent_id, conversation_id, over=over)
        named = None if key is None else once(key, f"conversation {conversation_id} take")
        return await repeats.answer(caller.principal, named, routing.OfferTaken, act)

    @router.post("/conversations/{conversation_id}/transfer")
    async def transfer(
        conversation_id: ConversationId,
        wish: JsonBody[routing.Transfer],
        caller: watcher,
        key: AnyIdempotencyKey = None,
    ) -> routing.RoutingState:
        """Pass one's own conversation on to a colleague, who has it at once, or back to the line.

        A supervisor passes on anybody's. 409 `agent_gone`: the colleague is not there;
        `at_capacity`: has no room; `transfer_limit`: it went from hand to hand too often. A note is
        for colleagues alone.
        """
        act = partial(
            hand_over.transfer,
            caller.shop_id,
            conversation_id,
            wish,
            by=eyes(caller),
            by_name=caller.name,
        )
        named = None if key is None else once(key, f"conversation {conversation_id} transfer", wish)
        return await repeats.answer(caller, named, routing.RoutingState, act)

    return router
