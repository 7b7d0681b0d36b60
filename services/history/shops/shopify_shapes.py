"""The shapes of Shopify's objects, as far as they are read; what is not named here is skipped."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LINES_MAX = 10_000
PARTS_MAX = 200


def _zoned(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("has no time zone")
    return moment


Moment: TypeAlias = Annotated[datetime, AfterValidator(_zoned)]
Amount: TypeAlias = Annotated[str, Field(max_length=40)]
"""Shopify writes money as text such as 199.00."""


class Shape(BaseModel):
    """Skips what is not named, and takes a number for text where Shopify has had both."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class Address(Shape):
    """Where something goes, or who pays."""

    name: str | None = None
    city: str | None = None
    province: str | None = None
    phone: str | None = None


class Customer(Shape):
    """A person; `id` is the store's own."""

    id: int
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    default_address: Address | None = None


class LineItem(Shape):
    """One line of an order or a checkout."""

    id: int | str | None = None
    product_id: int | None = None
    title: str
    variant_title: str | None = None
    quantity: int
    price: Amount


class Fulfillment(Shape):
    """One parcel; `shipment_status` is what the carrier tells."""

    id: int
    status: str | None = None
    shipment_status: str | None = None
    created_at: Moment
    updated_at: Moment | None = None
    estimated_delivery_at: Moment | None = None
    tracking_company: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None


class Transaction(Shape):
    """One movement of money of a refund."""

    kind: str | None = None
    status: str | None = None
    amount: Amount = "0"


class RefundLine(Shape):
    """Goods of a refund; `restock_type` tells whether they came back."""

    line_item_id: int
    quantity: int
    restock_type: str | None = None


class Refund(Shape):
    """Money that went back, and perhaps goods."""

    id: int
    created_at: Moment
    processed_at: Moment | None = None
    note: str | None = None
    transactions: list[Transaction] = Field(default=[], max_length=PARTS_MAX)
    refund_line_items: list[RefundLine] = Field(default=[], max_length=LINES_MAX)


class Order(Shape):
    """A whole order."""

    id: int
    name: str | None = None
    created_at: Moment
    updated_at: Moment
    cancelled_at: Moment | None = None
    currency: str
    total_price: Amount
    total_outstanding: Amount | None = None
    financial_status: str | None = None
    fulfillment_status: str | None = None
    gateway: str | None = None
    payment_gateway_names: list[str] = []
    note: str | None = None
    email: str | None = None
    phone: str | None = None
    customer_locale: str | None = None
    checkout_token: str | None = None
    customer: Customer | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    line_items: list[LineItem] = Field(default=[], max_length=LINES_MAX)
    fulfillments: list[Fulfillment] = Field(default=[], max_length=PARTS_MAX)
    refunds: list[Refund] = Field(default=[], max_length=PARTS_MAX)


class Checkout(Shape):
    """A cart that reached the checkout; `token` is what its order names."""

    token: str = Field(min_length=1, max_length=200)
    updated_at: Moment
    completed_at: Moment | None = None
    closed_at: Moment | None = None
    currency: str
    total_price: Amount
    customer: Customer | None = None
    line_items: list[LineItem] = Field(default=[], max_length=LINES_MAX)


class Image(Shape):
    """A picture."""

    src: str | None = None


class Product(Shape):
    """A product."""

    id: int
    title: str = Field(min_length=1)
    updated_at: Moment
    handle: str | None = None
    image: Image | None = None
    images: list[Image] = []
