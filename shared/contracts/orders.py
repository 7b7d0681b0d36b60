"""What a shop tells of its orders, carts and products, whatever platform it runs on."""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, Field, field_validator, model_validator

from shared.contracts.wire import Contract, NamedInstant, Readable, unfit
from shared.kernel.money import DECIMALS, MONEY_MAX
from shared.kernel.vocabulary import (
    OrderStatus,
    PaymentStatus,
    ReturnStatus,
    RowFault,
    ShipmentStatus,
)

CURRENCY_PATTERN = "^[A-Z]{3}$"
Minor: TypeAlias = Annotated[int, Field(ge=0)]
"""Money in the currency's minor unit (cents)."""
Amount: TypeAlias = Annotated[int, Field(ge=0, le=MONEY_MAX)]
"""One amount of one order, in minor units."""

LINE_NO_MAX = 10_000
QUANTITY_MAX = 1_000_000
REVIEW_TEXT_MAX = 5_000
NOTE_MAX = 500
"""Code points of what a shop notes on an order: two or three sentences."""
PARTS_MAX = 200
"""Payments, refunds, returns or shipments of one order."""
INGEST_MAX = 500
"""Orders, carts, products or contacts in one ingest request."""
REJECTED_MAX = 1_000
"""Rows that an import tells one by one."""
SOURCE_PATTERN = "^[0-9a-f]{64}$"
"""SHA-256 of what is imported and how it is cut into batches."""
WEB_ADDRESS = r"^https?://[^\s<>\"']+$"
"""What may stand behind a link or a picture: nothing that a browser would run."""

OrderInstant: TypeAlias = NamedInstant
Platform: TypeAlias = Annotated[str, Field(min_length=1, max_length=40)]
Reference: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Reason: TypeAlias = Annotated[str, Field(max_length=NOTE_MAX)]
WebAddress: TypeAlias = Annotated[str, Field(max_length=2_000, pattern=WEB_ADDRESS)]


def _known(currency: str) -> str:
    if currency not in DECIMALS:
        raise unfit("must be a currency of ISO 4217, such as EUR")
    return currency


Currency: TypeAlias = Annotated[str, Field(pattern=CURRENCY_PATTERN), AfterValidator(_known)]


class OrderLine(Readable):
    """One line of an order or a cart; `unit_price_minor` is without freight."""

    line_no: int = Field(ge=1, le=LINE_NO_MAX)
    product_ref: str = Field(max_length=200)
    title: str = Field(max_length=300)
    quantity: int = Field(ge=1, le=QUANTITY_MAX)
    unit_price_minor: Amount
    freight_minor: Amount = 0
    variant: str | None = Field(default=None, max_length=200)
    picture_url: WebAddress | None = None


class Payment(Readable):
    """One try to pay an order; `method` as the shop names it."""

    reference: Reference
    status: Annotated[PaymentStatus, Field(strict=False)]
    amount_minor: Amount
    method: str | None = Field(default=None, max_length=100)
    at: OrderInstant | None = None


class Refund(Readable):
    """Money that went back."""

    reference: Reference
    amount_minor: Amount
    refunded_at: OrderInstant
    reason: Reason | None = None


class ReturnedLine(Readable):
    """What came back, or is to: a line of the order, and why."""

    line_no: int = Field(ge=1, le=LINE_NO_MAX)
    quantity: int = Field(ge=1, le=QUANTITY_MAX)
    reason: Reason | None = None


class Return(Readable):
    """Goods on their way back."""

    reference: Reference
    status: Annotated[ReturnStatus, Field(strict=False)]
    opened_at: OrderInstant
    received_at: OrderInstant | None = None
    reason: Reason | None = None
    lines: tuple[ReturnedLine, ...] = Field(default=(), max_length=PARTS_MAX)


class Shipment(Readable):
    """One parcel; `promised_at` is when the customer was told it would be there."""

    reference: Reference
    status: Annotated[ShipmentStatus, Field(strict=False)]
    carrier: str | None = Field(default=None, max_length=100)
    tracking_number: str | None = Field(default=None, max_length=200)
    tracking_url: WebAddress | None = None
    shipped_at: OrderInstant | None = None
    promised_at: OrderInstant | None = None
    delivered_at: OrderInstant | None = None


class OrderParts(Readable):
    """What hangs on an order besides its lines."""

    payments: tuple[Payment, ...] = Field(default=(), max_length=PARTS_MAX)
    refunds: tuple[Refund, ...] = Field(default=(), max_length=PARTS_MAX)
    returns: tuple[Return, ...] = Field(default=(), max_length=PARTS_MAX)
    shipments: tuple[Shipment, ...] = Field(default=(), max_length=PARTS_MAX)


class IngestCustomer(Contract):
    """The person of an order, as the shop platform names one.

    An address is verified when the shop has seen it proven, not when it was typed at a checkout.
    `country` has two letters (ISO 3166) and tells how a phone number without a code is meant.
    """

    shop_ref: str = Field(min_length=1, max_length=200)
    name: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    city: str | None = Field(default=None, max_length=120)
    region: str | None = Field(default=None, max_length=120)
    locale: str | None = Field(default=None, max_length=35)
    email_verified: bool = False
    phone_verified: bool = False
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$")


