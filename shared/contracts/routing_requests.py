"""The routing API for other services: work that lives elsewhere and is offered to agents."""

from __future__ import annotations

from typing import Annotated, Final, Self, TypeAlias

from pydantic import Field, model_validator

from shared.contracts.accounts import CAPACITY_MAX, TARGET_MAX_MS, Level, SkillName, TargetMs
from shared.contracts.wire import (
    ONE_LINE,
    SHOWS,
    AgentId,
    Contract,
    ConversationId,
    NamedInstant,
    QueueId,
    Readable,
    RoutingRequestId,
    WireInstant,
    unfit,
)
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import Channel, ConversationStatus, EndReason, WorkKind

TITLE_MAX: Final = 200
"""Code points: two lines of a console."""
EXTERNAL_ID_MAX: Final = 200
URL_MAX: Final = 2_000
ATTRIBUTES_MAX: Final = 20
NEEDS_MAX: Final = 20
LANGUAGE_MAX: Final = 35
"""The longest tag that RFC 5646 (section 4.4.1) asks anybody to keep."""

Title: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=TITLE_MAX, pattern=ONE_LINE), SHOWS
]
"""What agents read of the work: not blank, on one line."""
ExternalId: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=EXTERNAL_ID_MAX, pattern=ONE_LINE), SHOWS
]
LinkUrl: TypeAlias = Annotated[
    str, Field(max_length=URL_MAX, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$")
]
"""Where an agent goes on with the work: http or https alone, as it becomes a link."""
AttributeName: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=40, pattern=ONE_LINE), SHOWS
]
AttributeValue: TypeAlias = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
Attributes: TypeAlias = Annotated[
    dict[AttributeName, AttributeValue], Field(max_length=ATTRIBUTES_MAX)
]
Language: TypeAlias = Annotated[
    str, Field(max_length=LANGUAGE_MAX, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
]


class SkillNeed(Contract):
    """A skill that whoever takes the work must have, at this level or above."""

    skill: SkillName
    level: Level = 1


class NeedsStep(Contract):
    """What is given up when nobody has taken the work after a while, counted from its clock.

    `skills` replace those that were asked for (not those of its queue, which has steps of its own)
    and `languages` the languages: more of them, fewer, or none, for which `any_language` is another
    word; `queue` is where it goes on.
    """

    after_ms: Millis = Field(ge=0, le=TARGET_MAX_MS)
    skills: tuple[SkillNeed, ...] | None = Field(default=None, max_length=NEEDS_MAX)
    any_language: bool = False
    languages: tuple[Language, ...] | None = Field(default=None, max_length=NEEDS_MAX)
    queue: QueueId | None = None

    @model_validator(mode="after")
    def _one_word(self) -> Self:
        if self.any_language and self.languages:
            raise unfit("must have any_language or languages, not both")
        return self


class Needs(Contract):
    """What the work asks of an agent. `weight` is what it takes of a capacity; a chat takes 1.

    Without a queue it waits where conversations of its channel do. Skills are needed beside those
    of the queue, any one of the languages until a step gives them up: who speaks an earlier one is
    asked sooner. `priority` counts with the queue's.
    """

    queue: QueueId | None = None
    channel: Channel = Channel.TASK
    priority: int = Field(default=0, ge=-10, le=10)
    weight: int = Field(default=1, ge=1, le=CAPACITY_MAX)
    skills: tuple[SkillNeed, ...] = Field(default=(), max_length=NEEDS_MAX)
    languages: tuple[Language, ...] = Field(default=(), max_length=NEEDS_MAX)
    steps: tuple[NeedsStep, ...] = Field(default=(), max_length=NEEDS_MAX)


class NewRoutingRequest(Contract):
    """Work to be offered to agents: what it is called elsewhere, what it needs, by when.

    `respond_by` is when somebody should have taken it at the latest; `target_ms` says the same
    counted from now, from `not_before`, or from the shop's opening. With neither the queue's target
    holds. It is offered to nobody before `not_before`, and only while the shop is open.
    """

    external_id: ExternalId
    title: Title
    url: LinkUrl | None = None
    attributes: Attributes = Field(default_factory=dict)
    needs: Needs = Field(default_factory=Needs)
    respond_by: NamedInstant | None = None
    target_ms: TargetMs | None = None
    not_before: NamedInstant | None = None

    @model_validator(mode="after")
    def _one_deadline(self) -> Self:
        if self.respond_by is not None and self.target_ms is not None:
            raise unfit("must have respond_by or target_ms, not both")
        return self


class RoutedWork(Readable):
    """What an agent sees of work that is no conversation: in offers and routing states.

    Of a `follow_up` the title is what was promised, `external_id` the conversation in which, and
    `not_before` when it is due.
    """

    id: RoutingRequestId
    kind: WorkKind
    title: str
    external_id: str | None = None
    url: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    not_before: WireInstant | None = None
    order_reference: str | None = None


class ServedBy(Readable):
    """Who has taken it."""

    id: AgentId
    name: str


class RoutingRequest(Readable):
    """A routing request as it stands, and the `data` of every `routing_request.*` webhook.

    `version` grows by one with each of them. `taken_after_ms` counts from when it could be offered
    to the first accept; `missed_at` is when `respond_by` passed without one. `conversation_id` is
    the name under which agents' endpoints and decisions know it. `queue` (null: the default one),
    `skills` and `languages` are where it waits and what it needs by now, its queue's included.
    """

    id: RoutingRequestId
    conversation_id: ConversationId
    external_id: str
    title: str
    url: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    channel: Channel
    weight: int
    queue: QueueId | None = None
    skills: tuple[SkillNeed, ...] = ()
    languages: tuple[str, ...] = ()
    status: ConversationStatus
    version: int
    created_at: WireInstant
    queued_at: WireInstant
    not_before: WireInstant | None = None
    respond_by: WireInstant
    target_ms: Millis
    agent: ServedBy | None = None
    taken_after_ms: Millis | None = None
    missed_at: WireInstant | None = None
    ended_at: WireInstant | None = None
    end_reason: EndReason | None = None


class RoutingRequestPage(Contract):
    """Routing requests in the order in which they were made; `next_cursor` is null at the end."""

    routing_requests: tuple[RoutingRequest, ...]
    next_cursor: str | None
