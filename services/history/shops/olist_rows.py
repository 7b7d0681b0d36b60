"""Reads single rows of the public Olist files; knows nothing of how they join."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from services.history.shops.csv_records import Record
from services.history.shops.olist_cells import CellError, Cells
from shared.contracts.orders import LINE_NO_MAX, REVIEW_TEXT_MAX
from shared.kernel.clock import Instant, from_datetime
from shared.kernel.vocabulary import OrderStatus

PLACE_MAX = 120
SCORE_MAX = 5
PAYMENTS_MAX = 1_000
TITLE_MAX = 200

_TO_END_OF_DAY = timedelta(hours=23, minutes=59, seconds=59)
"""The estimate is a day, written as its midnight: a parcel that comes on that day is not late."""

STATUS_OF: Mapping[str, OrderStatus] = MappingProxyType(
    {
        "created": OrderStatus.CREATED,
        "approved": OrderStatus.PAID,
        "invoiced": OrderStatus.PROCESSING,
        "processing": OrderStatus.PROCESSING,
        "shipped": OrderStatus.SHIPPED,
        "delivered": OrderStatus.DELIVERED,
        "canceled": OrderStatus.CANCELLED,
        "unavailable": OrderStatus.UNAVAILABLE,
    }
)


class OlistFile(StrEnum):
    """The seven files of the data set that hold what a card shows."""

    ORDERS = "olist_orders_dataset.csv"
    CUSTOMERS = "olist_customers_dataset.csv"
    ITEMS = "olist_order_items_dataset.csv"
    PAYMENTS = "olist_order_payments_dataset.csv"
    REVIEWS = "olist_order_reviews_dataset.csv"
    PRODUCTS = "olist_products_dataset.csv"
    TRANSLATION = "product_category_name_translation.csv"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order; `promised_at` is the end of the estimated day."""

    order_id: str
    customer_id: str
    status: str
    placed_at: Instant
    delivered_at: Instant | None
    promised_at: Instant | None


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """The customer of one order; `unique_id` is the person."""

    customer_id: str
    unique_id: str
    city: str | None
    state: str | None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of an order, always of quantity one."""

    order_id: str
    line_no: int
    product_id: str
    price_minor: int
    freight_minor: int


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment of an order, interest on instalments included."""

    order_id: str
    sequential: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One review of an order; an order may have several, and a review several orders."""

    order_id: str
    review_id: str
    score: int
    text: str | None
    answered_at: Instant


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product; the data set gives no names, only a category."""

    product_id: str
    category: str | None


@dataclass(frozen=True, slots=True)
class TranslationRow:
    """The English name of a category."""

    category: str
    english: str


Row: TypeAlias = (
    OrderRow | CustomerRow | ItemRow | PaymentRow | ReviewRow | ProductRow | TranslationRow
)


@dataclass(frozen=True, slots=True)
class Header:
    """A file's first line, found good: where each needed column stands."""

    file: OlistFile
    width: int
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class HeaderProblem:
    """Why a whole file is refused: one sentence."""

    sentence: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A rejected row; `order_id` when it can be told, so that the order's total is not guessed."""

    line: int
    reason: str
    order_id: str | None = None


def read_header(file: OlistFile, fields: Sequence[str]) -> Header | HeaderProblem:
    """Find the needed columns; others may stand between them, in any order."""
    names = [name.strip() for name in fields]
    needed = COLUMNS[file]
    missing = [name for name in needed if name not in names]
    if missing:
        is_one_cell = len(names) == 1 and len(missing) == len(needed)
        hint = " Its cells must be separated by commas." if is_one_cell else ""
        return HeaderProblem(f"{file} has no column {', '.join(missing)}.{hint}")
    twice = [name for name in needed if names.count(name) > 1]
    if twice:
        return HeaderProblem(f"{file} has more than one column {', '.join(twice)}.")
    return Header(file, len(names), {name: names.index(name) for name in needed})


def read_row(header: Header, record: Record, zone: tzinfo) -> Row | BadRow:
    """Read one record of a file, or say why it is rejected."""
    if len(record.fields) != header.width:
        return BadRow(
            record.line, f"has {len(record.fields)} cells where the header has {header.width}"
        )
    values = {name: record.fields[place] for name, place in header.places.items()}
    try:
        return _READERS[header.file](Cells(values, zone))
    except CellError as error:
        return BadRow(record.line, str(error), values.get("order_id", "").strip() or None)


