"""Verifies and reads what Shopify sends: webhooks, and objects of its Admin API.

How Shopify is understood:
- An order's webhook carries the whole order, its fulfilments and refunds included, whatever
  happened to it; so the topics about single fulfilments and refunds add nothing and are ignored.
- `updated_at` grows with every change of an order. Topic and time in the headers are not signed,
  so nothing is believed of them but which kind of body to expect.
- Amounts are in the shop's currency.
- An order without a customer (sold at a till, or by a guest) belongs to a customer of its own.
- A checkout is a cart; an order names the checkout it came of by token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from services.history.shops.shopify_orders import PLATFORM, cart_of, order_of, product_of
from services.history.shops.shopify_shapes import Checkout, Order, Product
from services.history.shops.told import Ignored, Link, Platform, State, UnreadableError, without_nul
from shared.kernel.clock import Instant

SIGNATURE = "x-shopify-hmac-sha256"
TOPIC = "x-shopify-topic"
STORE = "x-shopify-shop-domain"

ORDER_TOPICS = frozenset(
    {
        *("orders/create", "orders/updated", "orders/paid", "orders/cancelled"),
        *("orders/fulfilled", "orders/partially_fulfilled"),
    }
)
CART_TOPICS = frozenset({"checkouts/create", "checkouts/update"})
PRODUCT_TOPICS = frozenset({"products/create", "products/update"})
TOPICS = (*sorted(ORDER_TOPICS), *sorted(CART_TOPICS), *sorted(PRODUCT_TOPICS))

ShapeT = TypeVar("ShapeT", bound=BaseModel)


def verify(link: Link, headers: Mapping[str, str], body: bytes, _at: Instant) -> bool:
    """Tell whether the app of this store signed these bytes; takes the same time either way.

    One app's secret serves all stores it is installed in, so the store must be this one too.
    """
    mac = hmac.new(link.secret.encode(), body, hashlib.sha256).digest()
    told = headers.get(SIGNATURE, "")
    is_signed = hmac.compare_digest(base64.b64encode(mac), told.encode())
    return is_signed and headers.get(STORE, "").lower() == link.store


def parse(link: Link, headers: Mapping[str, str], body: bytes) -> State | Ignored:
    """Read a verified webhook.

    Raises:
        UnreadableError: it is no JSON, or not of the shape its topic has.
    """
    topic, body = headers.get(TOPIC, ""), without_nul(body)
    if topic in ORDER_TOPICS:
        return order_of(link, _shaped(Order, lambda: Order.model_validate_json(body)))
    if topic in CART_TOPICS:
        return cart_of(link, _shaped(Checkout, lambda: Checkout.model_validate_json(body)))
    if topic in PRODUCT_TOPICS:
        return product_of(link, _shaped(Product, lambda: Product.model_validate_json(body)))
    return Ignored("a topic of which history keeps nothing")


def _read_order(link: Link, told: Mapping[str, object]) -> State | Ignored:
    return order_of(link, _shaped(Order, lambda: Order.model_validate(told)))


def _read_cart(link: Link, told: Mapping[str, object]) -> State | Ignored:
    return cart_of(link, _shaped(Checkout, lambda: Checkout.model_validate(told)))


def _read_product(link: Link, told: Mapping[str, object]) -> State | Ignored:
    return product_of(link, _shaped(Product, lambda: Product.model_validate(told)))


def _shaped(kind: type[ShapeT], read: Callable[[], ShapeT]) -> ShapeT:
    try:
        return read()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the body"
        name = kind.__name__.lower()
        raise UnreadableError(f"is no {name} of Shopify: {place}: {first['msg']}") from None


SHOPIFY = Platform(
    name=PLATFORM,
    verify=verify,
    parse=parse,
    topics=TOPICS,
    resources=MappingProxyType(
        {"products": _read_product, "orders": _read_order, "checkouts": _read_cart}
    ),
)
