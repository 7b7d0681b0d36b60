"""What a chat session asks of the shell around it; pure values, done by `api/chat_socket.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from shared.contracts.context import Context
from shared.contracts.frames import CloseCode, Hello, ServerFrame
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import InvitationState, ItemKind


@dataclass(frozen=True, slots=True)
class SendFrame:
    """Write this frame to the customer."""

    frame: ServerFrame


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find the site and the session of this hello; answer with `welcomed` or `refused`."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class Append:
    """Commit this message; answer with `appended` or `append_refused`.

    A survey's answer or an address names its conversation, and begins none.
    """

    client_id: str
    text: str
    received_at: Instant
    conversation_id: UUID | None = None
    rating: int | None = None
    file_ids: tuple[UUID, ...] = ()
    kind: ItemKind = ItemKind.MESSAGE


@dataclass(frozen=True, slots=True)
class Follow:
    """Hear the conversation live, and once that is so, read it: see `ReadItems`."""

    conversation_id: UUID
    after_seq: int


@dataclass(frozen=True, slots=True)
class ReadItems:
    """Read the items after a seq from the store; answer with `read` or `read_failed`."""

    conversation_id: UUID
    after_seq: int


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Nothing of this conversation is missing any more; stop hearing it."""

    conversation_id: UUID


@dataclass(frozen=True, slots=True)
class Sign:
    """Pass a customer's latest value on: typing, or how far they received and read; 0: no word."""

    conversation_id: UUID
    typing: bool = False
    received_seq: int = 0
    read_seq: int = 0


@dataclass(frozen=True, slots=True)
class NoteContext:
    """Keep where the customer is by now, for the agents to see; it may be lost."""

    context: Context


@dataclass(frozen=True, slots=True)
class EndConversation:
    """Have the router end this conversation: its customer leaves; answer with `left`."""

    conversation_id: UUID


@dataclass(frozen=True, slots=True)
class AskHours:
    """Find out whether the shop is open now; answer with `hours_learned`."""


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """Invite the customer by this rule, if that may be; answer with `invited` or `not_invited`."""

    rule: str
    text: str
    cool_down_ms: Millis


@dataclass(frozen=True, slots=True)
class SettleInvitation:
    """Keep what the customer answered to an invitation."""

    invitation_id: UUID
    state: InvitationState


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask the other end to send this payload back; answer with `pong`."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Drop:
    """Cut the connection at once: the other end does not receive any more."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close with this code, after the frames before it."""

    code: CloseCode


Effect: TypeAlias = (
    SendFrame
    | LookUp
    | Append
    | Follow
    | ReadItems
    | Unfollow
    | Sign
    | NoteContext
    | EndConversation
    | AskHours
    | OpenInvitation
    | SettleInvitation
    | Ping
    | Drop
    | Close
)
