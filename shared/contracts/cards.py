"""What history tells of a customer: the context card, orders and contacts."""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias

from pydantic import Field, field_validator, model_validator

from shared.contracts.items import CustomerRef
from shared.contracts.wire import (
    ContactId,
    Contract,
    ConversationId,
    CustomerId,
    OrderId,
    Readable,
    ShopId,
    WireInstant,
)
from shared.kernel.vocabulary import Channel, EndReason, OrderStatus

CURRENCY_PATTERN = "^[A-Z]{3}$"
MONEY_MAX = 10**13
"""Largest amount of one order: a hundred billion with two decimals; sums of it fit a bigint."""
Minor: TypeAlias = Annotated[int, Field(ge=0)]
"""Money in the currency's minor unit (cents)."""
Amount: TypeAlias = Annotated[int, Field(ge=0, le=MONEY_MAX)]
"""One amount of one order, in minor units."""

LINE_NO_MAX = 10_000
QUANTITY_MAX = 1_000_000
REVIEW_TEXT_MAX = 5_000
NOTE_MAX = 500
"""Code points of what a shop notes on an order: two or three sentences."""
SOURCE_PATTERN = "^[0-9a-f]{64}$"
"""SHA-256 of what is imported and how it is cut into batches."""
WORDS_MAX = 200
"""Code points of a contact's first and last message that a card shows: two lines on the screen."""

LATEST = 7_258_118_400_000
"""1 January 2200: an order's instants lie between 1970 and it."""

OrderInstant: TypeAlias = Annotated[WireInstant, Field(ge=0, le=LATEST)]


class OrderLine(Readable):
    """One line of an order; `unit_price_minor` is without freight."""

    line_no: int = Field(ge=1, le=LINE_NO_MAX)
    product_ref: str = Field(max_length=200)
    title: str = Field(max_length=300)
    quantity: int = Field(ge=1, le=QUANTITY_MAX)
    unit_price_minor: Amount
    freight_minor: Amount = 0


class OrderSummary(Readable):
    """One order as an agent needs to see it; `more_lines` tells how many are not shown."""

    id: OrderId
    reference: str
    status: OrderStatus
    placed_at: WireInstant
    promised_at: WireInstant | None = None
    delivered_at: WireInstant | None = None
    currency: str = Field(pattern=CURRENCY_PATTERN)
    total_minor: Minor
    late: bool
    refunded_minor: Minor = 0
    returned_at: WireInstant | None = None
    note: str | None = None
    review_score: int | None = None
    review_text: str | None = None
    lines: tuple[OrderLine, ...] = ()
    more_lines: int = 0


class ContactSummary(Readable):
    """One past conversation: how the customer began it, and what the agent said last."""

    id: ContactId
    conversation_id: ConversationId
    channel: Channel
    started_at: WireInstant
    ended_at: WireInstant
    end_reason: EndReason
    agent_name: str | None = None
    first_response_ms: int | None = None
    message_count: int
    first_words: str
    last_words: str | None = None


class CardCustomer(Readable):
    """Who the customer is."""

    id: CustomerId
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    city: str | None = None
    region: str | None = None
    locale: str | None = None
    since: WireInstant | None = None
    order_count: int
    contact_count: int
    spent_minor: Minor
    currency: str | None = None


class Card(Readable):
    """The context card: newest orders and contacts first, at most five of each."""

    customer: CardCustomer
    orders: tuple[OrderSummary, ...]
    contacts: tuple[ContactSummary, ...]


class CardRequest(Readable):
    """Asks history for the card of a verified customer."""

    shop_id: ShopId
    customer: CustomerRef


class CardAnswer(Readable):
    """The card, or none when nobody is known by that identity."""

    card: Card | None


class IngestCustomer(Contract):
    """The person of an order, as the shop platform names one."""

    shop_ref: str = Field(min_length=1, max_length=200)
    name: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    city: str | None = Field(default=None, max_length=120)
    region: str | None = Field(default=None, max_length=120)
    locale: str | None = Field(default=None, max_length=35)


