"""Who calls where both customers and agents may: told apart by their bearer token."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from structlog.contextvars import bind_contextvars

from services.gateway.domain.keys import read_session_token
from services.gateway.usecases.file_ports import Uploader
from services.gateway.usecases.visit import Visits, let_in
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.callers import Callers

_SCHEME = HTTPBearer(
    auto_error=False,
    scheme_name="session or agent",
    description="A customer's session_token, or an agent's sign-in",
)
_Credentials: TypeAlias = Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)]
RequireUploader: TypeAlias = Callable[..., Coroutine[Any, Any, Uploader]]


def require_uploader(agents: Callers, customers: Visits) -> RequireUploader:
    """Return a dependency that gives the customer or agent who calls.

    The dependency raises RefusedError: for a customer those of `let_in`, else NOT_SIGNED_IN (401),
    FORBIDDEN (403) or TRY_AGAIN (503).
    """

    async def uploader(request: Request, credentials: _Credentials) -> Uploader:
        if credentials is None:
            raise RefusedError(ErrorCode.NOT_SIGNED_IN, "This needs a session or a sign-in.")
        token = credentials.credentials
        if read_session_token(token) is not None:
            visitor = await let_in(token, request.headers.get("origin"), None, customers)
            caller = Uploader(visitor.shop_id, visitor.session_id, is_agent=False)
        else:
            caller = _agent(token, agents)
        bind_contextvars(shop_id=encode(IdKind.SHOP, caller.shop_id))
        return caller

    return uploader


def _agent(token: str, agents: Callers) -> Uploader:
    principal = agents.read(token)
    if principal.agent_id is None or Scope.AGENT not in principal.scopes:
        raise RefusedError(ErrorCode.FORBIDDEN, "Only customers and agents may do that.")
    reads_all = Scope.SUPERVISOR in principal.scopes
    return Uploader(principal.shop_id, principal.agent_id, is_agent=True, reads_all=reads_all)
