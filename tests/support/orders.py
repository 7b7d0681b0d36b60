"""Builders for orders and contacts as they come in."""

from __future__ import annotations

from typing import Any

from shared.contracts.cards import IngestContact
from shared.contracts.orders import (
    IngestCart,
    IngestCustomer,
    IngestOrder,
    IngestProduct,
    OrderLine,
)
from shared.kernel.vocabulary import Channel, EndReason, OrderStatus
from tests.support.clock import START

DAY_MS = 86_400_000


def person(shop_ref: str = "anna", **changes: Any) -> IngestCustomer:
    return IngestCustomer(**{"shop_ref": shop_ref, "name": "Anna Kos", "city": "Delft", **changes})


def line(line_no: int = 1, **changes: Any) -> OrderLine:
    told = {
        "line_no": line_no,
        "product_ref": f"P-{line_no}",
        "title": "Tea kettle",
        "quantity": 1,
        "unit_price_minor": 2_995,
    }
    return OrderLine(**{**told, **changes})


def order(reference: str = "A-1", **changes: Any) -> IngestOrder:
    """A delivered order of Anna's, a fortnight before START, of one line."""
    told: dict[str, Any] = {
        "platform": "test",
        "reference": reference,
        "customer": person(),
        "status": OrderStatus.DELIVERED,
        "placed_at": START - 14 * DAY_MS,
        "promised_at": START - 10 * DAY_MS,
        "delivered_at": START - 11 * DAY_MS,
        "currency": "EUR",
        "total_minor": 2_995,
        "lines": (line(),),
    }
    return IngestOrder(**{**told, **changes})


def cart(reference: str = "K-1", **changes: Any) -> IngestCart:
    """A cart of Anna's with one line, touched at START."""
    told: dict[str, Any] = {
        "platform": "test",
        "reference": reference,
        "shop_ref": "anna",
        "updated_at": START,
        "currency": "EUR",
        "total_minor": 2_995,
        "lines": (line(),),
    }
    return IngestCart(**{**told, **changes})


def product(reference: str = "P-1", **changes: Any) -> IngestProduct:
    picture = f"https://shop.example/{reference}.jpg"
    told = {"platform": "test", "reference": reference, "title": "Tea kettle", "url": None}
    return IngestProduct(**{**told, "picture_url": picture, **changes})


def contact(reference: str = "T-1", *, age_days: int = 1, **changes: Any) -> IngestContact:
    """A chat of Anna's with Piotr, a minute long, some days before START."""
    ended_at = START - age_days * DAY_MS
    told: dict[str, Any] = {
        "platform": "test",
        "reference": reference,
        "shop_ref": "anna",
        "channel": Channel.CHAT,
        "started_at": ended_at - 60_000,
        "ended_at": ended_at,
        "end_reason": EndReason.CLOSED_BY_AGENT,
        "agent_name": "Piotr",
        "first_response_ms": 4_200,
        "message_count": 7,
        "first_words": "Where is it?",
        "last_words": "Tomorrow.",
    }
    return IngestContact(**{**told, **changes})
