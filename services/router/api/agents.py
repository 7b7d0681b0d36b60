"""Agents over HTTP: their own state and status."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends

from services.router.usecases.agent_desk import AgentDesk
from services.router.usecases.repeat import Repeats
from shared.contracts import routing
from shared.kit.auth.bearer import SignedInAgent, require_agent
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import AnyIdempotencyKey, once


def agents_router(desk: AgentDesk, repeats: Repeats, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/agents."""
    router = APIRouter(prefix="/v1/agents", tags=["agents"])
    agent = Annotated[SignedInAgent, Depends(require_agent(callers))]

    @router.get("/me")
    async def read_me(caller: agent) -> routing.AgentState:
        return await desk.me(caller.shop_id, caller.agent_id)

    @router.put("/me/status")
    async def set_status(
        new: JsonBody[routing.NewStatus], caller: agent, key: AnyIdempotencyKey = None
    ) -> routing.AgentState:
        act = partial(desk.set_status, caller.shop_id, caller.agent_id, new.status)
        named = None if key is None else once(key, "status", new)
        return await repeats.answer(caller.principal, named, routing.AgentState, act)

    return router
