"""Wrap-ups and follow-ups over HTTP."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.router.usecases.after_work import AfterWork
from services.router.usecases.repeat import Repeats
from shared.contracts import routing
from shared.contracts.wire import ConversationId
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import SignedInAgent, require_agent
from shared.kit.auth.callers import Callers
from shared.kit.web.idempotency import AnyIdempotencyKey, once


def after_work_router(work: AfterWork, repeats: Repeats, *, callers: Callers) -> APIRouter:
    """Return the endpoints of what is left to do of ended conversations."""
    router = APIRouter(prefix="/v1/routing", tags=["conversations"])
    agent = Annotated[SignedInAgent, Depends(require_agent(callers))]

    @router.get("/follow-ups")
    async def list_follow_ups(caller: agent) -> routing.FollowUps:
        """List the promises to keep, the most urgent first: one's own, or a supervisor's shop's."""
        return await work.follow_ups(caller.shop_id, _eyes(caller))

    @router.post("/conversations/{conversation_id}/wrap-up-done")
    async def finish_wrap_up(
        conversation_id: ConversationId, caller: agent, key: AnyIdempotencyKey = None
    ) -> routing.RoutingState:
        """Give the capacity of a closed conversation back before its wrap-up runs out."""
        act = partial(work.done, caller.shop_id, conversation_id, _eyes(caller))
        named = None if key is None else once(key, f"conversation {conversation_id} wrap-up-done")
        return await repeats.answer(caller.principal, named, routing.RoutingState, act)

    @router.post("/conversations/{conversation_id}/follow-up-solved")
    async def solve_follow_up(
        conversation_id: ConversationId, caller: agent, key: AnyIdempotencyKey = None
    ) -> routing.FollowUpDue:
        """Note that what was promised to the customer is done."""
        act = partial(work.solve, caller.shop_id, conversation_id, _eyes(caller))
        named = None if key is None else once(key, f"conversation {conversation_id} solved")
        return await repeats.answer(caller.principal, named, routing.FollowUpDue, act)

    return router


def _eyes(caller: SignedInAgent) -> UUID | None:
    return None if Scope.SUPERVISOR in caller.principal.scopes else caller.agent_id
