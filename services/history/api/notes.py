"""Notes on customers, over HTTP; the card shows them."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.history.usecases.keep_notes import NoteStore, note_customer
from shared.contracts.cards import CustomerNote
from shared.contracts.claims import Principal
from shared.contracts.people import NewCustomerNote
from shared.contracts.wire import CustomerId
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey, once


def notes_router(store: NoteStore, *, callers: Callers) -> APIRouter:
    """Return the endpoint of notes under /v1/customers."""
    router = APIRouter(prefix="/v1/customers", tags=["customers"])
    agent = Annotated[Principal, Depends(require(Scope.AGENT, callers))]

    @router.post("/{customer_id}/notes", status_code=201)
    async def add_note(
        customer_id: CustomerId, new: JsonBody[NewCustomerNote], caller: agent, key: IdempotencyKey
    ) -> CustomerNote:
        """Note something on a customer for colleagues; the five newest are on the card."""
        named = once(key, f"customer {customer_id} note", new)
        return await note_customer(store, caller, named, customer_id, new)

    return router
