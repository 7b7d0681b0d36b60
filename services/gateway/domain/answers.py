"""What a chat session is answered by the shell, and the frames it makes of that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from services.gateway.domain.effects import SendFrame
from services.gateway.domain.invitations import Invitable
from services.gateway.domain.refusals import sentence
from shared.contracts.files import ATTACHMENTS_MAX, FILE_MAX_BYTES, MediaType
from shared.contracts.frames import FRAME_MAX_BYTES, Accepted, ErrorFrame, Limits, Welcome
from shared.contracts.hours import ShopHours
from shared.contracts.items import Item
from shared.contracts.wire import TEXT_MAX
from shared.kernel.clock import Instant, Millis
from shared.kernel.errors import ErrorCode
from shared.kernel.rates import Rate

BEAT_EVERY_MS: Millis = 15_000
"""LESSONS, conventions: a sign of life each 15-20 s."""


@dataclass(frozen=True, slots=True)
class Found:
    """The session a hello named or began, and what its customer has not seen.

    With `reset` what the hello says that the client holds is not there, or not the customer's.
    `items` are the visible ones of the current conversation up to `through_seq`, after those left
    over from the conversation the hello named.
    """

    session_id: UUID
    session_token: str
    epoch: int
    conversation_id: UUID | None
    last_seq: int
    through_seq: int
    items: tuple[Item, ...]
    reset: bool = False
    hours: ShopHours | None = None
    agents_available: bool = False
    invitable: Invitable | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a message stands; `current` when its conversation is the session's open one.

    `text` is what was kept, when that is not what was sent.
    """

    conversation_id: UUID
    item_id: UUID
    seq: int
    created_at: Instant
    current: bool
    text: str | None = None


def welcome_of(found: Found, now: Instant, sends: Rate) -> Welcome:
    """Return the answer to a hello."""
    return Welcome(
        session_id=found.session_id,
        session_token=found.session_token,
        epoch=found.epoch,
        conversation_id=found.conversation_id,
        last_seq=found.last_seq,
        reset=found.reset,
        items=found.items,
        server_time=now,
        limits=_limits(sends),
        beat_every_ms=BEAT_EVERY_MS,
        hours=found.hours,
        agents_available=found.agents_available,
    )


@lru_cache(maxsize=1)
def _limits(sends: Rate) -> Limits:
    return Limits(
        text_max=TEXT_MAX,
        frame_max_bytes=FRAME_MAX_BYTES,
        sends_burst=sends.burst,
        sends_per_s=sends.per_s,
        file_max_bytes=FILE_MAX_BYTES,
        file_types=tuple(MediaType),
        files_max=ATTACHMENTS_MAX,
    )


def accepted_of(client_id: str, at: Appended) -> Accepted:
    """Return the acknowledgement of a committed message."""
    return Accepted(
        client_id=client_id,
        conversation_id=at.conversation_id,
        item_id=at.item_id,
        seq=at.seq,
        created_at=at.created_at,
        text=at.text,
    )


def error_frame(
    code: ErrorCode, client_id: str | None = None, retry_after_ms: Millis | None = None
) -> SendFrame:
    """Return the refusal of one frame or message."""
    frame = ErrorFrame(
        code=code, detail=sentence(code), client_id=client_id, retry_after_ms=retry_after_ms
    )
    return SendFrame(frame)
