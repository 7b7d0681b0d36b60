"""Contacts over HTTP: batches of what another system recorded."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.history.usecases.ingest_contacts import ingest_contacts
from services.history.usecases.ports import ContactStore
from shared.contracts.cards import ContactBatch
from shared.contracts.claims import Principal
from shared.contracts.orders import Ingested
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody


def contacts_router(store: ContactStore, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/contacts."""
    router = APIRouter(prefix="/v1/contacts", tags=["contacts"])
    writer = Annotated[Principal, Depends(require(Scope.CONTACTS_WRITE, callers))]

    @router.post("/batches")
    async def take_batch(batch: JsonBody[ContactBatch], caller: writer) -> Ingested:
        """Take contacts of another system; the same reference again replaces what it told."""
        return await ingest_contacts(store, caller.shop_id, batch)

    return router
