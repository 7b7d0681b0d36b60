"""Durable events between services: the envelope, its batch, and the receiver's answer."""

from __future__ import annotations

from pydantic import Field, JsonValue

from shared.contracts.wire import EventId, Readable, ShopId, WireInstant
from shared.kernel.vocabulary import EventType, Service


class Envelope(Readable):
    """One event for one receiver. `version` has no gaps within (emitter, receiver, stream)."""

    event_id: EventId
    type: EventType
    emitter: Service
    receiver: Service
    shop_id: ShopId
    stream: str = Field(min_length=1, max_length=64)
    version: int = Field(ge=1)
    occurred_at: WireInstant
    body: JsonValue


class EventBatch(Readable):
    """Events for one receiver; within a stream in ascending version."""

    events: tuple[Envelope, ...]


class StreamPosition(Readable):
    """The last version of a stream the receiver has committed."""

    shop_id: ShopId
    stream: str
    version: int


class BatchAnswer(Readable):
    """Where the receiver stands on each stream of the batch, after its commit."""

    positions: tuple[StreamPosition, ...]
