"""Notes on customers, for colleagues."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from shared.contracts.cards import CustomerNote
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.people import NewCustomerNote


class NoteStore(Protocol):
    """Keeps notes; refuses with NOT_FOUND a customer who is not of the caller's shop."""

    async def add_note(
        self, caller: Principal, once: Once, customer_id: UUID, new: NewCustomerNote
    ) -> CustomerNote:
        """Keep a note."""
        ...


async def note_customer(
    store: NoteStore, caller: Principal, once: Once, customer_id: UUID, new: NewCustomerNote
) -> CustomerNote:
    """Keep a note on a customer of the caller's shop.

    Raises:
        RefusedError: NOT_FOUND.
    """
    return await store.add_note(caller, once, customer_id, new)
