"""How long a shop keeps what, over HTTP."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.history.usecases.keep_retention import KeepRetention
from shared.contracts.claims import Principal
from shared.contracts.retention import Retention, RetentionRules
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody

SETTERS = (Scope.ADMIN, Scope.OPERATOR)
READERS = (Scope.SUPERVISOR, *SETTERS)


def retention_router(keep: KeepRetention, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/retention."""
    router = APIRouter(prefix="/v1/retention", tags=["privacy"])
    reader = Annotated[Principal, Depends(require(READERS, callers))]
    setter = Annotated[Principal, Depends(require(SETTERS, callers))]

    @router.get("")
    async def show_retention(caller: reader) -> Retention:
        """Return the shop's rules, and what was erased by them last."""
        return await keep.book.show(caller.shop_id)

    @router.put("")
    async def set_retention(caller: setter, rules: JsonBody[RetentionRules]) -> Retention:
        """Set all of the shop's rules; what is not given is kept. Sweeping begins at once."""
        return await keep.change(caller, rules)

    return router
