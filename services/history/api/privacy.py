"""What is kept of a customer, over HTTP: telling all of it, and erasing it."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.history.usecases.erase_customer import Erasing
from services.history.usecases.export_customer import (
    AskService,
    PersonSource,
    audit_customer,
    export_customer,
)
from shared.contracts.changes import CURSOR_MAX
from shared.contracts.claims import Principal
from shared.contracts.privacy import Erasure, ExportPage
from shared.contracts.wire import CustomerId
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.idempotency import IdempotencyKey, once

KEEPERS = (Scope.SUPERVISOR, Scope.ADMIN, Scope.OPERATOR)
Cursor = Annotated[str | None, Query(max_length=CURSOR_MAX)]


def privacy_router(
    source: PersonSource, ask: AskService, erasing: Erasing, *, callers: Callers
) -> APIRouter:
    """Return the endpoints of export and erasure under /v1/customers."""
    router = APIRouter(prefix="/v1/customers", tags=["privacy"])
    keeper = Annotated[Principal, Depends(require(KEEPERS, callers))]

    @router.get("/{customer_id}/export")
    async def export(customer_id: CustomerId, caller: keeper, cursor: Cursor = None) -> ExportPage:
        """Return what every service keeps of a person, page by page; who asked is recorded."""
        return await export_customer(source, ask, caller, customer_id, cursor)

    @router.get("/{customer_id}/audit")
    async def audit(customer_id: CustomerId, caller: keeper, cursor: Cursor = None) -> ExportPage:
        """Return to whom a person's card was shown over REST, then to whom it was offered."""
        return await audit_customer(source, ask, caller, customer_id, cursor)

    @router.post("/{customer_id}/erasure", status_code=202)
    async def erase(customer_id: CustomerId, caller: keeper, key: IdempotencyKey) -> Erasure:
        """Begin to erase everybody who is one person with this customer, for good.

        It goes on by itself, and waits while one of their conversations is open.
        """
        named = once(key, f"customer {customer_id} erasure")
        return await erasing.request(caller, named, customer_id)

    @router.get("/{customer_id}/erasure")
    async def progress(customer_id: CustomerId, caller: keeper) -> Erasure:
        """Return how far the newest erasure of this person has come."""
        return await erasing.progress(caller.shop_id, customer_id)

    return router
