"""A shop's agents over HTTP, as its administrators make and change them."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.router.api.shops import ADMINS
from services.router.usecases.manage_agents import ManageAgents
from shared.contracts.accounts import (
    AgentAccount,
    AgentChange,
    AgentPage,
    NewAgent,
    NewPassword,
    OwnNewPassword,
)
from shared.contracts.claims import Principal
from shared.contracts.wire import AgentId
from shared.kit.auth.bearer import SignedInAgent, require, require_agent
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey, once
from shared.kit.web.paging import Page, paged


def team_router(manage: ManageAgents, *, callers: Callers) -> APIRouter:
    """Return the administrators' endpoints under /v1/agents; those of /me come before them."""
    router = APIRouter(prefix="/v1/agents", tags=["administration"])
    admin = Annotated[Principal, Depends(require(ADMINS, callers))]

    @router.post("", status_code=201)
    async def create_agent(
        caller: admin, new: JsonBody[NewAgent], key: IdempotencyKey
    ) -> AgentAccount:
        """Make an agent who may sign in; 409 `already_exists` when the address is in use.

        Who has no capacity named has the queue's limit, or else the shop's.
        """
        return await manage.create(caller, new, once(key, "agent", new))

    @router.get("")
    async def list_agents(caller: admin, page: Page) -> AgentPage:
        """List the shop's agents, those who were ended included."""
        found = await manage.page(caller, page.after, page.limit + 1)
        agents, cursor = paged(found, page)
        return AgentPage(agents=agents, next_cursor=cursor)

    @router.get("/{agent_id}")
    async def read_agent(caller: admin, agent_id: AgentId) -> AgentAccount:
        """Return an agent."""
        return await manage.show(caller, agent_id)

    @router.patch("/{agent_id}")
    async def change_agent(
        caller: admin, agent_id: AgentId, change: JsonBody[AgentChange]
    ) -> AgentAccount:
        """Change the given fields; of two changes of one field the later one stays.

        Name, capacity and `active` take effect in routing with the answer. A smaller capacity
        withdraws offers that have no room any more and leaves what is assigned. `active: false`
        ends sign-ins and their tokens, withdraws offers and puts what was assigned back into the
        line. Other roles end the tokens issued before.
        """
        return await manage.change(caller, agent_id, change)

    return router


def passwords_router(manage: ManageAgents, *, callers: Callers) -> APIRouter:
    """Return the endpoints of agents' passwords."""
    router = APIRouter(prefix="/v1/agents", tags=["administration"])
    admin = Annotated[Principal, Depends(require(ADMINS, callers))]
    agent = Annotated[SignedInAgent, Depends(require_agent(callers))]

    @router.put("/me/password", status_code=204)
    async def set_own_password(caller: agent, new: JsonBody[OwnNewPassword]) -> None:
        """Replace one's own password. Every sign-in ends, this one too."""
        await manage.set_own_password(caller.principal, new)

    @router.put("/{agent_id}/password", status_code=204)
    async def set_password(caller: admin, agent_id: AgentId, new: JsonBody[NewPassword]) -> None:
        """Give an agent a new password. Every sign-in of the agent ends."""
        await manage.set_password(caller, agent_id, new)

    return router
