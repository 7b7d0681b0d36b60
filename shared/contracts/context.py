"""Where a customer is in the shop: page, language and cart, as their page tells it; latest values.

Nothing of it proves anything: it helps an agent and opens nothing.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from shared.contracts.invitations import CameBy
from shared.contracts.signs import Receipt
from shared.contracts.wire import Contract, ConversationId, WireInstant

CART_LINES_MAX = 20
_STORABLE = r"^[^\x00]*$"
"""PostgreSQL holds no U+0000."""

PageUrl: TypeAlias = Annotated[str, Field(max_length=2_000, pattern=_STORABLE)]
Locale: TypeAlias = Annotated[str, Field(max_length=35, pattern=_STORABLE)]
CartLine: TypeAlias = Annotated[str, Field(min_length=1, max_length=200, pattern=_STORABLE)]


class Cart(Contract):
    """What is in the cart: its value in the currency's smallest unit, and the names of its lines.

    Of a longer cart the page names the first CART_LINES_MAX.
    """

    value_minor: int = Field(ge=0, le=10**12)
    currency: str = Field(pattern="^[A-Z]{3}$")
    lines: tuple[CartLine, ...] = Field(default=(), max_length=CART_LINES_MAX, fail_fast=True)


class Context(Contract):
    """Where the customer is by now: the page has changed, or the cart; what is absent stays.

    `payment_failed` is for the site's rules alone: true when a payment did, false once it is over.
    """

    type: Literal["context"]
    page_url: PageUrl | None = None
    locale: Locale | None = None
    cart: Cart | None = None
    payment_failed: bool | None = None


class ConversationContext(Contract):
    """What an agent sees beside a conversation: where its customer is, and how far they read.

    `invitation` is the one upon which the customer wrote; null: they came by themselves.
    """

    conversation_id: ConversationId
    page_url: str | None
    locale: str | None
    cart: Cart | None
    told_at: WireInstant | None
    receipt: Receipt
    answer_delivered_at: WireInstant | None
    invitation: CameBy | None = None
