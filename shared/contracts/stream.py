"""What travels on live subjects and on an agent's event stream."""

from __future__ import annotations

from pydantic import JsonValue

from shared.contracts.wire import NodeId, Readable, SessionId
from shared.kernel.vocabulary import EventType


class StreamEvent(Readable):
    """One live event.

    `body` by type: message.created an Item; offer.created an Offer; offer.ended an OfferEnded;
    card.ready a CardReady; agent.updated an AgentState; conversation.* a RoutingState.
    """

    type: EventType
    body: JsonValue


class SessionOpened(Readable):
    """A gateway node greeted a session's newest connection; nodes with an older one close it."""

    node_id: NodeId
    session_id: SessionId
    connection_no: int
