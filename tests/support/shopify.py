"""Shopify as it sends and answers: orders with a life, signed webhooks, and its API on a port."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

STORE = "kettle.myshopify.com"
SECRET = "shpss_only_for_tests"
BORN = datetime(2026, 11, 1, 10, tzinfo=UTC)


def at(minutes: int) -> str:
    """Return an instant as Shopify writes it, some minutes into an order's life."""
    return (BORN + timedelta(minutes=minutes)).isoformat()


def order(number: int, *, minutes: int = 0, **changes: Any) -> dict[str, Any]:
    """One order's whole state, as a webhook's body."""
    told: dict[str, Any] = {
        "id": 4_500_000_000 + number,
        "name": f"#{1000 + number}",
        "created_at": at(0),
        "updated_at": at(minutes),
        "cancelled_at": None,
        "currency": "EUR",
        "total_price": "59.90",
        "financial_status": "paid",
        "fulfillment_status": None,
        "payment_gateway_names": ["shopify_payments"],
        "note": None,
        "email": f"c{number % 30}@mail.example",
        "customer_locale": "nl-NL",
        "checkout_token": f"token-{number}",
        "customer": {
            "id": 7_000 + number % 30,
            "first_name": "Anna",
            "last_name": f"Kos {number % 30}",
        },
        "shipping_address": {"city": "Delft", "province": "Zuid-Holland"},
        "line_items": [
            line(number * 10 + 1),
            line(number * 10 + 2, product_id=633, title="Cup", variant_title=None),
        ],
        "fulfillments": [],
        "refunds": [],
    }
    return told | changes


def line(line_id: int, **changes: Any) -> dict[str, Any]:
    told = {
        "id": line_id,
        "product_id": 632,
        "title": "Tea kettle",
        "variant_title": "green",
        "quantity": 1,
        "price": "29.95",
    }
    return told | changes


def fulfillment(number: int, *, minutes: int, carrier: str | None = None) -> dict[str, Any]:
    return {
        "id": 90_000 + number,
        "status": "success",
        "shipment_status": carrier,
        "created_at": at(2),
        "updated_at": at(minutes),
        "tracking_company": "PostNL",
        "tracking_number": f"3S{number}",
        "tracking_url": f"https://postnl.example/3S{number}",
    }


def refund(number: int, *, line_id: int, minutes: int) -> dict[str, Any]:
    return {
        "id": 80_000 + number,
        "created_at": at(minutes),
        "note": "The lid leaks.",
        "transactions": [
            {"kind": "refund", "status": "success", "amount": "29.95"},
            {"kind": "refund", "status": "failure", "amount": "29.95"},
        ],
        "refund_line_items": [
            {"line_item_id": line_id, "quantity": 1, "restock_type": "return"},
        ],
    }


def cart(number: int) -> dict[str, Any]:
    """One checkout that is not completed yet."""
    return {
        "token": f"token-{number}",
        "updated_at": at(-5),
        "currency": "EUR",
        "total_price": "59.90",
        "customer": {"id": 7_000 + number % 30},
        "line_items": [line(1)],
    }


def life(number: int) -> list[tuple[str, dict[str, Any]]]:
    """Return the webhooks of one order's life, in order: topic and whole state."""
    ship = [fulfillment(number, minutes=2)]
    come = [fulfillment(number, minutes=5, carrier="delivered")]
    back = [refund(number, line_id=number * 10 + 1, minutes=6)]
    begun = cart(number)
    told = [
        ("checkouts/create", begun),
        ("checkouts/update", begun | {"updated_at": at(-2), "completed_at": at(-2)}),
        ("orders/create", order(number, financial_status="pending")),
        ("orders/paid", order(number, minutes=1)),
        (
            "orders/fulfilled",
            order(number, minutes=2, fulfillment_status="fulfilled", fulfillments=ship),
        ),
        (
            "orders/updated",
            order(number, minutes=5, fulfillment_status="fulfilled", fulfillments=come),
        ),
    ]
    if number % 3 == 0:
        told.append(
            (
                "orders/updated",
                order(
                    number,
                    minutes=6,
                    financial_status="partially_refunded",
                    fulfillment_status="fulfilled",
                    fulfillments=come,
                    refunds=back,
                ),
            )
        )
    if number % 7 == 0:
        told.append(("orders/cancelled", order(number, minutes=8, cancelled_at=at(8))))
    return told


def signed(body: bytes, topic: str, *, secret: str = SECRET, store: str = STORE) -> dict[str, str]:
    """Return the headers of a webhook."""
    mac = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "x-shopify-topic": topic,
        "x-shopify-shop-domain": store,
        "x-shopify-hmac-sha256": base64.b64encode(mac).decode(),
        "content-type": "application/json",
    }


def raw(told: dict[str, Any]) -> bytes:
    return json.dumps(told).encode()
