"""Adds contacts from before Firstreply recorded any."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.history.usecases.ports import ContactStore
from shared.contracts.cards import PastContact


async def add_past_contacts(
    store: ContactStore, shop_id: UUID, contacts: Sequence[PastContact]
) -> int:
    """Add contacts of known customers; return how many were not there yet. Safe to repeat."""
    return await store.add_past(shop_id, contacts)
