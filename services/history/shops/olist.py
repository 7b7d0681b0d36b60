"""Turns the rows of the public Olist files into orders; does no reading of files.

How the data set is understood:
- `customer_unique_id` is the person; `customer_id` is one per order.
- Times carry no zone; they are Brazil's official time (ZONE_NAME). An hour that a clock change
  repeats is taken as its first pass.
- The estimated delivery date is a day: the promise holds until that day ends.
- Titles are the English category names: the data set names no product.
- An order's total is what its lines and their freight come to. An order without lines, or with a
  rejected one, takes what was paid.
- Of several reviews of an order, the one answered last counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import assert_never

from services.history.shops.olist_rows import (
    CustomerRow,
    ItemRow,
    OlistFile,
    OrderRow,
    PaymentRow,
    ProductRow,
    ReviewRow,
    Row,
    TranslationRow,
)
from shared.contracts.orders import IngestCustomer, IngestOrder, OrderLine
from shared.kernel.money import MONEY_MAX
from shared.kernel.vocabulary import OrderStatus

PLATFORM = "olist"
CURRENCY = "BRL"
LOCALE = "pt-BR"
ZONE_NAME = "America/Sao_Paulo"
READING = "olist/1"
"""Grows when the same files would give other orders, so that an old checkpoint is not resumed."""

READING_ORDER: Mapping[OlistFile, type[Row]] = MappingProxyType(
    {
        OlistFile.TRANSLATION: TranslationRow,
        OlistFile.PRODUCTS: ProductRow,
        OlistFile.CUSTOMERS: CustomerRow,
        OlistFile.ORDERS: OrderRow,
        OlistFile.ITEMS: ItemRow,
        OlistFile.PAYMENTS: PaymentRow,
        OlistFile.REVIEWS: ReviewRow,
    }
)
"""What each file holds, every file after those that its rows need."""

NO_CATEGORY = "Product without category"


class NoOrderError(ValueError):
    """Why some rows make no order; the sentence goes on after "the row"."""


@dataclass(frozen=True, slots=True)
class Link:
    """What makes a row unique in its file, and which rows of other files it needs."""

    key: str
    needs: tuple[tuple[OlistFile, str], ...] = ()
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class OrderParts:
    """All rows of one order; `complete` is false when one of its lines was rejected."""

    order: OrderRow
    customer: CustomerRow
    items: Sequence[tuple[ItemRow, str]]
    payments: Sequence[PaymentRow]
    reviews: Sequence[ReviewRow]
    complete: bool = True


def link_of(row: Row) -> Link:
    """Return how a row hangs together with the others."""
    match row:
        case OrderRow():
            link = Link(row.order_id, ((OlistFile.CUSTOMERS, row.customer_id),), row.order_id)
        case CustomerRow():
            link = Link(row.customer_id)
        case ItemRow():
            product = (OlistFile.PRODUCTS, row.product_id)
            link = _of_order(row.order_id, str(row.line_no), product)
        case PaymentRow():
            link = _of_order(row.order_id, str(row.sequential))
        case ReviewRow():
            link = _of_order(row.order_id, row.review_id)
        case ProductRow():
            link = Link(row.product_id)
        case TranslationRow():
            link = Link(row.category)
        case _:
            assert_never(row)
    return link


def _of_order(order_id: str, part: str, *others: tuple[OlistFile, str]) -> Link:
    return Link(f"{order_id}/{part}", ((OlistFile.ORDERS, order_id), *others), order_id)


def title_of(category: str | None, translation: TranslationRow | None) -> str:
    """Return how a product of a category is named to people."""
    name = category if translation is None else translation.english
    if name is None:
        return NO_CATEGORY
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def build_order(parts: OrderParts) -> IngestOrder:
    """Join the rows of one order; the items come with their titles, in any order.

    Raises:
        NoOrderError: the amounts add up to more than an order may come to.
    """
    lines = tuple(
        sorted((_line(item, title) for item, title in parts.items), key=lambda line: line.line_no)
    )
    review = max(parts.reviews, key=lambda one: (one.answered_at, one.review_id), default=None)
    return IngestOrder(
        platform=PLATFORM,
        reference=parts.order.order_id,
        customer=_person(parts.customer),
        status=OrderStatus(parts.order.status),
        placed_at=parts.order.placed_at,
        promised_at=parts.order.promised_at,
        delivered_at=parts.order.delivered_at,
        currency=CURRENCY,
        total_minor=_total(parts),
        review_score=None if review is None else review.score,
        review_text=None if review is None else review.text,
        lines=lines,
    )


def _person(customer: CustomerRow) -> IngestCustomer:
    return IngestCustomer(
        shop_ref=customer.unique_id,
        city=customer.city,
        region=customer.state,
        locale=LOCALE,
    )


def _line(item: ItemRow, title: str) -> OrderLine:
    return OrderLine(
        line_no=item.line_no,
        product_ref=item.product_id,
        title=title,
        quantity=1,
        unit_price_minor=item.price_minor,
        freight_minor=item.freight_minor,
    )


def _total(parts: OrderParts) -> int:
    total = sum(payment.paid_minor for payment in parts.payments)
    if parts.items and parts.complete:
        total = sum(item.price_minor + item.freight_minor for item, _ in parts.items)
    if total > MONEY_MAX:
        raise NoOrderError("adds up to an absurdly large total")
    return total
