"""A shop's API keys over HTTP."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.router.api.shops import ADMINS
from services.router.usecases.manage_keys import ManageKeys
from shared.contracts.accounts import ApiKey, ApiKeyMade, ApiKeyPage, NewApiKey
from shared.contracts.claims import Principal
from shared.contracts.wire import ApiKeyId
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey, once
from shared.kit.web.paging import Page, paged


def api_keys_router(manage: ManageKeys, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/api-keys."""
    router = APIRouter(prefix="/v1/api-keys", tags=["administration"])
    admin = Annotated[Principal, Depends(require(ADMINS, callers))]

    @router.post("", status_code=201)
    async def create_key(
        caller: admin, new: JsonBody[NewApiKey], key: IdempotencyKey
    ) -> ApiKeyMade:
        """Make an API key and show its text, this once.

        The same Idempotency-Key again returns the same key with `text: null`. POST the text as a
        bearer token to /v1/auth/tokens for a token of 15 minutes.
        """
        return await manage.create(caller, new, once(key, "api-key", new))

    @router.get("")
    async def list_keys(caller: admin, page: Page) -> ApiKeyPage:
        """List the shop's API keys, revoked ones included; never their texts."""
        found = await manage.page(caller, page.after, page.limit + 1)
        api_keys, cursor = paged(found, page)
        return ApiKeyPage(api_keys=api_keys, next_cursor=cursor)

    @router.get("/{key_id}")
    async def read_key(caller: admin, key_id: ApiKeyId) -> ApiKey:
        """Return an API key without its text."""
        return await manage.show(caller, key_id)

    @router.post("/{key_id}/revoke")
    async def revoke_key(caller: admin, key_id: ApiKeyId) -> ApiKey:
        """Revoke an API key; doing it again changes nothing.

        It gets no more tokens, and those it got are refused: here from this answer on, elsewhere
        within 5 seconds.
        """
        return await manage.revoke(caller, key_id)

    return router
