"""Conversations over HTTP as routing sees them: state, decisions, close."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.router.usecases.explain import Explain
from services.router.usecases.repeat import Repeats
from services.router.usecases.serve_offers import ServeOffers
from shared.contracts import routing
from shared.contracts.claims import Principal
from shared.contracts.decisions import DecisionPage
from shared.contracts.wire import ConversationId, WorkId
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import AnyIdempotencyKey, once

WATCHERS = (Scope.AGENT, Scope.SUPERVISOR)


def conversations_router(
    explain: Explain, offers: ServeOffers, repeats: Repeats, *, callers: Callers
) -> APIRouter:
    """Return the endpoints under /v1/routing/conversations."""
    router = APIRouter(prefix="/v1/routing/conversations", tags=["conversations"])
    watcher = Annotated[Principal, Depends(require(WATCHERS, callers))]

    @router.get("/{conversation_id}")
    async def read_state(conversation_id: ConversationId, caller: watcher) -> routing.RoutingState:
        return await explain.conversation(caller.shop_id, conversation_id, eyes(caller))

    @router.get("/{conversation_id}/decisions")
    async def read_decisions(conversation_id: WorkId, caller: watcher) -> DecisionPage:
        """Return every decision about a conversation, or a routing request, oldest first."""
        return await explain.decisions(caller.shop_id, conversation_id, eyes(caller))

    @router.post("/{conversation_id}/close")
    async def close(
        conversation_id: ConversationId, caller: watcher, key: AnyIdempotencyKey = None
    ) -> routing.RoutingState:
        """End a conversation as resolved."""
        act = partial(offers.close, caller.shop_id, conversation_id, eyes(caller))
        named = None if key is None else once(key, f"conversation {conversation_id} close")
        return await repeats.answer(caller, named, routing.RoutingState, act)

    @router.post("/{conversation_id}/follow-up")
    async def promise(
        conversation_id: ConversationId,
        wish: JsonBody[routing.NewFollowUp],
        caller: watcher,
        key: AnyIdempotencyKey = None,
    ) -> routing.RoutingState:
        """End a conversation with a promise to its customer, listed until it is solved."""
        act = partial(offers.promise, caller.shop_id, conversation_id, eyes(caller), wish)
        named = None if key is None else once(key, f"follow-up {conversation_id}", wish)
        return await repeats.answer(caller, named, routing.RoutingState, act)

    return router


def eyes(caller: Principal) -> UUID | None:
    """Return whose eyes a caller looks with: its own, or everybody's for a supervisor."""
    if Scope.SUPERVISOR in caller.scopes:
        return None
    if caller.agent_id is None:
        raise RefusedError(ErrorCode.FORBIDDEN, "Only an agent may do that.")
    return caller.agent_id
