"""Turns Shopify's objects into orders, carts and products; does not verify or parse bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from services.history.shops import shopify_shapes as shapes
from services.history.shops.shopify_parts import paid_by, refund_of, return_of, shipment_of
from services.history.shops.told import Ignored, Link, UnreadableError
from shared.contracts.orders import (
    NOTE_MAX,
    WEB_ADDRESS,
    IngestCart,
    IngestCustomer,
    IngestOrder,
    IngestProduct,
    OrderLine,
    OrderParts,
)
from shared.kernel.clock import Instant, from_datetime
from shared.kernel.money import minor_of
from shared.kernel.vocabulary import OrderStatus

PLATFORM = "shopify"
TITLE_MAX = 300

_WEB = re.compile(WEB_ADDRESS)
_PAID = frozenset({"paid", "partially_paid", "partially_refunded", "refunded"})
StateT = TypeVar("StateT", bound=BaseModel)


def order_of(link: Link, told: shapes.Order) -> IngestOrder:
    """Return an order.

    Raises:
        UnreadableError: its money, its lines or its times cannot be kept.
    """
    person = told.customer
    home = None if person is None else person.default_address
    address = told.shipping_address or told.billing_address or home or shapes.Address()
    guest = f"{link.customers_as}guest/{told.id}"
    return _kept(
        lambda: IngestOrder(
            platform=PLATFORM,
            reference=str(told.id),
            number=told.name,
            customer=IngestCustomer(
                shop_ref=guest if person is None else _customer_ref(link, person),
                name=_name(person, address),
                email=_first(told.email, None if person is None else person.email, most=254),
                phone=_first(told.phone, None if person is None else person.phone, most=40),
                city=_short(address.city, 120),
                region=_short(address.province, 120),
                locale=_short(told.customer_locale, 35),
            ),
            status=_status(told),
            placed_at=from_datetime(told.created_at),
            updated_at=from_datetime(told.updated_at),
            currency=told.currency,
            total_minor=_minor(told.total_price, told.currency),
            note=_short(told.note, NOTE_MAX),
            cart_reference=told.checkout_token or None,
            lines=_lines(told.line_items, told.currency),
            parts=_parts(told),
        )
    )


def cart_of(link: Link, told: shapes.Checkout) -> IngestCart | Ignored:
    """Return a cart, or why it is nobody's.

    Raises:
        UnreadableError: its money, its lines or its times cannot be kept.
    """
    person = told.customer
    if person is None:
        return Ignored("a cart of nobody who is known yet")
    return _kept(
        lambda: IngestCart(
            platform=PLATFORM,
            reference=told.token,
            shop_ref=_customer_ref(link, person),
            updated_at=from_datetime(told.updated_at),
            completed_at=_instant(told.completed_at or told.closed_at),
            currency=told.currency,
            total_minor=_minor(told.total_price, told.currency),
            lines=_lines(told.line_items, told.currency),
        )
    )


def product_of(link: Link, told: shapes.Product) -> IngestProduct:
    """Return a product with its first picture.

    Raises:
        UnreadableError: its times cannot be kept.
    """
    pictures = [one.src for one in (told.image, *told.images) if one is not None]
    address = None if told.handle is None else f"https://{link.store}/products/{told.handle}"
    return _kept(
        lambda: IngestProduct(
            platform=PLATFORM,
            reference=str(told.id),
            updated_at=from_datetime(told.updated_at),
            title=told.title[:TITLE_MAX],
            picture_url=next((url for src in pictures if (url := web_address(src))), None),
            url=web_address(address),
        )
    )


def web_address(text: str | None) -> str | None:
    """Return an address that a link may have, or None for any other."""
    return text if text is not None and _WEB.match(text) else None


def _customer_ref(link: Link, person: shapes.Customer) -> str:
    return f"{link.customers_as}{person.id}"


def _name(person: shapes.Customer | None, address: shapes.Address) -> str | None:
    parts = [] if person is None else [person.first_name, person.last_name]
    name = " ".join(part for part in parts if part) or address.name
    return _short(name, 200)


def _status(told: shapes.Order) -> OrderStatus:
    if told.cancelled_at is not None:
        return OrderStatus.CANCELLED
    sent = [one for one in told.fulfillments if one.status not in ("cancelled", "failure", "error")]
    if told.fulfillment_status == "fulfilled":
        has_come = bool(sent) and all(one.shipment_status == "delivered" for one in sent)
        return OrderStatus.DELIVERED if has_come else OrderStatus.SHIPPED
    if told.fulfillment_status == "partial":
        return OrderStatus.PROCESSING
    return OrderStatus.PAID if told.financial_status in _PAID else OrderStatus.CREATED


def _lines(items: Sequence[shapes.LineItem], currency: str) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(
            line_no=number,
            product_ref="" if item.product_id is None else str(item.product_id),
            title=item.title[:TITLE_MAX],
            quantity=item.quantity,
            unit_price_minor=_minor(item.price, currency),
            variant=_short(item.variant_title, 200),
        )
        for number, item in enumerate(items, start=1)
        if item.quantity > 0
    )


def _parts(told: shapes.Order) -> OrderParts:
    places = {item.id: number for number, item in enumerate(told.line_items, start=1)}
    returns = (return_of(one, places) for one in told.refunds)
    return OrderParts(
        payments=paid_by(told, lambda text: _minor(text, told.currency)),
        refunds=tuple(
            refund_of(one, lambda text: _minor(text, told.currency)) for one in told.refunds
        ),
        returns=tuple(one for one in returns if one is not None),
        shipments=tuple(shipment_of(one, web_address) for one in told.fulfillments),
    )


def _minor(text: str, currency: str) -> int:
    try:
        return minor_of(text, currency)
    except ValueError as error:
        raise UnreadableError(f"has an amount that {error}") from None


def _instant(moment: datetime | None) -> Instant | None:
    return None if moment is None else from_datetime(moment)


def _first(*texts: str | None, most: int) -> str | None:
    """Return the first text there is; one that is too long is no address, and is left out."""
    found = next((text.strip() for text in texts if text and text.strip()), None)
    return None if found is None or len(found) > most else found


def _short(text: str | None, most: int) -> str | None:
    return (text or "").strip()[:most] or None


def _kept(build: Callable[[], StateT]) -> StateT:
    try:
        return build()
    except UnreadableError:
        raise
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise UnreadableError(f"cannot be kept: {place}: {first['msg']}") from None
