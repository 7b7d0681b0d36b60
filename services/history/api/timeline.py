"""Earlier contacts over HTTP: a customer's, one, what it was about, and finding by words."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.history.api.customers import READERS
from services.history.usecases.read_contacts import (
    Timeline,
    describe_contact,
    find,
    show_contact,
)
from shared.contracts.claims import Principal
from shared.contracts.contacts import QUERY_MAX, Contact, ContactChange, ContactPage, Found
from shared.contracts.wire import ContactId, CustomerId
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.paging import Page, paged

Words = Annotated[str, Query(min_length=1, max_length=QUERY_MAX)]


def timeline_router(timeline: Timeline, *, callers: Callers) -> APIRouter:
    """Return the reading endpoints under /v1/contacts."""
    router = APIRouter(prefix="/v1/contacts", tags=["contacts"])
    reader = Annotated[Principal, Depends(require(READERS, callers))]
    agent = Annotated[Principal, Depends(require(Scope.AGENT, callers))]

    @router.get("")
    async def list_contacts(customer_id: CustomerId, caller: reader, page: Page) -> ContactPage:
        """List the contacts of everybody who is one person with this customer, newest first."""
        rows = await timeline.page(caller.shop_id, customer_id, page.after, page.limit + 1)
        contacts, cursor = paged(rows, page)
        return ContactPage(contacts=contacts, next_cursor=cursor)

    @router.get("/search")
    async def search(q: Words, caller: reader) -> Found:
        """Find contacts and orders that have every word, or one that begins with it."""
        return await find(timeline, caller.shop_id, q)

    @router.get("/{contact_id}")
    async def read_contact(contact_id: ContactId, caller: reader) -> Contact:
        """Return a contact."""
        return await show_contact(timeline, caller.shop_id, contact_id)

    @router.patch("/{contact_id}")
    async def change_contact(
        contact_id: ContactId, change: JsonBody[ContactChange], caller: agent
    ) -> Contact:
        """Say what a contact was about; what is not given stays."""
        return await describe_contact(timeline, caller.shop_id, contact_id, change)

    return router
