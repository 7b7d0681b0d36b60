"""The rows a shop's routing state is made of: immutable, rebuilt from tables, without behaviour.

Those that are part of an answer have the types of the wire: it may be for another router.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from services.router.domain.needs import NO_NEEDS, Needs, Skills, Stage
from services.router.domain.paces import AgentPace, TeamPace
from services.router.domain.policy import CHAT_WEIGHT, DEFAULT_CAPACITY, Weights
from services.router.domain.queues import RoutingQueue
from services.router.domain.thawing import quickly_made
from shared.contracts.items import CustomerRef
from shared.contracts.wire import (
    AgentId,
    AssignmentId,
    ConversationId,
    OfferId,
    QueueId,
    WireInstant,
)
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import (
    AgentStatus,
    AssignmentStatus,
    Channel,
    ConversationStatus,
    EndReason,
    OfferStatus,
    Outcome,
    Presence,
    WorkKind,
)

LineKey: TypeAlias = tuple[int, int]
"""Where a conversation stands in a line: respond_by less its head start, then its id."""


class OfferEnd(StrEnum):
    """Why an offer that nobody answered, or that another answered first, ended."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    TAKEN = "taken"
    AGENT_GONE = "agent_gone"
    AGENT_NOT_AVAILABLE = "agent_not_available"
    DISPLACED = "displaced"
    CONVERSATION_ENDED = "conversation_ended"
    OVER_CAPACITY = "over_capacity"


@quickly_made
@dataclass(frozen=True, slots=True)
class Agent:
    """One agent. `load` is the weight of pending offers and active assignments together."""

    id: UUID
    name: str
    email: str
    status: AgentStatus = AgentStatus.OFFLINE
    nodes: tuple[UUID, ...] = ()
    """Gateway nodes that hold a stream of this agent, sorted; none: disconnected."""
    capacity: int = DEFAULT_CAPACITY
    load: int = 0
    version: int = 1
    idle_since: Instant = 0
    """When the agent came, or last answered or finished something; the oldest is asked first."""
    settled_at: Instant = 0
    """When they have found the thread again, after what was taken from their screen."""
    gone_since: Instant | None = None
    expiries_in_row: int = 0
    supervisor: bool = False
    """Whether this agent is alarmed when an answer is at risk."""
    active: bool = True
    """False: an administrator ended this agent; nothing is offered and no status is taken."""
    skills: Skills = ()
    languages: tuple[str, ...] = ()
    """What the agent reads and writes, sorted; none named: whatever customers write."""
    may_reply: bool = True
    """False: the agent's roles allow no answer; nothing is offered."""
    weights: Weights = ()
    """What a conversation takes of this agent, by channel, before what queue and shop say."""
    inherits_capacity: bool = False
    """The limit is the queue's, or else the shop's; `capacity` is the shop's."""
    turn: int = 0
    """Grows through the shop with each agent who came, answered or finished something."""

    @property
    def presence(self) -> Presence:
        """Return what the agent's streams say."""
        return Presence.CONNECTED if self.nodes else Presence.DISCONNECTED