class IngestOrder(Contract):
    """One order in; `reference` is unique within (shop, platform). A newer state replaces it.

    `refunded_minor` is what went back to the customer in all, of `total_minor`; `note` is what the
    shop wants its agents to know of the order, such as why it is late.
    """

    platform: str = Field(min_length=1, max_length=40)
    reference: str = Field(min_length=1, max_length=200)
    customer: IngestCustomer
    status: OrderStatus
    placed_at: OrderInstant
    promised_at: OrderInstant | None = None
    delivered_at: OrderInstant | None = None
    currency: str = Field(pattern=CURRENCY_PATTERN)
    total_minor: Amount
    refunded_minor: Amount = 0
    returned_at: OrderInstant | None = None
    note: str | None = Field(default=None, max_length=NOTE_MAX)
    review_score: int | None = Field(default=None, ge=1, le=5)
    review_text: str | None = Field(default=None, max_length=REVIEW_TEXT_MAX)
    lines: tuple[OrderLine, ...] = Field(default=(), max_length=LINE_NO_MAX)

    @field_validator("lines")
    @classmethod
    def _numbered_apart(cls, lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
        if len({line.line_no for line in lines}) != len(lines):
            raise ValueError("an order numbers each of its lines once")
        return lines

    @model_validator(mode="after")
    def _refunded_from_what_was_paid(self) -> Self:
        if self.refunded_minor > self.total_minor:
            raise ValueError("a refund is part of the order's total")
        return self


class Checkpoint(Contract):
    """How far a resumable import is once its batch is in; 0 when that was the last one."""

    source: str = Field(pattern=SOURCE_PATTERN)
    next_batch: int = Field(ge=0, le=QUANTITY_MAX)


INGEST_MAX = 500
"""Orders or contacts in one ingest request."""


class IngestBatch(Contract):
    """Some orders; all are taken in one transaction or none, and the checkpoint with them."""

    orders: tuple[IngestOrder, ...] = Field(min_length=1, max_length=INGEST_MAX)
    checkpoint: Checkpoint | None = None

    @field_validator("orders")
    @classmethod
    def _named_apart(cls, orders: tuple[IngestOrder, ...]) -> tuple[IngestOrder, ...]:
        if len({(order.platform, order.reference) for order in orders}) != len(orders):
            raise ValueError("a batch names each order once")
        return orders


class IngestContact(Contract):
    """One contact that another system recorded; `reference` is unique within (shop, platform).

    `shop_ref` is the shop's own id of the customer, the same that its orders carry. `first_words`
    are the customer's and `last_words` the agent's.
    """

    platform: str = Field(min_length=1, max_length=40)
    reference: str = Field(min_length=1, max_length=200)
    shop_ref: str = Field(min_length=1, max_length=200)
    channel: Channel
    started_at: OrderInstant
    ended_at: OrderInstant
    end_reason: EndReason
    agent_name: str | None = Field(default=None, max_length=200)
    first_response_ms: int | None = Field(default=None, ge=0, le=LATEST)
    message_count: int = Field(ge=0, le=QUANTITY_MAX)
    first_words: str = Field(max_length=WORDS_MAX)
    last_words: str | None = Field(default=None, max_length=WORDS_MAX)

    @model_validator(mode="after")
    def _begun_before_it_ended(self) -> Self:
        if self.ended_at < self.started_at:
            raise ValueError("a contact ends after it began")
        return self


class ContactBatch(Contract):
    """Some contacts; all are taken in one transaction or none."""

    contacts: tuple[IngestContact, ...] = Field(min_length=1, max_length=INGEST_MAX)

    @field_validator("contacts")
    @classmethod
    def _named_apart(cls, contacts: tuple[IngestContact, ...]) -> tuple[IngestContact, ...]:
        if len({(one.platform, one.reference) for one in contacts}) != len(contacts):
            raise ValueError("a batch names each contact once")
        return contacts


class Ingested(Contract):
    """What a batch changed."""

    created: int
    updated: int
    unchanged: int
