"""Contacts as agents read, describe and find them."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from shared.contracts.cards import ContactSummary
from shared.contracts.wire import ContactId, Contract, CustomerId, OrderId, WireInstant

QUERY_MAX: Final = 200
"""Code points of what somebody types to find something."""
TOPIC_MAX: Final = 100
SUMMARY_MAX: Final = 2_000


class Contact(ContactSummary):
    """A contact, with whose it was and what an agent says it was about."""

    customer_id: CustomerId | None = None
    topic: str | None = None
    summary: str | None = None


class ContactPage(Contract):
    """Contacts, newest first; `next_cursor` is null after the oldest."""

    contacts: tuple[Contact, ...]
    next_cursor: str | None


class ContactChange(Contract):
    """What an agent says a contact was about; what is not given stays."""

    topic: str | None = Field(default=None, max_length=TOPIC_MAX)
    summary: str | None = Field(default=None, max_length=SUMMARY_MAX)


class Hit(Contract):
    """A contact or an order that was found: `title` is its first words, or what it is called."""

    kind: Literal["contact", "order"]
    contact_id: ContactId | None = None
    order_id: OrderId | None = None
    customer_id: CustomerId | None = None
    customer_name: str | None = None
    title: str
    at: WireInstant


class Found(Contract):
    """What was found, newest first."""

    hits: tuple[Hit, ...]
