"""Turns durable events into facts for history; keeps each fact's place in its stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pydantic_core import to_json

from services.history.domain.contacts import MessageFact, RoutingFact, message_fact, routing_fact
from services.history.domain.promises import PromiseFact, promise_fact
from shared.contracts.events import Envelope
from shared.contracts.items import MessageCreated
from shared.contracts.promises import PromiseChanged
from shared.contracts.routing import RoutingState
from shared.kernel.vocabulary import EventType

ROUTING_EVENTS = frozenset(
    {
        EventType.CONVERSATION_QUEUED,
        EventType.CONVERSATION_OFFERED,
        EventType.CONVERSATION_ASSIGNED,
        EventType.CONVERSATION_RESPONDED,
        EventType.CONVERSATION_ENDED,
    }
)


Content: TypeAlias = MessageFact | RoutingFact | PromiseFact


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as history takes it; `content` is None when the event is of no interest."""

    envelope: Envelope
    content: Content | None


def fact_of(event: Envelope) -> Fact:
    """Return what an event says.

    Raises:
        pydantic.ValidationError: its body is not what its type promises.
    """
    return Fact(event, _content(event))


def _content(event: Envelope) -> Content | None:
    body = to_json(event.body)  # a strict model takes words and lists only from JSON
    if event.type is EventType.MESSAGE_CREATED:
        return message_fact(MessageCreated.model_validate_json(body))
    if event.type in ROUTING_EVENTS:
        return routing_fact(RoutingState.model_validate_json(body))
    if event.type is EventType.PROMISE_CHANGED:
        return promise_fact(PromiseChanged.model_validate_json(body))
    return None
