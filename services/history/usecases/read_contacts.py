"""Shows, describes and finds earlier contacts; callers have checked who asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from services.history.domain.search import Asked, asked_for
from shared.contracts.contacts import Contact, ContactChange, Found, Hit
from shared.kernel.errors import ErrorCode, RefusedError

FOUND_MOST = 50
"""Hits of one question: who needs more asks with one word more."""


class Timeline(Protocol):
    """Reads contacts."""

    async def page(
        self, shop_id: UUID, customer_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[Contact]:
        """Return a person's contacts after one of them, newest first."""
        ...

    async def contact(self, shop_id: UUID, contact_id: UUID) -> Contact | None:
        """Return a contact of this shop."""
        ...

    async def describe(
        self, shop_id: UUID, contact_id: UUID, change: ContactChange
    ) -> Contact | None:
        """Keep what a contact was about, and return it; None when there is none."""
        ...

    async def find(self, shop_id: UUID, asked: Asked, limit: int) -> Sequence[Hit]:
        """Return contacts and orders with these words, newest first."""
        ...


async def show_contact(timeline: Timeline, shop_id: UUID, contact_id: UUID) -> Contact:
    """Return a contact.

    Raises:
        RefusedError: NOT_FOUND; another shop's looks the same (LESSONS 25).
    """
    return _there(await timeline.contact(shop_id, contact_id))


async def describe_contact(
    timeline: Timeline, shop_id: UUID, contact_id: UUID, change: ContactChange
) -> Contact:
    """Say what a contact was about; what is not given stays.

    Raises:
        RefusedError: NOT_FOUND.
    """
    return _there(await timeline.describe(shop_id, contact_id, change))


async def find(timeline: Timeline, shop_id: UUID, typed: str) -> Found:
    """Find contacts and orders by words; no word finds nothing."""
    asked = asked_for(typed)
    if asked is None:
        return Found(hits=())
    return Found(hits=tuple(await timeline.find(shop_id, asked, FOUND_MOST)))


def _there(contact: Contact | None) -> Contact:
    if contact is None:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such contact.")
    return contact
