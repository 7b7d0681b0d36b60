"""What an engine is told, as data; who may tell it is judged at the edges.

The fields have the types of the wire: a command may come from another router.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from services.router.domain.model import ChangeMade, Promise, Work
from services.router.domain.needs import NOTHING_ASKED, Asked, Skills
from services.router.domain.policy import Figures, Weights
from services.router.domain.queues import RoutingQueue
from shared.contracts.accounts import OpeningHours
from shared.contracts.cards import CardFacts
from shared.contracts.items import CustomerRef
from shared.contracts.wire import (
    AgentId,
    ConversationId,
    EventId,
    NodeId,
    OfferId,
    QueueId,
    WireInstant,
)
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import (
    AgentStatus,
    AuthorKind,
    Channel,
    ItemKind,
    Outcome,
    Presence,
    Visibility,
)


@dataclass(frozen=True, slots=True)
class ItemTold:
    """An item's event as the gateway told it; no engine reads it, it is passed on to webhooks."""

    event_id: EventId
    occurred_at: WireInstant
    body_json: str


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """The gateway committed an item; `version` is the event's place in the stream."""

    conversation_id: ConversationId
    version: int
    channel: Channel
    customer: CustomerRef | None
    kind: ItemKind
    visibility: Visibility
    author: AuthorKind
    preview: str
    received_at: WireInstant
    created_at: WireInstant
    told: ItemTold | None = None
    locale: str | None = None
    """What the customer's page is in, such as pt-BR."""

    @property
    def is_human_answer(self) -> bool:
        """Tell whether this stops the first-response clock: only an agent's public message does."""
        return (
            self.author is AuthorKind.AGENT
            and self.kind is ItemKind.MESSAGE
            and self.visibility is Visibility.EVERYONE
        )


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """A gateway node began or ceased to hold a stream of an agent."""

    agent_id: AgentId
    node_id: NodeId
    presence: Presence


@dataclass(frozen=True, slots=True)
class StatusSet:
    """An agent says available, away, draining or offline."""

    agent_id: AgentId
    status: AgentStatus


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """An agent's console has shown an offer."""

    offer_id: OfferId
    agent_id: AgentId


@dataclass(frozen=True, slots=True)
class OfferAccepted:
    """An agent takes an offered conversation."""

    offer_id: OfferId
    agent_id: AgentId


@dataclass(frozen=True, slots=True)
class OfferDeclined:
    """An agent passes an offered conversation on."""

    offer_id: OfferId
    agent_id: AgentId


@dataclass(frozen=True, slots=True)
class ConversationClosed:
    """The serving agent ends a conversation; without an agent: a supervisor does."""

    conversation_id: ConversationId
    agent_id: AgentId | None
    outcome: Outcome = Outcome.RESOLVED
    promise: Promise | None = None


@dataclass(frozen=True, slots=True)
class WrapUpDone:
    """The agent, or a supervisor (no agent), is done with a conversation that has ended."""

    conversation_id: ConversationId
    agent_id: AgentId | None


@dataclass(frozen=True, slots=True)
class ConversationTaken:
    """An agent picks a waiting conversation; `over`: a supervisor may take it from its owner."""

    conversation_id: ConversationId
    agent_id: AgentId
    over: bool = False


@dataclass(frozen=True, slots=True)
class ConversationTransferred:
    """Its owner passes a conversation on; without `by_agent`: a supervisor does.

    Without `to_agent` it goes back to the line, with `to_queue` to that queue's.
    """

    conversation_id: ConversationId
    by_agent: AgentId | None
    by_name: str
    to_agent: AgentId | None = None
    note: str | None = None
    to_queue: QueueId | None = None


@dataclass(frozen=True, slots=True)
class CustomerLeft:
    """The customer ends a conversation."""

    conversation_id: ConversationId


@dataclass(frozen=True, slots=True)
class CustomerErased:
    """Nothing may be kept any more of whose conversation it was."""

    conversation_id: ConversationId


@dataclass(frozen=True, slots=True)
class FactsKnown:
    """History has said of a conversation's customer what their answer's worth depends on."""

    conversation_id: ConversationId
    facts: CardFacts


@dataclass(frozen=True, slots=True)
class WorkRequested:
    """Another service has work for an agent; its id makes asking again the same request."""

    work_id: ConversationId
    channel: Channel
    weight: int
    work: Work
    asked: Asked = NOTHING_ASKED


@dataclass(frozen=True, slots=True)
class WorkCompleted:
    """Whoever has the work is done with it; without an agent: it was done elsewhere."""

    work_id: ConversationId
    agent_id: AgentId | None


@dataclass(frozen=True, slots=True)
class WorkCancelled:
    """The work is not to be done any more."""

    work_id: ConversationId


@dataclass(frozen=True, slots=True)
class WorkRequeued:
    """The work is to be offered to others; without an agent: its owner elsewhere wants it so."""

    work_id: ConversationId
    agent_id: AgentId | None


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """An administrator changed an agent; None leaves a figure as it is.

    `change` is what the tables keep of it, committed with what it brings about.
    """

    agent_id: AgentId
    name: str | None
    capacity: int | None
    active: bool | None
    change: ChangeMade
    supervisor: bool | None = None
    skills: Skills | None = None
    languages: tuple[str, ...] | None = None
    may_reply: bool | None = None
    weights: Weights | None = None
    inherits_capacity: bool | None = None


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """An administrator changed a queue; target and hours are given when it is the one routed by.

    `hours` counts only when `sets_hours`: None of them means always open.
    """

    first_response_target_ms: Millis | None
    change: ChangeMade
    hours: OpeningHours | None = None
    sets_hours: bool = False
    queue: RoutingQueue | None = None
    """The queue as it is now; `fields` of it were changed, or it is new."""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicySet:
    """An administrator set the shop's own figures: all of them, each checked by whoever asks."""

    figures: Figures
    change: ChangeMade


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: whatever is due happens."""


Command: TypeAlias = (
    MessageArrived
    | PresenceChanged
    | StatusSet
    | OfferSeen
    | OfferAccepted
    | OfferDeclined
    | ConversationClosed
    | WrapUpDone
    | ConversationTaken
    | ConversationTransferred
    | CustomerLeft
    | CustomerErased
    | FactsKnown
    | WorkRequested
    | WorkCompleted
    | WorkCancelled
    | WorkRequeued
    | AgentChanged
    | QueueChanged
    | PolicySet
    | Tick
)
