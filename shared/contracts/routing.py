"""What the router tells and is asked: agents, offers, assignments, routing state, presence."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from shared.contracts.cards import Card
from shared.contracts.items import CustomerRef, Item
from shared.contracts.signs import Receipt
from shared.contracts.wire import (
    AgentId,
    AssignmentId,
    Contract,
    ConversationId,
    DecisionId,
    NodeId,
    OfferId,
    Readable,
    ShopId,
    WireInstant,
)
from shared.kernel.vocabulary import (
    AgentStatus,
    AssignmentStatus,
    CardStatus,
    Channel,
    ConversationStatus,
    EndReason,
    Exclusion,
    OfferStatus,
    Presence,
    Scope,
)


class AgentRef(Readable):
    """An agent as others see one."""

    id: AgentId
    name: str


class RoutingState(Readable):
    """Body of every live `conversation.*` event: the whole routing state after it.

    `version` grows by one with each such event of a conversation; only a greater one is applied.
    `assignment_version` grows with each new assignment. `first_response_ms` counts from the
    customer's first message received, or `clock_at` if the shop was closed then and opened later,
    to the first human message committed.
    """

    conversation_id: ConversationId
    version: int = Field(ge=1)
    status: ConversationStatus
    respond_by: WireInstant
    queued_at: WireInstant
    agent: AgentRef | None = None
    assignment_id: AssignmentId | None = None
    assignment_version: int = 0
    first_response_ms: int | None = None
    queue_wait_ms: int | None = None
    ended_at: WireInstant | None = None
    end_reason: EndReason | None = None
    customer: CustomerRef | None = None
    channel: Channel = Channel.CHAT
    clock_at: WireInstant | None = None


class RoutingTold(RoutingState):
    """Body of a durable `conversation.*` event: the state, and what the router knew by then.

    `heard_version` is how far it had heard the gateway's stream of the conversation: an end is one
    only when no customer's message came after that (decision 0007).
    """

    heard_version: int | None = None


class AgentState(Readable):
    """One agent as the router holds it; `agent_version` grows with each change.

    `unanswered_offers` ran out in a row since the agent was last heard of. Who is `away` with any
    was set away because of them.
    """

    id: AgentId
    shop_id: ShopId
    name: str
    email: str
    status: AgentStatus
    presence: Presence
    capacity: int
    load: int
    agent_version: int
    unanswered_offers: int = 0


class Offer(Readable):
    """A conversation offered to one agent, with the context card when it was there in time."""

    id: OfferId
    conversation_id: ConversationId
    agent_id: AgentId
    status: OfferStatus
    channel: Channel
    preview: str
    created_at: WireInstant
    expires_at: WireInstant
    respond_by: WireInstant
    customer_name: str | None = None
    card_status: CardStatus
    card: Card | None = None


class OfferEnded(Readable):
    """Body of `offer.ended`: this offer can no longer be taken."""

    offer_id: OfferId
    conversation_id: ConversationId
    status: OfferStatus


class CardReady(Readable):
    """Body of `card.ready`, the card that an offer went out without, and of `card.changed`."""

    conversation_id: ConversationId
    card: Card


class Assignment(Readable):
    """Who serves a conversation. At most one of a conversation is active."""

    id: AssignmentId
    conversation_id: ConversationId
    agent_id: AgentId
    status: AssignmentStatus
    version: int
    started_at: WireInstant
    ended_at: WireInstant | None = None


class OfferTaken(Contract):
    """Answer to accept: the assignment and the signed grant that opens the conversation at once."""

    assignment: Assignment
    grant: str
    state: RoutingState


class RouterSnapshot(Readable):
    """The router's part of an agent stream's snapshot."""

    agent: AgentState
    offers: tuple[Offer, ...]
    conversations: tuple[RoutingState, ...]
    cards: tuple[CardReady, ...] = ()


class SnapshotRequest(Readable):
    """Asks the router for an agent's snapshot."""

    shop_id: ShopId
    agent_id: AgentId


class AgentSnapshot(Contract):
    """First event of an agent stream, type `snapshot`: everything, so nothing need be replayed."""

    agent: AgentState
    offers: tuple[Offer, ...]
    conversations: tuple[RoutingState, ...]
    cards: tuple[CardReady, ...]
    items: tuple[Item, ...]
    receipts: tuple[Receipt, ...]
    server_time: WireInstant


class PresenceChange(Readable):
    """A gateway node saw an agent's first stream open or the last one close."""

    node_id: NodeId
    shop_id: ShopId
    agent_id: AgentId
    presence: Presence


class LeaveRequest(Readable):
    """A gateway node's word that a conversation's customer ends it."""

    shop_id: ShopId
    conversation_id: ConversationId


class LeaveAnswer(Readable):
    """Whether it has ended; false while the router has not heard of the conversation."""

    ended: bool


class ConnectedAgent(Readable):
    """One agent with a stream on a node."""

    shop_id: ShopId
    agent_id: AgentId


class PresenceBeat(Readable):
    """A gateway node's whole list, each second; 3 s without it: its agents are disconnected."""

    node_id: NodeId
    agents: tuple[ConnectedAgent, ...]


class SignIn(Contract):
    """An agent's e-mail address and password within a shop."""

    shop_id: ShopId
    email: str = Field(min_length=3, max_length=254)
    password: str = Field(min_length=1, max_length=200)


class SignedIn(Contract):
    """A bearer token and who it stands for."""

    token: str
    expires_at: WireInstant
    scopes: tuple[Scope, ...]
    agent: AgentState


class TokenIssued(Contract):
    """A short bearer token for a program that showed an API key."""

    token: str
    expires_at: WireInstant
    scopes: tuple[Scope, ...]


class NewStatus(Contract):
    """What agents say of themselves."""

    status: AgentStatus


class Candidate(Readable):
    """One agent that a decision considered, best first."""

    agent: AgentRef
    load: int
    capacity: int
    chosen: bool
    chance: float | None = None
    """The predicted probability, 0 to 1, that this agent asked then answers by `respond_by`."""


class ExclusionCount(Readable):
    """How many agents one reason left out."""

    reason: Exclusion
    agents: int


class DecisionTrigger(StrEnum):
    """What made the router decide."""

    CONVERSATION_STARTED = "conversation_started"
    SLOT_FREED = "slot_freed"
    AGENT_AVAILABLE = "agent_available"
    OFFER_DECLINED = "offer_declined"
    OFFER_EXPIRED = "offer_expired"
    AGENT_GONE = "agent_gone"
    OFFER_UNANSWERED = "offer_unanswered"
    CONVERSATION_REOPENED = "conversation_reopened"
    AGENT_CHANGED = "agent_changed"
    SHOP_OPENED = "shop_opened"


class Decision(Readable):
    """Why a conversation was offered to whom, or to nobody yet."""

    id: DecisionId
    conversation_id: ConversationId
    decided_at: WireInstant
    trigger: DecisionTrigger
    policy: str
    candidates: tuple[Candidate, ...]
    excluded: tuple[ExclusionCount, ...]
    waiting_ahead: int


class DecisionPage(Contract):
    """The decisions about one conversation, oldest first."""

    decisions: tuple[Decision, ...]