@quickly_made
@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised to the customer, by when: a follow-up from then on."""

    due_at: WireInstant
    words: str
    order_reference: str | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class Work:
    """What is offered when it is no conversation: it lives elsewhere, and nobody writes in it.

    The accept is its first response. `target_ms` is what its clock gets each time it starts; None,
    until it is in the line: the shop's. `attributes_json` is its owner's object, opaque here.
    """

    kind: WorkKind
    title: str
    target_ms: Millis | None = None
    external_id: str | None = None
    url: str | None = None
    attributes_json: str = "{}"
    not_before: WireInstant | None = None
    respond_by: WireInstant | None = None
    """As its owner said it; None: `target_ms` after it can be offered."""
    order_reference: str | None = None
    promised_by: AgentId | None = None
    promised_by_name: str | None = None
    """Of a follow-up: which agent promised it. Its `external_id` names the conversation."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation as routing sees it, or other `work` that waits in the same line.

    `started_at` is when its first customer message was received. `queue_wait_ms` counts from
    `clock_from` to the first accept, `first_response_ms` from there to the first human message
    committed.
    `version` grows with each event told; `passed_by` holds who declined it or let it expire, when.
    """

    id: ConversationId
    status: ConversationStatus
    channel: Channel
    customer: CustomerRef | None
    preview: str
    started_at: WireInstant
    queued_at: WireInstant
    respond_by: WireInstant
    weight: int = CHAT_WEIGHT
    version: int = 0
    agent_id: AgentId | None = None
    agent_name: str | None = None
    assignment_id: AssignmentId | None = None
    assignment_version: int = 0
    first_response_ms: Millis | None = None
    queue_wait_ms: Millis | None = None
    ended_at: WireInstant | None = None
    end_reason: EndReason | None = None
    passed_by: tuple[tuple[AgentId, WireInstant], ...] = ()
    widen_at: WireInstant | None = None
    offers_made: int = 0
    decisions_made: int = 0
    clock_at: WireInstant | None = None
    """When its response clock starts, if later than `started_at`: the shop was closed then."""
    held_until: WireInstant | None = None
    """It waits for the shop to open, and is in no line before."""
    everyone_at: WireInstant | None = None
    """From then on everyone free is asked: counted from the first offer of this wait.

    Of one that is assigned: when its owner has been silent for too long.
    """
    risk_told_at: WireInstant | None = None
    miss_told_at: WireInstant | None = None
    """When it was told that the answer is at risk, or was missed."""
    transfers: int = 0
    again_from: WireInstant | None = None
    """When it was last passed on or re-opened after an answer: a clock of its own."""
    again_response_ms: Millis | None = None
    """From there to the next human message; never a first response."""
    preferred_agent: AgentId | None = None
    """Who served it before it was re-opened: asked first, if there and with room."""
    outcome: Outcome | None = None
    """What was said of it when it was closed."""
    heard_at: WireInstant | None = None
    """When its customer was last heard of, while it is served and silence frees capacity."""
    wrap_up_until: WireInstant | None = None
    work: Work | None = None
    needs: Needs = NO_NEEDS
    """What an agent must bring to be asked."""
    stages: tuple[Stage, ...] = ()
    """What changes while it waits; the next one first."""
    queue_id: QueueId | None = None
    """Where it waits; None: in the shop's default queue."""
    overtaken: int = 0
    """How many who were not late were served while it was the first of the late."""
    head_start_ms: Millis = 0
    """So much less time is left, in the line's order, for its priority."""

    @property
    def clock_from(self) -> Instant:
        """Return where its response clock starts."""
        return self.started_at if self.clock_at is None else self.clock_at

    @property
    def due_from(self) -> Instant:
        """Return where the clock began that runs out at `respond_by`."""
        return self.clock_from if self.again_from is None else self.again_from

    @property
    def awaits_answer(self) -> bool:
        """Tell whether the customer waits for a human's words."""
        return self.unheard and not self.is_over

    @property
    def is_over(self) -> bool:
        """Tell whether it has ended for its customer; its agent may still have work with it."""
        return self.status in {ConversationStatus.WRAP_UP, ConversationStatus.ENDED}

    @property
    def unheard(self) -> bool:
        """Tell whether a clock runs, or ended without an answer that may still be on its way."""
        again = self.again_from is not None and self.again_response_ms is None
        return self.first_response_ms is None or again

    @property
    def line_key(self) -> LineKey:
        """Return the place in a line."""
        return (self.respond_by - self.head_start_ms, self.id.int)


@quickly_made
@dataclass(frozen=True, slots=True)
class Offer:
    """One conversation offered to one agent; `ordinal` counts the offers of the conversation."""

    id: UUID
    conversation_id: UUID
    agent_id: UUID
    ordinal: int
    weight: int
    created_at: Instant
    expires_at: Instant
    status: OfferStatus = OfferStatus.PENDING
    seen_at: Instant | None = None
    reminded_at: Instant | None = None
    ended_at: Instant | None = None
    end_cause: OfferEnd | None = None
    load: int = 0
    """What its agent held when it was made, without this."""
    chance_permille: int | None = None
    """How probably its agent would answer in time, as predicted when it was made."""

    @property
    def extra_key(self) -> tuple[int, int]:
        """Return the place among those that give way: the newest first."""
        return (-self.created_at, self.id.int)


@quickly_made
@dataclass(frozen=True, slots=True)
class Assignment:
    """Who serves a conversation; `version` counts the assignments of the conversation."""

    id: AssignmentId
    conversation_id: ConversationId
    agent_id: AgentId
    offer_id: OfferId | None
    version: int
    weight: int
    started_at: WireInstant
    status: AssignmentStatus = AssignmentStatus.ACTIVE
    ended_at: WireInstant | None = None
    offered_at: WireInstant | None = None
    """When the offer that became this was made; None: it came without one."""
    offered_load: int = 0
    """What the agent held then, without this."""
    wrap_up_until: WireInstant | None = None
    idle: bool = False
    """Its customer has been silent for long: it takes no capacity until they write."""

    @property
    def held(self) -> int:
        """Return what it takes of its agent's capacity."""
        return 0 if self.idle or self.status is AssignmentStatus.ENDED else self.weight


@dataclass(frozen=True, slots=True)
class ChangeMade:
    """One line of the record of administration, and the columns it sets; opaque to the engine.

    `fields_json` is an object of column -> new value. What was there before is read, and the line
    written, in the transaction that sets them.
    """

    id: UUID
    changed_at: Instant
    actor_kind: str
    actor_id: str | None
    actor_name: str
    action: str
    target: str
    target_id: UUID
    fields_json: str


@quickly_made
@dataclass(frozen=True, slots=True)
class Heard:
    """The last version of a conversation's gateway stream that has taken effect."""

    conversation_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything an engine is rebuilt from: all agents, and of the rest what is not over."""

    agents: tuple[Agent, ...] = ()
    queues: tuple[RoutingQueue, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    offers: tuple[Offer, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    heard: tuple[Heard, ...] = ()
    team_paces: tuple[TeamPace, ...] = ()
    agent_paces: tuple[AgentPace, ...] = ()