class IngestOrder(Contract):
    """One order in, whole; `reference` is unique within (shop, platform).

    `updated_at` is the platform's own: a state with an older one never replaces a newer, in
    whatever order they come; without any, what comes later is newer. `number` is what people call
    the order, when that is not its reference. `refunded_minor`, `returned_at`, `promised_at` and
    `delivered_at` are taken from the parts where they are not given. `refunded_minor` is what went
    back to the customer in all, of `total_minor`; `note` is what the shop wants its agents to know
    of the order, such as why it is late. `cart_reference` is the cart that became this order.
    """

    platform: Platform
    reference: Reference
    number: str | None = Field(default=None, max_length=100)
    customer: IngestCustomer
    status: OrderStatus
    placed_at: OrderInstant
    updated_at: OrderInstant | None = None
    promised_at: OrderInstant | None = None
    delivered_at: OrderInstant | None = None
    currency: Currency
    total_minor: Amount
    refunded_minor: Amount = 0
    returned_at: OrderInstant | None = None
    note: str | None = Field(default=None, max_length=NOTE_MAX)
    review_score: int | None = Field(default=None, ge=1, le=5)
    review_text: str | None = Field(default=None, max_length=REVIEW_TEXT_MAX)
    cart_reference: Reference | None = None
    lines: tuple[OrderLine, ...] = Field(default=(), max_length=LINE_NO_MAX)
    parts: OrderParts = OrderParts()

    @field_validator("lines")
    @classmethod
    def _numbered_apart(cls, lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
        return _apart(lines)

    @model_validator(mode="after")
    def _refunded_from_what_was_paid(self) -> Self:
        if self.refunded_minor > self.total_minor:
            raise unfit("must not have more refunded than its total")
        return self


class IngestCart(Contract):
    """A cart in progress, whole; `completed_at` is when it became an order or was given up."""

    platform: Platform
    reference: Reference
    shop_ref: str = Field(min_length=1, max_length=200)
    updated_at: OrderInstant
    completed_at: OrderInstant | None = None
    currency: Currency
    total_minor: Amount
    lines: tuple[OrderLine, ...] = Field(default=(), max_length=LINE_NO_MAX)

    @field_validator("lines")
    @classmethod
    def _numbered_apart(cls, lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
        return _apart(lines)


class IngestProduct(Contract):
    """A product: lines that name it by `product_ref` are shown with its picture."""

    platform: Platform
    reference: Reference
    updated_at: OrderInstant | None = None
    title: str = Field(min_length=1, max_length=300)
    picture_url: WebAddress | None = None
    url: WebAddress | None = None


class Checkpoint(Contract):
    """How far a resumable import is once its batch is in; 0 when that was the last one."""

    source: str = Field(pattern=SOURCE_PATTERN)
    next_batch: int = Field(ge=0, le=QUANTITY_MAX)


class IngestBatch(Contract):
    """Some orders; all are taken in one transaction or none, and the checkpoint with them."""

    orders: tuple[IngestOrder, ...] = Field(min_length=1, max_length=INGEST_MAX)
    checkpoint: Checkpoint | None = None

    @field_validator("orders")
    @classmethod
    def _named_apart(cls, orders: tuple[IngestOrder, ...]) -> tuple[IngestOrder, ...]:
        if len({(order.platform, order.reference) for order in orders}) != len(orders):
            raise unfit("must name each order once")
        return orders


class CartBatch(Contract):
    """Some carts; all are taken in one transaction or none."""

    carts: tuple[IngestCart, ...] = Field(min_length=1, max_length=INGEST_MAX)

    @field_validator("carts")
    @classmethod
    def _named_apart(cls, carts: tuple[IngestCart, ...]) -> tuple[IngestCart, ...]:
        if len({(cart.platform, cart.reference) for cart in carts}) != len(carts):
            raise unfit("must name each cart once")
        return carts


class ProductBatch(Contract):
    """Some products; all are taken in one transaction or none."""

    products: tuple[IngestProduct, ...] = Field(min_length=1, max_length=INGEST_MAX)

    @field_validator("products")
    @classmethod
    def _named_apart(cls, products: tuple[IngestProduct, ...]) -> tuple[IngestProduct, ...]:
        if len({(one.platform, one.reference) for one in products}) != len(products):
            raise unfit("must name each product once")
        return products


class Ingested(Contract):
    """What a batch changed; `outdated` were states older than what is known."""

    created: int
    updated: int
    unchanged: int
    outdated: int = 0


class RejectedRow(Contract):
    """A row of a file of orders that was left out; the reason goes on after "the row"."""

    line: int = Field(ge=1)
    code: RowFault
    reason: str


class ImportedOrders(Contract):
    """What a file of orders changed.

    `resumed` were in from an earlier request with the same file that broke off. `rejected` counts
    all rows that were left out; `rows` has the first REJECTED_MAX of them. `notes` are sentences
    on what was read, such as columns that nobody reads.
    """

    created: int
    updated: int
    unchanged: int
    outdated: int
    resumed: int
    rejected: int
    rows: tuple[RejectedRow, ...]
    notes: tuple[str, ...]


def _apart(lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    if len({line.line_no for line in lines}) != len(lines):
        raise unfit("must number each line once")
    return lines
