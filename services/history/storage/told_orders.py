"""An order as the database takes it; knows the type `history.told_order`, and no statement."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias
from uuid import UUID

from services.history.domain.digests import state_of
from services.history.domain.identities import normalise_email, normalise_phone
from services.history.domain.orders import outcome_of
from shared.contracts.orders import IngestCustomer, IngestOrder
from shared.kernel.clock import Instant
from shared.kit.driver_ids import new_ids
from shared.kit.new_ids import new_id


class OrderState(NamedTuple):
    """An order with what it is known by: its JSON without defaults, and the SHA-256 of it."""

    order: IngestOrder
    text: bytes
    digest: bytes


class ToldOrder(NamedTuple):
    """An order as the database's type of that name has it, field by field in its order.

    Addresses are kept as the shop wrote them, and beside that in the form that is looked up. Lines
    and parts are as they go over the wire, without what was not told.
    """

    order_id: UUID
    customer_id: UUID
    merge_id: UUID | None
    phone_merge_id: UUID | None
    platform: str
    reference: str
    number: str | None
    shop_ref: str
    name: str | None
    email: str | None
    phone: str | None
    city: str | None
    region: str | None
    locale: str | None
    email_key: str | None
    phone_key: str | None
    email_verified: bool
    phone_verified: bool
    status: str
    placed_at: Instant
    updated_at: Instant | None
    promised_at: Instant | None
    delivered_at: Instant | None
    currency: str
    total_minor: int
    refunded_minor: int
    returned_at: Instant | None
    note: str | None
    review_score: int | None
    review_text: str | None
    cart_reference: str | None
    lines: str
    parts: str
    digest: bytes


def states_of(orders: Sequence[IngestOrder]) -> list[OrderState]:
    """Return each order with its state."""
    texts = [state_of(order) for order in orders]
    return [
        OrderState(order, text, hashlib.sha256(text).digest())
        for order, text in zip(orders, texts, strict=True)
    ]


def told_orders(states: Sequence[OrderState]) -> list[ToldOrder]:
    """Return orders as the database takes them, with ids for what may be new."""
    ids = new_ids(2 * len(states))
    return [
        _told(*state, order_id, customer_id)
        for state, order_id, customer_id in zip(states, ids[::2], ids[1::2], strict=True)
    ]


def _told(
    order: IngestOrder, text: bytes, digest: bytes, order_id: UUID, customer_id: UUID
) -> ToldOrder:
    """Fields go by their places: by their names they took three times as long."""
    outcome, person = outcome_of(order), order.customer
    proven = person.email_verified or person.phone_verified
    return ToldOrder(
        order_id,
        customer_id,
        new_id() if proven else None,
        new_id() if proven else None,
        order.platform,
        order.reference,
        order.number,
        *_person(person),
        order.status,
        order.placed_at,
        order.updated_at,
        outcome.promised_at,
        outcome.delivered_at,
        order.currency,
        order.total_minor,
        outcome.refunded_minor,
        outcome.returned_at,
        order.note,
        order.review_score,
        order.review_text,
        order.cart_reference,
        *_lines_and_parts(text),
        digest,
    )


def _lines_and_parts(text: bytes) -> tuple[str, str]:
    """Return both as they stand at the end of an order's state: anew it is ten times the time.

    What is looked for is no part of a text of the shop's, whose quotes are escaped, and no field
    before them has such a key.
    """
    rest, _, parts = text[:-1].partition(b',"parts":')
    _, _, lines = rest.partition(b',"lines":')
    return lines.decode() or "[]", parts.decode() or "{}"


_Person: TypeAlias = tuple[
    str,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    str | None,
    bool,
    bool,
]


def _person(person: IngestCustomer) -> _Person:
    """Return who ordered, from `shop_ref` to `phone_verified`."""
    email, phone = person.email, person.phone
    return (
        person.shop_ref.strip(),
        person.name,
        email,
        phone,
        person.city,
        person.region,
        person.locale,
        None if email is None else normalise_email(email),
        None if phone is None else normalise_phone(phone, person.country),
        person.email_verified,
        person.phone_verified,
    )
