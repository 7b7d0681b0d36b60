"""Signing in over HTTP: agents by password, programs by API key."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.router.usecases.sign_in import SignIn
from shared.contracts import routing
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.web.bodies import JsonBody
from shared.kit.web.edge import household

_KEY = HTTPBearer(auto_error=False, bearerFormat="API key", scheme_name="api_key")


def auth_router(sign_in: SignIn) -> APIRouter:
    """Return the endpoints under /v1/auth."""
    router = APIRouter(prefix="/v1/auth", tags=["auth"])

    @router.post("/sign-in")
    async def sign_in_agent(wish: JsonBody[routing.SignIn], request: Request) -> routing.SignedIn:
        address = request.client.host if request.client else ""
        return await sign_in.agent(wish, household(address))

    @router.post("/tokens")
    async def issue_token(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_KEY)],
    ) -> routing.TokenIssued:
        if credentials is None:
            raise RefusedError(ErrorCode.NOT_SIGNED_IN, "Send an API key as the bearer token.")
        return await sign_in.program(credentials.credentials)

    return router
