"""Notes on customers and follow-ups, over HTTP; the card shows both."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.history.usecases.keep_notes import NoteStore, keep_promise, note_customer, promise
from shared.contracts.cards import CustomerNote, FollowUp
from shared.contracts.claims import Principal
from shared.contracts.people import NewCustomerNote, NewFollowUp
from shared.contracts.wire import CustomerId, FollowUpId
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey, once


def notes_router(store: NoteStore, *, callers: Callers) -> APIRouter:
    """Return the endpoints of notes and follow-ups under /v1/customers."""
    router = APIRouter(prefix="/v1/customers", tags=["customers"])
    agent = Annotated[Principal, Depends(require(Scope.AGENT, callers))]

    @router.post("/{customer_id}/notes", status_code=201)
    async def add_note(
        customer_id: CustomerId, new: JsonBody[NewCustomerNote], caller: agent, key: IdempotencyKey
    ) -> CustomerNote:
        """Note something on a customer for colleagues; the five newest are on the card."""
        named = once(key, f"customer {customer_id} note", new)
        return await note_customer(store, caller, named, customer_id, new)

    @router.post("/{customer_id}/follow-ups", status_code=201)
    async def add_follow_up(
        customer_id: CustomerId, new: JsonBody[NewFollowUp], caller: agent, key: IdempotencyKey
    ) -> FollowUp:
        """Keep what was promised to a customer; it is on the card until it is done."""
        named = once(key, f"customer {customer_id} follow-up", new)
        return await promise(store, caller, named, customer_id, new)

    @router.post("/{customer_id}/follow-ups/{follow_up_id}/done")
    async def finish(
        customer_id: CustomerId, follow_up_id: FollowUpId, caller: agent, key: IdempotencyKey
    ) -> FollowUp:
        """Say that what was promised is done."""
        named = once(key, f"customer {customer_id} follow-up {follow_up_id} done")
        return await keep_promise(store, caller, named, customer_id, follow_up_id)

    return router
