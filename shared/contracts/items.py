"""What stands in a conversation, owned by the gateway."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from shared.contracts.wire import (
    AgentId,
    Contract,
    ConversationId,
    ItemId,
    MessageText,
    Readable,
    SessionId,
    SiteId,
    WireInstant,
)
from shared.kernel.vocabulary import AuthorKind, Channel, ItemKind, Visibility


class IdentityKind(StrEnum):
    """What a customer is known by."""

    SHOP_CUSTOMER = "shop_customer"
    EMAIL = "email"
    PHONE = "phone"


class CustomerRef(Readable):
    """Who writes, as far as the gateway knows. Only a verified one opens anything."""

    kind: IdentityKind
    value: str = Field(min_length=1, max_length=200)
    verified: bool
    name: str | None = Field(default=None, max_length=200)


class Author(Readable):
    """Who wrote an item; the id is an agent's or absent."""

    kind: AuthorKind
    id: AgentId | None = None
    name: str | None = None


class Item(Readable):
    """One numbered entry of a conversation; `seq` starts at 1 and has no gaps."""

    id: ItemId
    conversation_id: ConversationId
    seq: int = Field(ge=1)
    kind: ItemKind
    visibility: Visibility
    author: Author
    text: str
    client_id: str | None = None
    created_at: WireInstant


class ItemPage(Contract):
    """The items after a given `seq`, in order."""

    items: tuple[Item, ...]
    last_seq: int
    epoch: int


class NewItem(Contract):
    """What an agent posts; the Idempotency-Key header is its client_id."""

    text: MessageText
    grant: str | None = Field(default=None, max_length=2_000)


class ConversationSummary(Readable):
    """What every item's event says of its conversation, so that any event can come first."""

    id: ConversationId
    site_id: SiteId
    session_id: SessionId
    channel: Channel
    customer: CustomerRef | None
    started_at: WireInstant


class MessageCreated(Readable):
    """Body of `message.created`: an item was committed; `received_at` is when its frame came."""

    item: Item
    conversation: ConversationSummary
    received_at: WireInstant
