"""Reads what a live event makes known to an agent's console: ids and versions, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from pydantic import Field, JsonValue, ValidationError

from services.gateway.domain.standing import Mark, News
from shared.contracts.stream import StreamEvent
from shared.contracts.wire import AgentId, ConversationId, OfferId, Readable
from shared.kernel.vocabulary import ConversationStatus, EventType, ItemKind


class _Agent(Readable):
    id: AgentId
    agent_version: int


class _Offer(Readable):
    id: OfferId


class _OfferEnd(Readable):
    offer_id: OfferId


class _Conversation(Readable):
    conversation_id: ConversationId
    version: int
    status: str


class _Item(Readable):
    conversation_id: ConversationId
    seq: int = Field(ge=1)
    kind: str = ""


class _ItemTold(Readable):
    body: _Item


ITEM_TOLD: Final = b'{"type":"message.created","body":'
"""How the announcer begins an item's event; one that begins another way is read whole."""


def message_place(payload: bytes) -> tuple[UUID, int] | None:
    """Return the conversation and the seq of a message that is told; None: it is something else."""
    if not payload.startswith(ITEM_TOLD):
        return None
    try:
        item = _ItemTold.model_validate_json(payload).body
    except ValidationError:
        return None
    return (item.conversation_id, item.seq) if item.kind == ItemKind.MESSAGE else None


def item_news(payload: bytes) -> News:
    """Return what an item's event makes known, without reading more of it.

    Raises:
        pydantic.ValidationError: it is no event of an item.
    """
    item = _ItemTold.model_validate_json(payload).body
    return News(Mark.ITEMS, item.conversation_id, item.seq)


def read_news(event: StreamEvent) -> News | None:
    """Return what an event makes known; None: nothing that is kept count of."""
    read = _READERS.get(event.type)
    if read is None:
        return None
    try:
        return read(event.body)
    except ValidationError:
        return None  # passed on as it is; what it was to tell is found missing


def _agent(body: JsonValue) -> News:
    agent = _Agent.model_validate(body)
    return News(Mark.AGENT, agent.id, agent.agent_version)


def _offer(body: JsonValue) -> News:
    return News(Mark.OFFER, _Offer.model_validate(body).id, 1)


def _offer_end(body: JsonValue) -> News:
    return News(Mark.OFFER, _OfferEnd.model_validate(body).offer_id, None)


def _conversation(body: JsonValue) -> News:
    """Only whoever serves it is told that a conversation is assigned."""
    told = _Conversation.model_validate(body)
    served = told.status == ConversationStatus.ASSIGNED
    return News(Mark.CONVERSATION, told.conversation_id, told.version if served else None)


def _taken(body: JsonValue) -> News:
    """Whoever served it until now is told that another does."""
    return News(Mark.CONVERSATION, _Conversation.model_validate(body).conversation_id, None)


def _item(body: JsonValue) -> News:
    item = _Item.model_validate(body)
    return News(Mark.ITEMS, item.conversation_id, item.seq)


_READERS: Final[dict[EventType, Callable[[JsonValue], News]]] = {
    EventType.AGENT_UPDATED: _agent,
    EventType.OFFER_CREATED: _offer,
    EventType.OFFER_ENDED: _offer_end,
    EventType.CONVERSATION_QUEUED: _conversation,
    EventType.CONVERSATION_OFFERED: _conversation,
    EventType.CONVERSATION_ASSIGNED: _conversation,
    EventType.CONVERSATION_RESPONDED: _conversation,
    EventType.CONVERSATION_TAKEN: _taken,
    EventType.CONVERSATION_ENDED: _conversation,
    EventType.CONVERSATION_WRAPPED_UP: _conversation,
    EventType.SLA_MISSED: _conversation,
    EventType.MESSAGE_CREATED: _item,
}
