"""Notes on customers for colleagues, and what was promised to be done for them."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from shared.contracts.cards import CustomerNote, FollowUp
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.people import NewCustomerNote, NewFollowUp


class NoteStore(Protocol):
    """Keeps notes and follow-ups; all refuse with NOT_FOUND what is not in the caller's shop."""

    async def add_note(
        self, caller: Principal, once: Once, customer_id: UUID, new: NewCustomerNote
    ) -> CustomerNote:
        """Keep a note."""
        ...

    async def add_follow_up(
        self, caller: Principal, once: Once, customer_id: UUID, new: NewFollowUp
    ) -> FollowUp:
        """Keep what was promised."""
        ...

    async def finish(
        self, caller: Principal, once: Once, customer_id: UUID, follow_up_id: UUID
    ) -> FollowUp:
        """Say that it is done; done already stays as it is."""
        ...


async def note_customer(
    store: NoteStore, caller: Principal, once: Once, customer_id: UUID, new: NewCustomerNote
) -> CustomerNote:
    """Keep a note on a customer of the caller's shop.

    Raises:
        RefusedError: NOT_FOUND.
    """
    return await store.add_note(caller, once, customer_id, new)


async def promise(
    store: NoteStore, caller: Principal, once: Once, customer_id: UUID, new: NewFollowUp
) -> FollowUp:
    """Keep what was promised to a customer, open until it is done.

    Raises:
        RefusedError: NOT_FOUND.
    """
    return await store.add_follow_up(caller, once, customer_id, new)


async def keep_promise(
    store: NoteStore, caller: Principal, once: Once, customer_id: UUID, follow_up_id: UUID
) -> FollowUp:
    """Say that what was promised is done; once is enough.

    Raises:
        RefusedError: NOT_FOUND.
    """
    return await store.finish(caller, once, customer_id, follow_up_id)
