"""The frames of the customer's chat socket and its close codes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter
from pydantic_core import to_json
from typing_extensions import override

from shared.contracts.context import Cart, Context, Locale, PageUrl
from shared.contracts.files import FileIds, MediaType
from shared.contracts.hours import HoursChanged, ShopHours
from shared.contracts.invitations import (
    InvitationAccept,
    InvitationDismiss,
    InvitationOpened,
)
from shared.contracts.items import Item, Rating
from shared.contracts.signs import (
    AgentTyping,
    MessageDelivered,
    MessageRead,
    QueuePosition,
    Read,
    Received,
    Typing,
)
from shared.contracts.wire import (
    SEQ_MAX,
    TEXT_MAX,
    ClientId,
    Contract,
    ConversationId,
    ItemId,
    SessionId,
    WireInstant,
)
from shared.kernel.clock import to_iso
from shared.kernel.errors import ErrorCode
from shared.kernel.ids import IdKind, encode, encode_lasting

FRAME_MAX_BYTES = 65_536
"""DESIGN section 5: a larger frame closes the socket with 1009."""

TOKEN_MAX = 4_096


class Hello(Contract):
    """First frame of a connection: names the site, and the session to go on with, if any.

    `last_seq` is the last item the client has of `conversation_id`; without a conversation it is
    read as one of the session's latest. Whatever came after it is in the welcome, or follows it.
    """

    type: Literal["hello"]
    site_key: str = Field(min_length=1, max_length=200)
    session_token: str | None = Field(default=None, max_length=TOKEN_MAX)
    customer_token: str | None = Field(default=None, max_length=TOKEN_MAX)
    epoch: int | None = Field(default=None, ge=0)
    conversation_id: ConversationId | None = None
    last_seq: int = Field(default=0, ge=0, le=SEQ_MAX)
    page_url: PageUrl | None = None
    locale: Locale | None = None
    cart: Cart | None = None


class Send(Contract):
    """A customer's message. Length is judged by the session, so that it has its own code.

    `file_ids` are of files that this session uploaded and has sent with no other message; with
    them the text may be empty.
    """

    type: Literal["send"]
    client_id: ClientId
    text: str
    file_ids: FileIds = ()


class Leave(Contract):
    """The customer ends the present conversation; its last item, `ended`, is the answer."""

    type: Literal["leave"]


class Rate(Contract):
    """What the customer thinks of a conversation, asked once it has ended; begins no new one.

    It is an item like a message: sent again with the same `client_id` until it is accepted.
    """

    type: Literal["rate"]
    client_id: ClientId
    conversation_id: ConversationId
    rating: Rating
    comment: str | None = Field(default=None, max_length=TEXT_MAX)


class LeaveAddress(Contract):
    """Where the customer wants to be answered later: an e-mail address, or a phone number.

    A number begins with + and its country's code. It is an item of the present conversation that
    agents alone see; it proves nothing, and opens nobody's earlier conversations.
    """

    type: Literal["leave_address"]
    client_id: ClientId
    address: str = Field(min_length=3, max_length=300)


CustomerFrame: TypeAlias = (
    Send
    | Typing
    | Received
    | Read
    | Leave
    | Rate
    | LeaveAddress
    | Context
    | InvitationAccept
    | InvitationDismiss
)
"""Every frame of a customer but the hello."""
ClientFrame: TypeAlias = Annotated[
    Hello
    | Send
    | Typing
    | Received
    | Read
    | Leave
    | Rate
    | LeaveAddress
    | Context
    | InvitationAccept
    | InvitationDismiss,
    Field(discriminator="type"),
]
CLIENT_FRAMES: TypeAdapter[Hello | CustomerFrame] = TypeAdapter(ClientFrame)


class Limits(Contract):
    """What this server takes: `sends_burst` messages at once, and `sends_per_s` from then on."""

    text_max: int
    frame_max_bytes: int
    sends_burst: int
    sends_per_s: float
    file_max_bytes: int
    file_types: tuple[MediaType, ...]
    files_max: int


class Welcome(Contract):
    """Answer to hello: the session, and the items after the `last_seq` the client named.

    When they are many, the rest follow as `message.created`; `last_seq` is the conversation's.
    With `reset` the client could not be resumed: what it holds is to be dropped, and the items
    begin at the first one of the present conversation.
    A connection on which nothing comes for longer than `beat_every_ms` and some seconds is dead.
    `hours` say whether somebody is there; null: nobody knows just now. `agents_available`: an agent
    is free at this moment.
    """

    type: Literal["welcome"] = "welcome"
    session_id: SessionId
    session_token: str
    epoch: int
    conversation_id: ConversationId | None
    last_seq: int
    reset: bool
    items: tuple[Item, ...]
    server_time: WireInstant
    limits: Limits
    beat_every_ms: int
    hours: ShopHours | None = None
    agents_available: bool = False


class Accepted(Contract):
    """The message is committed at `seq`; the same answer for every resend of its client_id.

    `text` is what was kept, when card numbers in what was sent were masked; else null.
    """

    type: Literal["accepted"] = "accepted"
    client_id: str
    conversation_id: ConversationId
    item_id: ItemId
    seq: int
    created_at: WireInstant
    text: str | None = None

    @override
    def to_json(self) -> bytes:
        """Return the wire form, put together as text: every message has one of these."""
        text = "null" if self.text is None else to_json(self.text).decode()
        return (
            f'{{"type":"accepted","client_id":{to_json(self.client_id).decode()},'
            f'"conversation_id":"{encode_lasting(IdKind.CONVERSATION, self.conversation_id)}",'
            f'"item_id":"{encode(IdKind.ITEM, self.item_id)}","seq":{self.seq},'
            f'"created_at":"{to_iso(self.created_at)}","text":{text}}}'
        ).encode()


class Created(Contract):
    """An item of somebody else was committed."""

    type: Literal["message.created"] = "message.created"
    item: Item


class ErrorFrame(Contract):
    """A frame was refused; the connection stays open."""

    type: Literal["error"] = "error"
    code: ErrorCode
    detail: str
    client_id: str | None = None
    retry_after_ms: int | None = None


class Beat(Contract):
    """Comes each `beat_every_ms`, as scripts in a page see no WebSocket ping; may be ignored.

    `last_seq` is the last item told on this connection, 0 for none yet: a client without it lost
    something on its way, and connects again to be told.
    """

    type: Literal["beat"] = "beat"
    conversation_id: ConversationId | None
    last_seq: int


class Bye(Contract):
    """Last frame before the server closes."""

    type: Literal["bye"] = "bye"
    code: ErrorCode
    detail: str
    retry_in_ms: int | None = None


ServerFrame: TypeAlias = (
    Welcome
    | Accepted
    | Created
    | MessageDelivered
    | MessageRead
    | AgentTyping
    | QueuePosition
    | HoursChanged
    | InvitationOpened
    | ErrorFrame
    | Beat
    | Bye
)


class Afterwards(StrEnum):
    """What a client does after a close: come back with its session, without it, or not at all."""

    RESUME = "resume"
    RENEW = "renew"
    NEVER = "never"


class CloseCode(IntEnum):
    """Why the server closed; `AFTERWARDS` says of each what a client then does."""

    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    NOT_UTF8 = 1007
    FRAME_TOO_LARGE = 1009
    BAD_FRAMES = 4000
    HELLO_TIMEOUT = 4001
    UNKNOWN_SITE = 4002
    ORIGIN_REFUSED = 4003
    BAD_CUSTOMER_TOKEN = 4004
    UNKNOWN_SESSION = 4005
    REPLACED = 4006
    SLOW_CONSUMER = 4007
    TRY_AGAIN = 4008


AFTERWARDS: Mapping[CloseCode, Afterwards] = MappingProxyType(
    {
        CloseCode.GOING_AWAY: Afterwards.RESUME,
        CloseCode.PROTOCOL_ERROR: Afterwards.NEVER,
        CloseCode.NOT_UTF8: Afterwards.NEVER,
        CloseCode.FRAME_TOO_LARGE: Afterwards.NEVER,
        CloseCode.BAD_FRAMES: Afterwards.NEVER,
        CloseCode.HELLO_TIMEOUT: Afterwards.RESUME,
        CloseCode.UNKNOWN_SITE: Afterwards.NEVER,
        CloseCode.ORIGIN_REFUSED: Afterwards.NEVER,
        CloseCode.BAD_CUSTOMER_TOKEN: Afterwards.NEVER,
        CloseCode.UNKNOWN_SESSION: Afterwards.RENEW,
        CloseCode.REPLACED: Afterwards.NEVER,
        CloseCode.SLOW_CONSUMER: Afterwards.RESUME,
        CloseCode.TRY_AGAIN: Afterwards.RESUME,
    }
)
"""Of any other code, 1006 among them, the network was lost: resume."""
