"""The types every contract is made of: ids as TypeIDs, instants as ISO 8601, strict models."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shared.kernel import clock, ids
from shared.kernel.ids import IdKind
from shared.kernel.visible import shows_something

_ID_PATTERN = "[0-7][0-9a-hjkmnp-tv-z]{25}"


UNFIT: Final = "unfit"
"""What a validator's error is called when its words are ours."""


def unfit(reason: str) -> PydanticCustomError:
    """Return what a validator raises when our own words say best what is wrong.

    Args:
        reason: goes on after the field's name, or after "body": "must name one of ...". Nothing
            of what was sent may be in it, for callers read it as it is.
    """
    return PydanticCustomError(UNFIT, "{reason}", {"reason": reason})


def _wire_id(kind: IdKind) -> Any:
    """Build the annotations that turn a UUID into this kind's TypeID on the wire and back."""

    def read(value: object) -> UUID:
        if isinstance(value, UUID):
            return value
        try:
            return ids.decode(kind, value if isinstance(value, str) else "")
        except ValueError:
            raise unfit(f"must be an id that begins with {kind.value}_") from None

    return (
        BeforeValidator(read),
        PlainSerializer(lambda value: ids.encode(kind, value), return_type=str),
        WithJsonSchema({"type": "string", "pattern": f"^{kind.value}_{_ID_PATTERN}$"}),
    )


def _read_instant(value: object, info: ValidationInfo) -> int:
    within = info.mode == "python"  # a number is an instant inside the process only
    if within and isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return clock.from_iso(value if isinstance(value, str) else "")
    except ValueError:
        raise unfit("must be an instant with its zone, such as 2026-11-23T08:00:00Z") from None


ShopId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.SHOP)]
SiteId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.SITE)]
SessionId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.SESSION)]
ConversationId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.CONVERSATION)]
InvitationId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.INVITATION)]
ItemId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.ITEM)]
FileId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.FILE)]
AgentId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.AGENT)]
QueueId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.QUEUE)]
OfferId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.OFFER)]
AssignmentId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.ASSIGNMENT)]
DecisionId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.DECISION)]
CustomerId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.CUSTOMER)]
MergeId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.MERGE)]
CustomerNoteId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.CUSTOMER_NOTE)]
FollowUpId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.FOLLOW_UP)]
AnswerId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.ANSWER)]
ErasureId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.ERASURE)]
OrderId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.ORDER)]
ContactId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.CONTACT)]
ConnectionId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.CONNECTION)]
ApiKeyId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.API_KEY)]
SignInId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.SIGN_IN)]
ChangeId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.CHANGE)]
EventId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.EVENT)]
WebhookId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.WEBHOOK)]
NodeId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.NODE)]
RoutingRequestId: TypeAlias = Annotated[UUID, *_wire_id(IdKind.ROUTING_REQUEST)]


def _read_work_id(value: object) -> UUID:
    if isinstance(value, str) and value.startswith(f"{IdKind.ROUTING_REQUEST.value}_"):
        return ids.decode(IdKind.ROUTING_REQUEST, value)
    if isinstance(value, str):
        return ids.decode(IdKind.CONVERSATION, value)
    raise ValueError("an id is a string")


WorkId: TypeAlias = Annotated[
    UUID,
    BeforeValidator(_read_work_id),
    WithJsonSchema({"type": "string", "pattern": f"^(conv|rreq)_{_ID_PATTERN}$"}),
]
"""In a path: a conversation, or a routing request by its own name."""

WireInstant: TypeAlias = Annotated[
    int,
    BeforeValidator(_read_instant),
    PlainSerializer(clock.to_iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""Milliseconds since the epoch inside, ISO 8601 UTC with milliseconds on the wire."""

LATEST = 7_258_118_400_000
"""1 January 2200: the instants that callers name lie between 1970 and it."""


def _check_named(instant: int) -> int:
    if not 0 <= instant <= LATEST:
        raise unfit("must lie between 1970 and 2200")
    return instant


NamedInstant: TypeAlias = Annotated[WireInstant, AfterValidator(_check_named)]
"""An instant that a caller names. What is reckoned from it can still be written down."""

CLIENT_ID_MAX = 64
ClientId: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=CLIENT_ID_MAX, pattern=r"^[A-Za-z0-9_.:-]+$")
]
"""What a sender calls its own message, for ever: 1 to 64 letters, digits and _ . : -"""

SEQ_MAX = 2**63 - 1
"""PostgreSQL's bigint: a greater `seq` is not even asked for."""

TEXT_MAX = 5_000
"""Code points in one message, DESIGN section 5."""


def _check_shows(text: str) -> str:
    if not shows_something(text):
        raise unfit("must have a visible character")
    return text


SHOWS = AfterValidator(_check_shows)
"""A text in which people see something."""
ONE_LINE: Final = r"^[^\x00-\x1f\x7f\x85\u2028\u2029]+$"
"""A text without controls and without any of Unicode's ends of a line."""
MessageText: TypeAlias = Annotated[str, Field(min_length=1, max_length=TEXT_MAX), SHOWS]


class Contract(BaseModel):
    """A shape that crosses a process: immutable, strict, refuses unknown fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    def to_json(self) -> bytes:
        """Return the wire form: compact UTF-8 JSON."""
        return self.__pydantic_serializer__.to_json(self)


class Readable(BaseModel):
    """A shape another service emits: immutable, strict, skips fields it does not know.

    The skipping lets the previous release read the next one's events.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    def to_json(self) -> bytes:
        """Return the wire form: compact UTF-8 JSON."""
        return self.__pydantic_serializer__.to_json(self)
