"""Words that stand nowhere else, and what a shop tells of a customer with one in every field."""

from __future__ import annotations

from typing import Any

from shared.kit.new_ids import new_id
from tests.support import shopify


class Canaries:
    """Words that stand nowhere else, one for each field that is filled."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.words: list[str] = []

    def __call__(self, field: str) -> str:
        word = f"canary{self.who}{field}{new_id().hex[-8:]}"
        self.words.append(word)
        return word


def a_shopify_order(number: str, email: str, canary: Canaries) -> dict[str, Any]:
    person = {"id": int(number), "first_name": canary("first"), "last_name": canary("last")}
    return shopify.order(
        int(number),
        email=email,
        phone=f"+3161234{number}",
        note=canary("note"),
        customer=person,
        checkout_token=canary("checkout"),
        shipping_address={"city": canary("city"), "province": canary("province")},
        line_items=[shopify.line(1, title=canary("title"))],
        name=f"#{canary('number')}",
    )


def a_shopify_cart(number: str, canary: Canaries) -> dict[str, Any]:
    return shopify.cart(1) | {
        "token": canary("cart"),
        "customer": {"id": int(number)},
        "line_items": [shopify.line(1, title=canary("wish"))],
    }


def an_order(number: str, email: str, canary: Canaries) -> dict[str, Any]:
    return {
        "platform": "till",
        "reference": canary("reference"),
        "customer": {"shop_ref": number, "email": email},
        "status": "shipped",
        "placed_at": "2026-11-02T10:00:00Z",
        "currency": "EUR",
        "total_minor": 100,
        "review_text": canary("review"),
    }


def a_contact(number: str, canary: Canaries) -> dict[str, Any]:
    return {
        "platform": "till",
        "reference": canary("contact"),
        "shop_ref": number,
        "channel": "email",
        "started_at": "2026-11-02T10:00:00Z",
        "ended_at": "2026-11-02T10:05:00Z",
        "end_reason": "closed_by_agent",
        "message_count": 2,
        "first_words": canary("asked"),
        "last_words": canary("answered"),
    }
