"""Who a customer is, over HTTP: addresses, merges of customers who are one person, and undoing."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends

from services.history.api.customers import READERS
from services.history.usecases.merge_customers import merge_customers, show_person, undo_merge
from services.history.usecases.ports import PeopleStore
from shared.contracts.claims import Principal
from shared.contracts.people import Merge, NewMerge, Person
from shared.contracts.wire import CustomerId, MergeId
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey, once


def people_router(store: PeopleStore, *, callers: Callers) -> APIRouter:
    """Return the endpoints of who is one person, under /v1/customers."""
    router = APIRouter(prefix="/v1/customers", tags=["customers"])
    reader = Annotated[Principal, Depends(require(READERS, callers))]
    agent = Annotated[Principal, Depends(require(Scope.AGENT, callers))]

    @router.get("/{customer_id}/identities")
    async def read_identities(customer_id: CustomerId, caller: reader) -> Person:
        """Return addresses and merges of everybody who is one person with this customer."""
        return await show_person(store, caller.shop_id, customer_id)

    @router.post("/{customer_id}/merges", status_code=201)
    async def merge(
        customer_id: CustomerId, new: JsonBody[NewMerge], caller: agent, key: IdempotencyKey
    ) -> Merge:
        """Make two customers one person, if something proves it.

        An address both have proven does, and so do a phone number that one has proven and the
        other gave together with the number of an order of the other's. 409 `no_evidence` else.
        """
        named = once(key, f"customer {customer_id} merge", new)
        return await merge_customers(store, caller, named, customer_id, new)

    @router.post("/{customer_id}/merges/{merge_id}/undo")
    async def undo(
        customer_id: CustomerId, merge_id: MergeId, caller: agent, key: IdempotencyKey
    ) -> Merge:
        """Undo a merge: orders, contacts and addresses are whose they were without it."""
        named = once(key, f"customer {customer_id} merge {merge_id} undo")
        return await undo_merge(store, caller, named, customer_id, merge_id)

    return router
