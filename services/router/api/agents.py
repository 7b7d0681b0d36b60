"""Agents over HTTP: their own state and status."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.router.usecases.agent_desk import AgentDesk
from shared.contracts import routing
from shared.kit.auth.bearer import SignedInAgent, require_agent
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody


def agents_router(desk: AgentDesk, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/agents."""
    router = APIRouter(prefix="/v1/agents", tags=["agents"])
    agent = Annotated[SignedInAgent, Depends(require_agent(callers))]

    @router.get("/me")
    async def read_me(caller: agent) -> routing.AgentState:
        return await desk.me(caller.shop_id, caller.agent_id)

    @router.put("/me/status")
    async def set_status(new: JsonBody[routing.NewStatus], caller: agent) -> routing.AgentState:
        return await desk.set_status(caller.shop_id, caller.agent_id, new.status)

    return router
