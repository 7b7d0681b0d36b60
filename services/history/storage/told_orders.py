"""An order as the database takes it; knows the type `history.told_order`, and no statement."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from services.history.domain.identities import normalise_email, normalise_phone
from services.history.domain.orders import outcome_of
from shared.contracts.orders import IngestCustomer, IngestOrder, OrderLine, OrderParts
from shared.kernel.clock import Instant
from shared.kit.new_ids import new_id

_LINES, _PARTS = TypeAdapter(tuple[OrderLine, ...]), TypeAdapter(OrderParts)


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


def told_order(order: IngestOrder, digest: bytes) -> ToldOrder:
    """Return an order with its digest, and ids for what may be new."""
    outcome = outcome_of(order)
    return ToldOrder(
        **_person(order.customer),
        order_id=new_id(),
        platform=order.platform,
        reference=order.reference,
        number=order.number,
        status=order.status,
        placed_at=order.placed_at,
        updated_at=order.updated_at,
        promised_at=outcome.promised_at,
        delivered_at=outcome.delivered_at,
        currency=order.currency,
        total_minor=order.total_minor,
        refunded_minor=outcome.refunded_minor,
        returned_at=outcome.returned_at,
        note=order.note,
        review_score=order.review_score,
        review_text=order.review_text,
        cart_reference=order.cart_reference,
        lines=_LINES.dump_json(order.lines, exclude_defaults=True).decode(),
        parts=_PARTS.dump_json(order.parts, exclude_defaults=True).decode(),
        digest=digest,
    )


def _person(person: IngestCustomer) -> dict[str, Any]:
    email, phone = person.email, person.phone
    proven = person.email_verified or person.phone_verified
    return {
        "customer_id": new_id(),
        "merge_id": new_id() if proven else None,
        "phone_merge_id": new_id() if proven else None,
        "shop_ref": person.shop_ref.strip(),
        "name": person.name,
        "email": email,
        "phone": phone,
        "city": person.city,
        "region": person.region,
        "locale": person.locale,
        "email_key": None if email is None else normalise_email(email),
        "phone_key": None if phone is None else normalise_phone(phone, person.country),
        "email_verified": person.email_verified,
        "phone_verified": person.phone_verified,
    }
