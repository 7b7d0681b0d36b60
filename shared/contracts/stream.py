"""What travels on live subjects and on an agent's event stream."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import BaseModel, Field, JsonValue

from shared.contracts.cards import CardReady, WhoMayBe
from shared.contracts.items import Item
from shared.contracts.routing import (
    AgentSnapshot,
    AgentState,
    Offer,
    OfferEnded,
    RoutingState,
    SlaAlarm,
)
from shared.contracts.signs import CustomerTyping, Receipt
from shared.contracts.webhooks import WORK_NOUNS
from shared.contracts.wire import AgentId, Contract, NodeId, Readable, SessionId
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import EventType, SignInEnd

NONCE_MAX = 100


class StreamEvent(Readable):
    """One live event; `STREAM_BODIES` says what the body of each type is."""

    type: EventType
    body: JsonValue


class StreamPing(Contract):
    """Body of an agent stream's `ping`, each 5 s; the console sends the nonce back as a StreamPong.

    15 s without an answer close the stream, and the agent counts as disconnected.
    """

    nonce: str


class StreamPong(Contract):
    """The answer to a `ping`: POST /v1/agent-events/pong, with any node of the service."""

    nonce: str = Field(min_length=1, max_length=NONCE_MAX)


class StreamClosed(Contract):
    """Body of `stream.closed`, an agent stream's last event: why it ends.

    `code` is what a request would be refused with: after `not_signed_in` the agent signs in again,
    and `reason` says what ended the sign-in; after any other the stream is opened again.
    """

    code: ErrorCode
    reason: SignInEnd | None = None
    detail: str


class StreamAnswered(Readable):
    """A gateway node was given the answer to a ping of another one's stream."""

    agent_id: AgentId
    nonce: str


class SessionOpened(Readable):
    """A gateway node greeted a session's newest connection; nodes with an older one close it."""

    node_id: NodeId
    session_id: SessionId
    connection_no: int


STREAM_BODIES: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "snapshot": AgentSnapshot,
        "ping": StreamPing,
        "stream.closed": StreamClosed,
        EventType.MESSAGE_CREATED: Item,
        EventType.MESSAGE_DELIVERED: Receipt,
        EventType.MESSAGE_READ: Receipt,
        EventType.CUSTOMER_TYPING: CustomerTyping,
        EventType.OFFER_CREATED: Offer,
        EventType.OFFER_ENDED: OfferEnded,
        EventType.CARD_READY: CardReady,
        EventType.CARD_CHANGED: CardReady,
        EventType.MAY_BE_CHANGED: WhoMayBe,
        EventType.AGENT_UPDATED: AgentState,
        EventType.CONVERSATION_QUEUED: RoutingState,
        EventType.CONVERSATION_OFFERED: RoutingState,
        EventType.CONVERSATION_ASSIGNED: RoutingState,
        EventType.CONVERSATION_RESPONDED: RoutingState,
        EventType.CONVERSATION_TAKEN: RoutingState,
        EventType.CONVERSATION_ENDED: RoutingState,
        EventType.CONVERSATION_WRAPPED_UP: RoutingState,
        **{event: RoutingState for event in EventType if event.startswith(WORK_NOUNS)},
        EventType.SLA_AT_RISK: SlaAlarm,
        EventType.SLA_MISSED: RoutingState,
    }
)
"""What an agent's stream carries under each name."""
