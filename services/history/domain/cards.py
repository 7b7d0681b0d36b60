"""Builds the context card from what is stored; says which orders are late at an instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from services.history.domain.open_matters import facts_of, open_matters, repetition
from services.history.domain.orders import is_late
from shared.contracts.cards import (
    Card,
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
from shared.contracts.orders import OrderLine, OrderParts
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import Channel, EndReason, OrderStatus, Outcome

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


def build_card(stored: StoredCard, at: Instant) -> Card:
    """Return the card as it is true at an instant."""
    orders = tuple(_order(order, at) for order in stored.orders)
    more = stored.more
    matters = open_matters(orders, more["cart"], at)
    again = repetition(more["recent"], orders, at)
    return Card(
        customer=_customer(stored.customer),
        orders=orders[:NEWEST],
        contacts=tuple(_contact(contact) for contact in stored.contacts),
        may_be=tuple(may_be(one) for one in stored.may_be),
        open_now=matters,
        repetition=again,
        notes=tuple(CustomerNote(**{**one, "id": UUID(one["id"])}) for one in more["notes"]),
        follow_ups=tuple(_follow_up(one) for one in more["follow_ups"]),
        suggestions=tuple(Suggestion(**one) for one in more["suggestions"]),
        facts=facts_of(matters, again),
    )


def _customer(stored: Mapping[str, Any]) -> CardCustomer:
    told = {
        "id": UUID(stored["id"]),
        "spent": tuple(Spent(**one) for one in stored["spent"]),
        "known_by": tuple(IdentityKind(kind) for kind in stored["known_by"]),
    }
    return CardCustomer(**{**stored, **told})


def may_be(stored: Mapping[str, Any]) -> MayBe:
    """Return somebody who gave the same address, as stored: a JSON object."""
    return MayBe(
        customer_id=UUID(stored["customer_id"]),
        name=stored["name"],
        same=tuple(IdentityKind(kind) for kind in stored["same"]),
    )


def _order(order: Mapping[str, Any], at: Instant) -> OrderSummary:
    status = OrderStatus(order["status"])
    lines = order["lines"]
    late = is_late(status, order["promised_at"], order["delivered_at"], at)
    pictures = order["pictures"] or {}
    told = {
        "id": UUID(order["id"]),
        "status": status,
        "late": late,
        "lines": tuple(_line(line, pictures) for line in lines[:LINES_SHOWN]),
        "more_lines": max(len(lines) - LINES_SHOWN, 0),
        "parts": _parts(order["parts"]),
    }
    return OrderSummary(**{**order, **told})


def _line(line: Mapping[str, Any], pictures: Mapping[str, str]) -> OrderLine:
    picture = line.get("picture_url") or pictures.get(line["product_ref"])
    return OrderLine(**{**line, "picture_url": picture})


def _parts(stored: Mapping[str, Any]) -> OrderParts:
    """Return the parts, the newest PARTS_SHOWN of each kind, as shops append to them."""
    shown = {name: parts[-PARTS_SHOWN:] for name, parts in stored.items()}
    return OrderParts.model_validate_json(to_json(shown)) if shown else OrderParts()


def _follow_up(stored: Mapping[str, Any]) -> FollowUp:
    ids = {name: UUID(stored[name]) for name in ("id", "conversation_id")}
    return FollowUp(**{**stored, **ids})


def _contact(contact: Mapping[str, Any]) -> ContactSummary:
    told = {
        "id": UUID(contact["id"]),
        "conversation_id": UUID(contact["conversation_id"]),
        "channel": Channel(contact["channel"]),
        "end_reason": EndReason(contact["end_reason"]),
        "order_ids": tuple(UUID(order_id) for order_id in contact["order_ids"]),
        "outcome": Outcome(outcome) if (outcome := contact.get("outcome")) else None,
    }
    return ContactSummary(**{**contact, **told})
