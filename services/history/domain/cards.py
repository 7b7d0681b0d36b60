"""Builds the context card from what is stored; says which orders are late at an instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_json

from services.history.domain.open_matters import facts_of, open_matters, repetition
from services.history.domain.orders import is_late
from shared.contracts.cards import (
    CardCustomer,
    ContactSummary,
    CustomerNote,
    FollowUp,
    MayBe,
    OrderSummary,
    Spent,
    Suggestion,
)
from shared.contracts.items import IdentityKind
from shared.contracts.orders import (
    OrderLine,
    OrderParts,
    Payment,
    Refund,
    Return,
    ReturnedLine,
    Shipment,
)
from shared.kernel.clock import Instant, to_iso
from shared.kernel.ids import IdKind, encode_hex
from shared.kernel.vocabulary import OrderStatus

NEWEST = 5
"""Orders and contacts on a card: what an agent can take in while answering."""
LINES_SHOWN = 50
"""Lines of one order on a card; the card rides inside offers, and the rest is only counted."""
PARTS_SHOWN = 20
"""Payments, refunds, returns and shipments of one order on a card, of each."""


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A customer with the newest orders and contacts, as JSON objects; instants in milliseconds."""

    customer: Mapping[str, Any]
    orders: Sequence[Mapping[str, Any]]
    contacts: Sequence[Mapping[str, Any]]
    may_be: Sequence[Mapping[str, Any]]
    more: Mapping[str, Any]


def _blank(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's fields, as they go over the wire where nothing is told of them."""
    return {name: field.get_default() for name, field in model.model_fields.items()}


_CUSTOMER, _SPENT = _blank(CardCustomer), _blank(Spent)
_ORDER, _LINE, _PARTS = _blank(OrderSummary), _blank(OrderLine), _blank(OrderParts)
_PART = {
    "payments": _blank(Payment),
    "refunds": _blank(Refund),
    "returns": _blank(Return),
    "shipments": _blank(Shipment),
}
_RETURNED = _blank(ReturnedLine)
_CONTACT, _NOTE, _FOLLOW_UP = _blank(ContactSummary), _blank(CustomerNote), _blank(FollowUp)
_SUGGESTION = _blank(Suggestion)


def card_json(stored: StoredCard, at: Instant) -> bytes:
    """Return the card as it is true at an instant: the wire form of a `Card`, byte for byte.

    What is stored was judged when it came. To make a Card of it, and JSON of that, took more than
    twice as long.
    """
    more = stored.more
    matters = open_matters(stored.orders, more["cart"], at)
    again = repetition(more["recent"], stored.orders, at)
    card = {
        "customer": _customer(stored.customer),
        "orders": [_order(order, at) for order in stored.orders[:NEWEST]],
        "contacts": [_contact(contact) for contact in stored.contacts],
        "may_be": [may_be(one) for one in stored.may_be],
        "open_now": matters,
        "repetition": again,
        "notes": [_note(one) for one in more["notes"]],
        "follow_ups": [_follow_up(one) for one in more["follow_ups"]],
        "suggestions": [_suggestion(one) for one in more["suggestions"]],
        "facts": facts_of(matters, again),
    }
    return to_json(card)


def may_be(stored: Mapping[str, Any]) -> MayBe:
    """Return somebody who gave the same address, as stored: a JSON object."""
    return MayBe(
        customer_id=UUID(stored["customer_id"]),
        name=stored["name"],
        same=tuple(IdentityKind(kind) for kind in stored["same"]),
    )


def _customer(stored: Mapping[str, Any]) -> dict[str, Any]:
    spent = [{**_SPENT, **one} for one in stored["spent"]]
    wire = {"id": encode_hex(IdKind.CUSTOMER, stored["id"]), "since": _iso(stored["since"])}
    return {**_CUSTOMER, **stored, **wire, "spent": spent}


def _order(order: Mapping[str, Any], at: Instant) -> dict[str, Any]:
    promised_at, delivered_at, lines = order["promised_at"], order["delivered_at"], order["lines"]
    pictures = order["pictures"] or {}
    told = {
        **_ORDER,
        **order,
        "id": encode_hex(IdKind.ORDER, order["id"]),
        "placed_at": _iso(order["placed_at"]),
        "promised_at": _iso(promised_at),
        "delivered_at": _iso(delivered_at),
        "returned_at": _iso(order.get("returned_at")),
        "late": is_late(OrderStatus(order["status"]), promised_at, delivered_at, at),
        "lines": [_line(line, pictures) for line in lines[:LINES_SHOWN]],
        "more_lines": max(len(lines) - LINES_SHOWN, 0),
        "parts": _parts(order["parts"]),
    }
    del told["pictures"]
    return told


def _line(line: Mapping[str, Any], pictures: Mapping[str, str]) -> dict[str, Any]:
    picture = line.get("picture_url") or pictures.get(line["product_ref"])
    return {**_LINE, **line, "picture_url": picture}


def _parts(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts, the newest PARTS_SHOWN of each kind, as shops append to them."""
    told = {name: [_part(name, one) for one in stored[name][-PARTS_SHOWN:]] for name in stored}
    return {**_PARTS, **told}


def _part(name: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    told = {**_PART[name], **stored}
    if "lines" in stored:
        told["lines"] = [{**_RETURNED, **line} for line in stored["lines"]]
    return told


def _note(stored: Mapping[str, Any]) -> dict[str, Any]:
    wire = {
        "id": encode_hex(IdKind.CUSTOMER_NOTE, stored["id"]),
        "created_at": _iso(stored["created_at"]),
    }
    return {**_NOTE, **stored, **wire}


def _follow_up(stored: Mapping[str, Any]) -> dict[str, Any]:
    wire = {
        "id": encode_hex(IdKind.FOLLOW_UP, stored["id"]),
        "conversation_id": encode_hex(IdKind.CONVERSATION, stored["conversation_id"]),
        "due_at": _iso(stored["due_at"]),
        "created_at": _iso(stored["created_at"]),
    }
    return {**_FOLLOW_UP, **stored, **wire}


def _suggestion(stored: Mapping[str, Any]) -> dict[str, Any]:
    shares = {name: float(stored[name]) for name in ("support", "lift")}
    return {**_SUGGESTION, **stored, **shares}


def _contact(contact: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_CONTACT,
        **contact,
        "id": encode_hex(IdKind.CONTACT, contact["id"]),
        "conversation_id": encode_hex(IdKind.CONVERSATION, contact["conversation_id"]),
        "started_at": _iso(contact["started_at"]),
        "ended_at": _iso(contact["ended_at"]),
        "order_ids": [encode_hex(IdKind.ORDER, order_id) for order_id in contact["order_ids"]],
    }


def _iso(at: Instant | None) -> str | None:
    return None if at is None else to_iso(at)
