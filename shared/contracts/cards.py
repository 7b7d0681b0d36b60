"""What history tells of a customer: the context card, orders and contacts."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from shared.contracts.items import CustomerRef, IdentityKind
from shared.contracts.orders import (
    CURRENCY_PATTERN,
    INGEST_MAX,
    LATEST,
    QUANTITY_MAX,
    Minor,
    OrderInstant,
    OrderLine,
    OrderParts,
)
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

WORDS_MAX = 200
"""Code points of a contact's first and last message that a card shows: two lines on the screen."""


class OrderSummary(Readable):
    """One order as an agent needs to see it; `more_lines` tells how many are not shown."""

    id: OrderId
    reference: str
    number: str | None = None
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
    parts: OrderParts = OrderParts()


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


class MayBe(Readable):
    """Another customer who gave an address of this one's, unproven by one of them or by both.

    A hint for the agent: nothing is done by it, and no customer is shown any of it (LESSONS 24).
    """

    customer_id: CustomerId
    name: str | None = None
    same: tuple[IdentityKind, ...]


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
    may_be: tuple[MayBe, ...] = ()


class CardRequest(Readable):
    """Asks history for the card of a verified customer."""

    shop_id: ShopId
    customer: CustomerRef


class CardAnswer(Readable):
    """The card, or none when nobody is known by that identity."""

    card: Card | None


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
