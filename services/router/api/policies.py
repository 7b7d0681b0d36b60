"""A shop's routing policy over HTTP."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import JsonValue

from services.router.api.shops import ADMINS
from services.router.usecases.manage_policy import ManagePolicy
from shared.contracts.claims import Principal
from shared.contracts.policies import PolicyVersions, ShopPolicy
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody

READERS = (Scope.SUPERVISOR, *ADMINS)
FIGURES: dict[str, Any] = {"$ref": "#/components/schemas/PolicyFigures"}
"""What the body is; it is read as any object, so that each figure that cannot be has its reason."""


def policies_router(manage: ManagePolicy, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/routing/policy."""
    router = APIRouter(prefix="/v1/routing/policy", tags=["administration"])
    reader = Annotated[Principal, Depends(require(READERS, callers))]
    admin = Annotated[Principal, Depends(require(ADMINS, callers))]
    body = {"requestBody": {"content": {"application/json": {"schema": FIGURES}}}}

    @router.get("")
    async def read_policy(caller: reader) -> ShopPolicy:
        """Return the figures that the shop has set, and those that it is routed by."""
        return await manage.show(caller)

    @router.put("", openapi_extra=body)
    async def set_policy(caller: admin, figures: JsonBody[dict[str, JsonValue]]) -> ShopPolicy:
        """Set all of the shop's own figures; what is not given is as Firstreply ships it.

        They hold at once, for every decision after the answer. Refused with 422 `policy_invalid`,
        with each figure that cannot be and why: then nothing changes.
        """
        return await manage.set(caller, figures)

    @router.get("/versions")
    async def list_versions(caller: reader) -> PolicyVersions:
        """List what the shop has set, the newest hundred first; decisions name the version."""
        return await manage.versions(caller)

    return router
