"""What stands in a conversation, owned by the gateway."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Self, TypeAlias

from pydantic import Field, model_validator

from shared.contracts.files import ATTACHMENTS_MAX, FileIds
from shared.contracts.wire import (
    TEXT_MAX,
    AgentId,
    Contract,
    ConversationId,
    FileId,
    ItemId,
    MessageText,
    Readable,
    SessionId,
    SiteId,
    WireInstant,
    unfit,
)
from shared.kernel.visible import shows_something
from shared.kernel.vocabulary import AuthorKind, Channel, ItemKind, Visibility

RATING_MIN, RATING_MAX = 1, 5


class IdentityKind(StrEnum):
    """What a customer is known by."""

    SHOP_CUSTOMER = "shop_customer"
    EMAIL = "email"
    PHONE = "phone"


TYPED: Final = frozenset({IdentityKind.EMAIL, IdentityKind.PHONE})
"""What somebody may have typed; the shop's own id of a customer is the shop's word."""


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


class Attachment(Readable):
    """A file that came with an item; `width` and `height` in pixels, of pictures alone."""

    file_id: FileId
    name: str
    media_type: str
    size_bytes: int = Field(ge=0)
    width: int | None = None
    height: int | None = None


Attachments: TypeAlias = Annotated[tuple[Attachment, ...], Field(max_length=ATTACHMENTS_MAX)]
Rating: TypeAlias = Annotated[int, Field(ge=RATING_MIN, le=RATING_MAX)]
"""A survey's answer: 1 is bad, 5 is good."""


class Content(Readable):
    """What an item holds beside its text: attached files, or how a survey's customer rates."""

    attachments: Attachments = ()
    rating: Rating | None = None
    erased: bool = False

    def kept(self) -> str:
        """Return what is stored: the wire form without what is absent, so that alike is equal."""
        return self.model_dump_json(exclude_defaults=True)


class Item(Readable):
    """One numbered entry of a conversation; `seq` starts at 1 and has no gaps.

    What was erased stands at its `seq` all the same, without a word: `erased`.
    """

    id: ItemId
    conversation_id: ConversationId
    seq: int = Field(ge=1)
    kind: ItemKind
    visibility: Visibility
    author: Author
    text: str
    client_id: str | None = None
    created_at: WireInstant
    attachments: Attachments = ()
    rating: Rating | None = None
    erased: bool = False

    @property
    def words(self) -> str:
        """Return the text, or the names of the files where there is none."""
        return self.text or ", ".join(one.name for one in self.attachments)


class ItemPage(Contract):
    """The items after a given `seq`, in order."""

    items: tuple[Item, ...]
    last_seq: int
    epoch: int


class NewItem(Contract):
    """What an agent posts; the Idempotency-Key header is its client_id.

    `file_ids` are of files that this agent uploaded and has sent with no other message; with them
    the text may be empty.
    """

    text: str = Field(max_length=TEXT_MAX)
    grant: str | None = Field(default=None, max_length=2_000)
    file_ids: FileIds = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.file_ids or shows_something(self.text)):
            raise unfit("must have a visible character")
        return self


class NewNote(Contract):
    """What an agent tells colleagues alone; the Idempotency-Key header is its client_id."""

    text: MessageText


class ConversationSummary(Readable):
    """What every item's event says of its conversation, so that any event can come first."""

    id: ConversationId
    site_id: SiteId
    session_id: SessionId
    channel: Channel
    customer: CustomerRef | None
    started_at: WireInstant
    locale: str | None = None


class MessageCreated(Readable):
    """Body of `message.created`: an item was committed; `received_at` is when its frame came."""

    item: Item
    conversation: ConversationSummary
    received_at: WireInstant
