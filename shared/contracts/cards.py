"""What history tells of a customer: the context card, orders and contacts."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from shared.contracts.items import CustomerRef, IdentityKind, Rating
from shared.contracts.orders import (
    CURRENCY_PATTERN,
    INGEST_MAX,
    QUANTITY_MAX,
    Minor,
    OrderInstant,
    OrderLine,
    OrderParts,
)
from shared.contracts.wire import (
    LATEST,
    ContactId,
    Contract,
    ConversationId,
    CustomerId,
    CustomerNoteId,
    FollowUpId,
    OrderId,
    Readable,
    ShopId,
    WireInstant,
    unfit,
)
from shared.kernel.vocabulary import Channel, EndReason, MatterKind, OrderStatus, Outcome

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
    rating: Rating | None = None
    order_ids: tuple[OrderId, ...] = ()
    outcome: Outcome | None = None


class OpenMatter(Readable):
    """One thing that is open now; `order` is what people call the order it is about.

    `days` is how late a parcel is, each begun day counted. `amount_minor` is what a payment that
    failed or a cart is worth; `since` is when a cart was last changed, a return opened, a payment
    tried, or a parcel promised.
    """

    kind: MatterKind
    order_id: OrderId | None = None
    order: str | None = None
    days: int | None = None
    amount_minor: Minor | None = None
    currency: str | None = None
    since: WireInstant | None = None


class Repetition(Readable):
    """The customer has to come again and again: contacts of the last `days` days, this one not in.

    `about_order` of them were about one order, the one that most were about.
    """

    contacts: int
    days: int
    order_id: OrderId | None = None
    order: str | None = None
    about_order: int = 0


class Suggestion(Readable):
    """What others bought together with the customer's newest order.

    Of the shop's newest orders `together` have both; `support` is their share of all, and `lift`
    says how many times likelier the product is beside the other than in any order.
    """

    product_ref: str
    title: str
    together: int
    support: float
    lift: float


class CustomerNote(Readable):
    """What an agent wants colleagues to know of a customer."""

    id: CustomerNoteId
    text: str
    created_at: WireInstant
    created_by: str


class FollowUp(Readable):
    """What was promised to a customer, in which conversation, and is still to be kept."""

    id: FollowUpId
    conversation_id: ConversationId
    text: str
    due_at: WireInstant
    order_reference: str | None = None
    created_at: WireInstant
    created_by: str | None = None


class Spent(Readable):
    """What a customer's orders came to in one currency, refunds and cancelled ones left out."""

    currency: str
    minor: Minor


class CardFacts(Readable):
    """What routing may go by, as values: nothing of it says who the customer is."""

    late_parcel: bool = False
    late_days: int = 0
    return_under_way: bool = False
    payment_failed: bool = False
    repeat_contacts: int = 0
    cart_value_minor: int = 0
    cart_currency: str | None = None


class MayBe(Readable):
    """Another customer who gave an address of this one's, unproven by one of them or by both.

    On an offer: of an address that somebody left who is not signed in.
    A hint for the agent: nothing is done by it, and no customer is shown any of it (LESSONS 24).
    """

    customer_id: CustomerId
    name: str | None = None
    same: tuple[IdentityKind, ...]


class WhoMayBe(Readable):
    """Body of `may_be.changed`: who the customer of a conversation may be, who proved nothing.

    It takes the place of what an offer or a snapshot said of it.
    """

    conversation_id: ConversationId
    may_be: tuple[MayBe, ...]


class CardCustomer(Readable):
    """Who the customer is, proven by `known_by`; `returned_count` of the orders came back."""

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
    spent: tuple[Spent, ...] = ()
    returned_count: int = 0
    known_by: tuple[IdentityKind, ...] = ()


class Card(Readable):
    """The context card: newest orders and contacts first, at most five of each."""

    customer: CardCustomer
    orders: tuple[OrderSummary, ...]
    contacts: tuple[ContactSummary, ...]
    may_be: tuple[MayBe, ...] = ()
    open_now: tuple[OpenMatter, ...] = ()
    repetition: Repetition | None = None
    notes: tuple[CustomerNote, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    facts: CardFacts = CardFacts()


class CardReady(Readable):
    """Body of `card.ready`, the card that an offer went out without, and of `card.changed`."""

    conversation_id: ConversationId
    card: Card


class CardRequest(Readable):
    """Asks history for the card of a verified customer, or who one may be who is not."""

    shop_id: ShopId
    customer: CustomerRef


class CardAnswer(Readable):
    """The card, or none when nobody is known by that identity.

    Of an address that proves nothing there is never one: `may_be` says who gave the same.
    """

    card: Card | None
    may_be: tuple[MayBe, ...] = ()


class CardsChanged(Readable):
    """Tells that cards of these customers are others now; the addresses open them."""

    shop_id: ShopId
    customer_ids: tuple[CustomerId, ...]
    customers: tuple[CustomerRef, ...]


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
            raise unfit("must end after it began")
        return self


class ContactBatch(Contract):
    """Some contacts; all are taken in one transaction or none."""

    contacts: tuple[IngestContact, ...] = Field(min_length=1, max_length=INGEST_MAX)

    @field_validator("contacts")
    @classmethod
    def _named_apart(cls, contacts: tuple[IngestContact, ...]) -> tuple[IngestContact, ...]:
        if len({(one.platform, one.reference) for one in contacts}) != len(contacts):
            raise unfit("must name each contact once")
        return contacts
