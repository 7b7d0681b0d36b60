"""What the router tells and is asked: agents, offers, assignments, routing state, presence."""

from __future__ import annotations

from pydantic import Field, model_validator

from shared.contracts.cards import Card, CardReady, MayBe, WhoMayBe
from shared.contracts.items import Author, CustomerRef, Item
from shared.contracts.routing_requests import RoutedWork
from shared.contracts.signs import Receipt
from shared.contracts.wire import (
    AgentId,
    AssignmentId,
    Contract,
    ConversationId,
    MessageText,
    NamedInstant,
    NodeId,
    OfferId,
    QueueId,
    Readable,
    ShopId,
    WireInstant,
    unfit,
)
from shared.kernel.vocabulary import (
    AgentStatus,
    AssignmentStatus,
    CardStatus,
    Channel,
    ConversationStatus,
    EndReason,
    ItemKind,
    OfferStatus,
    Outcome,
    Presence,
    Scope,
    Visibility,
)


class AgentRef(Readable):
    """An agent as others see one."""

    id: AgentId
    name: str


class RoutingState(Readable):
    """Body of every live `conversation.*` event: the whole routing state after it.

    `version` grows by one with each such event, and only a greater one is applied.
    `assignment_version` grows with each assignment. `first_response_ms` counts from the customer's
    first message received, or `clock_at` if the shop opened later, to the first human message
    committed; `again_response_ms` from the last transfer or re-opening after it to the next.
    `clock_from` is where the clock began that runs out at `respond_by`; `queued_at` is when it last
    began to wait, as after a transfer without an answer, in which that clock runs on.

    Of other work than a conversation `work` says what it is; then `conversation_id` names that, the
    accept is its first response, and the events are `routing_request.*`.
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
    transfers: int = 0
    again_response_ms: int | None = None
    outcome: Outcome | None = None
    wrap_up_until: WireInstant | None = None
    work: RoutedWork | None = None
    clock_from: WireInstant | None = None


class RoutingLine(Readable):
    """What the router asks the gateway to append to a conversation, with the event's own line."""

    kind: ItemKind
    visibility: Visibility
    author: Author
    text: str


class SlaAlarm(Readable):
    """Body of `sla.at_risk`: nobody has answered yet, and `respond_by` is near."""

    conversation_id: ConversationId
    status: ConversationStatus
    channel: Channel
    preview: str
    respond_by: WireInstant
    agent: AgentRef | None = None
    customer_name: str | None = None
    work: RoutedWork | None = None


class RoutingTold(RoutingState):
    """Body of a durable `conversation.*` event: the state, and what the router knew by then.

    `heard_version`: how far the gateway's stream was heard, for the ends of decision 0007.
    """

    heard_version: int | None = None
    lines: tuple[RoutingLine, ...] = ()


class AgentState(Readable):
    """One agent as the router holds it; `agent_version` grows with each change.

    `unanswered_offers` ran out in a row; who is `away` with any was set away because of them.
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
    """A conversation, or `work` titled by `preview`, offered to one agent; the card if in time."""

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
    may_be: tuple[MayBe, ...] = ()
    work: RoutedWork | None = None


class OfferEnded(Readable):
    """Body of `offer.ended`: this offer can no longer be taken."""

    offer_id: OfferId
    conversation_id: ConversationId
    status: OfferStatus


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


class Transfer(Contract):
    """Whom a conversation is passed on to: a colleague, a queue, or back to the line (`to_line`).

    `note` is for colleagues alone, and stands in the conversation where it was passed on.
    """

    to_agent: AgentId | None = None
    to_line: bool = False
    to_queue: QueueId | None = None
    note: MessageText | None = None

    @model_validator(mode="after")
    def _to_one(self) -> Transfer:
        if [self.to_line, self.to_agent is not None, self.to_queue is not None].count(True) != 1:
            raise unfit("must name one of to_agent, to_queue and to_line, and only one")
        return self


class NewFollowUp(Contract):
    """Closes a conversation with a promise to its customer: what, by when, for which order."""

    due_at: NamedInstant
    words: MessageText
    order_reference: str | None = Field(default=None, min_length=1, max_length=200)


class FollowUpDue(Readable):
    """A promise to a customer: work that is not done before it is solved."""

    conversation_id: ConversationId
    agent: AgentRef | None
    due_at: WireInstant
    words: str
    order_reference: str | None
    closed_at: WireInstant
    solved_at: WireInstant | None
    overdue: bool
    customer_name: str | None = None


class FollowUps(Contract):
    """The promises to keep, the most urgent first, at most a hundred; `overdue` counts them all."""

    follow_ups: tuple[FollowUpDue, ...]
    overdue: int


class Colleague(Readable):
    """An agent whom a conversation can be passed on to, or why not now."""

    id: AgentId
    name: str
    status: AgentStatus
    presence: Presence
    capacity: int
    load: int
    free: bool


class Colleagues(Contract):
    """The agents of the shop but the caller, those who are free first."""

    colleagues: tuple[Colleague, ...]


class WaitingConversation(Readable):
    """A conversation that nobody has taken yet."""

    state: RoutingState
    preview: str
    customer_name: str | None = None


class WaitingConversations(Contract):
    """Who waits, the most urgent first; at most a hundred."""

    waiting: tuple[WaitingConversation, ...]


class RouterSnapshot(Readable):
    """The router's part of an agent stream's snapshot."""

    agent: AgentState
    offers: tuple[Offer, ...]
    conversations: tuple[RoutingState, ...]
    cards: tuple[CardReady, ...] = ()
    may_be: tuple[WhoMayBe, ...] = ()


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
    may_be: tuple[WhoMayBe, ...] = ()
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
