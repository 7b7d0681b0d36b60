"""What travels on live subjects and on an agent's event stream."""

from __future__ import annotations

from pydantic import Field, JsonValue

from shared.contracts.wire import AgentId, Contract, NodeId, Readable, SessionId
from shared.kernel.vocabulary import EventType

NONCE_MAX = 100


class StreamEvent(Readable):
    """One live event.

    `body` by type: message.created an Item; offer.created an Offer; offer.ended an OfferEnded;
    card.ready a CardReady; agent.updated an AgentState; conversation.* a RoutingState.
    """

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


class StreamAnswered(Readable):
    """A gateway node was given the answer to a ping of another one's stream."""

    agent_id: AgentId
    nonce: str


class SessionOpened(Readable):
    """A gateway node greeted a session's newest connection; nodes with an older one close it."""

    node_id: NodeId
    session_id: SessionId
    connection_no: int
