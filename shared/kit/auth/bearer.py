"""Who may call an endpoint: FastAPI dependencies over the bearer token."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from structlog.contextvars import bind_contextvars

from shared.contracts.claims import Principal
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.callers import Callers

_SCHEME = HTTPBearer(auto_error=False, bearerFormat="JWT", scheme_name="bearer")
_Credentials: TypeAlias = Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)]


@dataclass(frozen=True, slots=True)
class SignedInAgent:
    """An agent who calls; never another program of the shop."""

    shop_id: UUID
    agent_id: UUID
    name: str
    principal: Principal


def require(
    scope: Scope | tuple[Scope, ...], callers: Callers
) -> Callable[..., Coroutine[Any, Any, Principal]]:
    """Return a dependency that gives the Principal, who holds the scope (or one of several).

    The dependency raises RefusedError NOT_SIGNED_IN (401), FORBIDDEN (403) or TRY_AGAIN (503).
    """
    wanted = frozenset(scope if isinstance(scope, tuple) else (scope,))

    async def principal(credentials: _Credentials) -> Principal:
        if credentials is None:
            raise RefusedError(ErrorCode.NOT_SIGNED_IN, "Sign in: this needs a bearer token.")
        return admit(credentials.credentials, wanted, callers)

    return principal


def admit(token: str, wanted: Collection[Scope], callers: Callers) -> Principal:
    """Return who a token stands for, who holds one of the scopes; the log names their shop.

    Raises:
        RefusedError: NOT_SIGNED_IN (401), FORBIDDEN (403) or TRY_AGAIN (503).
    """
    caller = callers.read(token)
    bind_contextvars(shop_id=encode(IdKind.SHOP, caller.shop_id))
    if not any(scope in wanted for scope in caller.scopes):
        raise RefusedError(ErrorCode.FORBIDDEN, "This sign-in does not allow that.")
    return caller


def require_agent(callers: Callers) -> Callable[..., Coroutine[Any, Any, SignedInAgent]]:
    """Return a dependency that gives the agent who calls.

    The dependency raises RefusedError NOT_SIGNED_IN (401), FORBIDDEN (403) or TRY_AGAIN (503).
    """

    async def agent(
        caller: Annotated[Principal, Depends(require(Scope.AGENT, callers))],
    ) -> SignedInAgent:
        if caller.agent_id is None:
            raise RefusedError(ErrorCode.FORBIDDEN, "Only an agent may do that.")
        bind_contextvars(agent_id=encode(IdKind.AGENT, caller.agent_id))
        return SignedInAgent(caller.shop_id, caller.agent_id, caller.name, caller)

    return agent