def _order(cells: Cells) -> OrderRow:
    delivered = cells.moment("order_delivered_customer_date")
    promised = cells.moment("order_estimated_delivery_date")
    return OrderRow(
        order_id=cells.key("order_id"),
        customer_id=cells.key("customer_id"),
        status=_status(cells.key("order_status")),
        placed_at=from_datetime(cells.due_moment("order_purchase_timestamp")),
        delivered_at=None if delivered is None else from_datetime(delivered),
        promised_at=None if promised is None else from_datetime(promised + _TO_END_OF_DAY),
    )


def _status(text: str) -> OrderStatus:
    status = STATUS_OF.get(text)
    if status is None:
        raise CellError(f"has an order_status that is none of {', '.join(STATUS_OF)}")
    return status


def _customer(cells: Cells) -> CustomerRow:
    return CustomerRow(
        customer_id=cells.key("customer_id"),
        unique_id=cells.key("customer_unique_id"),
        city=cells.words("customer_city", PLACE_MAX),
        state=cells.words("customer_state", PLACE_MAX),
    )


def _item(cells: Cells) -> ItemRow:
    return ItemRow(
        order_id=cells.key("order_id"),
        line_no=cells.count("order_item_id", LINE_NO_MAX),
        product_id=cells.key("product_id"),
        price_minor=cells.minor("price"),
        freight_minor=cells.minor("freight_value"),
    )


def _payment(cells: Cells) -> PaymentRow:
    return PaymentRow(
        order_id=cells.key("order_id"),
        sequential=cells.count("payment_sequential", PAYMENTS_MAX),
        paid_minor=cells.minor("payment_value"),
    )


def _review(cells: Cells) -> ReviewRow:
    title = cells.words("review_comment_title", TITLE_MAX)
    message = cells.words("review_comment_message", REVIEW_TEXT_MAX - TITLE_MAX - 1)
    return ReviewRow(
        order_id=cells.key("order_id"),
        review_id=cells.key("review_id"),
        score=cells.count("review_score", SCORE_MAX),
        text="\n".join(part for part in (title, message) if part) or None,
        answered_at=from_datetime(cells.due_moment("review_answer_timestamp")),
    )


def _product(cells: Cells) -> ProductRow:
    return ProductRow(
        product_id=cells.key("product_id"),
        category=cells.words("product_category_name", TITLE_MAX),
    )


def _translation(cells: Cells) -> TranslationRow:
    return TranslationRow(
        category=cells.key("product_category_name"),
        english=cells.key("product_category_name_english"),
    )


_READERS: Mapping[OlistFile, Callable[[Cells], Row]] = MappingProxyType(
    {
        OlistFile.ORDERS: _order,
        OlistFile.CUSTOMERS: _customer,
        OlistFile.ITEMS: _item,
        OlistFile.PAYMENTS: _payment,
        OlistFile.REVIEWS: _review,
        OlistFile.PRODUCTS: _product,
        OlistFile.TRANSLATION: _translation,
    }
)

COLUMNS: Mapping[OlistFile, tuple[str, ...]] = MappingProxyType(
    {
        OlistFile.ORDERS: (
            "order_id",
            "customer_id",
            "order_status",
            "order_purchase_timestamp",
            "order_delivered_customer_date",
            "order_estimated_delivery_date",
        ),
        OlistFile.CUSTOMERS: (
            "customer_id",
            "customer_unique_id",
            "customer_city",
            "customer_state",
        ),
        OlistFile.ITEMS: ("order_id", "order_item_id", "product_id", "price", "freight_value"),
        OlistFile.PAYMENTS: ("order_id", "payment_sequential", "payment_value"),
        OlistFile.REVIEWS: (
            "review_id",
            "order_id",
            "review_score",
            "review_comment_title",
            "review_comment_message",
            "review_answer_timestamp",
        ),
        OlistFile.PRODUCTS: ("product_id", "product_category_name"),
        OlistFile.TRANSLATION: ("product_category_name", "product_category_name_english"),
    }
)
"""The columns that are needed of each file."""
