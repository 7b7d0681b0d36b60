"""Makes two customers one person by evidence, undoes that, and shows who is who."""

from __future__ import annotations

from uuid import UUID

from services.history.domain.merging import evidence_between
from services.history.usecases.ports import PeopleStore
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.people import Merge, NewMerge, Person
from shared.kernel.errors import ErrorCode, RefusedError


async def show_person(store: PeopleStore, shop_id: UUID, customer_id: UUID) -> Person:
    """Return everything that is one person with this customer.

    Raises:
        RefusedError: NOT_FOUND; another shop's customer looks the same (LESSONS 25).
    """
    person = await store.person(shop_id, customer_id)
    if person is None:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such customer.")
    return person


async def merge_customers(
    store: PeopleStore, caller: Principal, once: Once, customer_id: UUID, new: NewMerge
) -> Merge:
    """Make two customers one person; two that are already have their merge returned.

    Raises:
        RefusedError: NOT_FOUND; NO_EVIDENCE, that they may be the same is not enough.
    """
    return await store.merge(caller, once, customer_id, new, evidence_between)


async def undo_merge(
    store: PeopleStore, caller: Principal, once: Once, customer_id: UUID, merge_id: UUID
) -> Merge:
    """Undo a merge: everything is as it would be without it.

    Raises:
        RefusedError: NOT_FOUND.
    """
    return await store.undo(caller, once, customer_id, merge_id)
