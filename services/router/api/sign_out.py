"""Signing out over HTTP: this sign-in, all of one's own, all of an agent's."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.router.api.shops import ADMINS
from services.router.usecases.sign_out import SignOut
from shared.contracts.claims import Principal
from shared.contracts.wire import AgentId
from shared.kit.auth.bearer import SignedInAgent, require, require_agent
from shared.kit.auth.callers import Callers


def sign_out_router(sign_out: SignOut, *, callers: Callers) -> APIRouter:
    """Return the endpoints that end sign-ins; those of /me come before those of an agent."""
    router = APIRouter(prefix="/v1", tags=["auth"])
    agent = Annotated[SignedInAgent, Depends(require_agent(callers))]
    admin = Annotated[Principal, Depends(require(ADMINS, callers))]

    @router.post("/auth/sign-out", status_code=204)
    async def sign_out_here(caller: agent) -> None:
        """End the sign-in of this token: it is refused from now on, and its streams close."""
        await sign_out.here(caller.principal)

    @router.post("/agents/me/sign-out", status_code=204)
    async def sign_out_everywhere(caller: agent) -> None:
        """End every sign-in of one's own, this one included."""
        await sign_out.everywhere(caller.principal)

    @router.post("/agents/{agent_id}/sign-out", status_code=204)
    async def sign_agent_out(caller: admin, agent_id: AgentId) -> None:
        """End every sign-in of an agent, who may sign in again."""
        await sign_out.agent(caller, agent_id)

    return router
