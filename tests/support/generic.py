"""Any shop as it may send: orders with a life, and webhooks signed as Standard Webhooks has it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from shared.kernel.clock import to_iso
from tests.support.clock import START

STORE = "till.kettle.example"
KEY = b"only for tests, and long enough."
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def at(minutes: int) -> str:
    return to_iso(START + minutes * 60_000)


def line(line_no: int) -> dict[str, Any]:
    return {
        "line_no": line_no,
        "product_ref": f"P-{line_no}",
        "title": "Tea kettle",
        "quantity": 1,
        "unit_price_minor": 2_995,
    }


def order(number: int, *, minutes: int = 0, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "reference": f"G-{number}",
        "customer": {"shop_ref": f"c{number % 30}", "name": "Anna Kos"},
        "status": "paid",
        "placed_at": at(0),
        "updated_at": at(minutes),
        "currency": "EUR",
        "total_minor": 2_995,
        "cart_reference": f"K-{number}",
        "lines": [line(1)],
    }
    return told | changes


def cart(number: int) -> dict[str, Any]:
    return {
        "reference": f"K-{number}",
        "shop_ref": f"c{number % 30}",
        "updated_at": at(-5),
        "currency": "EUR",
        "total_minor": 2_995,
        "lines": [line(1)],
    }


def life(number: int) -> list[tuple[str, dict[str, Any]]]:
    """Return the webhooks of one order's life, in order: type and whole state."""
    came = {"status": "delivered", "delivered_at": at(4)}
    told = [
        ("cart.updated", cart(number)),
        ("order.created", order(number, status="created")),
        ("order.updated", order(number, minutes=1)),
        ("order.updated", order(number, minutes=2, status="shipped", note="left at noon")),
        ("order.updated", order(number, minutes=4, **came)),
    ]
    if number % 3 == 0:
        told.append(("order.updated", order(number, minutes=6, **came, refunded_minor=995)))
    return told


def json_of(told: Any) -> bytes:
    return json.dumps(told).encode()


def raw(kind: str, data: Any) -> bytes:
    return json_of({"type": kind, "timestamp": at(0), "data": data})


def signed(body: bytes, *, key: bytes = KEY) -> dict[str, str]:
    """Return the headers of a webhook sent at START."""
    sent = str(START // 1000)
    mac = hmac.new(key, f"msg_1.{sent}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": sent,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        "content-type": "application/json",
    }
