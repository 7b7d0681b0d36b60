"""Latest values: who types, how far somebody received and read, where a customer stands in line.

They have no `seq` and never hold an item up; one may be lost, and the next one makes up for it.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from shared.contracts.wire import SEQ_MAX, Contract, ConversationId, Readable, ShopId

# What a customer sends.


class Typing(Contract):
    """The customer types; said again each few seconds while it goes on."""

    type: Literal["typing"]


class Received(Contract):
    """The customer's end holds every item up to `through_seq`."""

    type: Literal["received"]
    conversation_id: ConversationId
    through_seq: int = Field(ge=1, le=SEQ_MAX)


class Read(Contract):
    """The customer has seen every item up to `through_seq`, and so received it."""

    type: Literal["read"]
    conversation_id: ConversationId
    through_seq: int = Field(ge=1, le=SEQ_MAX)


# What a customer is told. These frames travel as they are on the conversation's live subject.


class AgentTyping(Contract):
    """The agent types; over after `for_ms`, or with the agent's next message."""

    type: Literal["agent.typing"] = "agent.typing"
    conversation_id: ConversationId
    for_ms: int


class MessageDelivered(Contract):
    """The agent's console holds every item up to `through_seq`; the greatest one counts."""

    type: Literal["message.delivered"] = "message.delivered"
    conversation_id: ConversationId
    through_seq: int


class MessageRead(Contract):
    """The agent has seen every item up to `through_seq`; the greatest one counts."""

    type: Literal["message.read"] = "message.read"
    conversation_id: ConversationId
    through_seq: int


class WaitRange(Readable):
    """How long it probably takes yet: of ten customers about eight are answered within it."""

    low_ms: int
    high_ms: int


class QueuePosition(Contract):
    """Where a customer who waits stands: 1 is next of `waiting`; over with the agent's coming."""

    type: Literal["queue.position"] = "queue.position"
    conversation_id: ConversationId
    position: int
    waiting: int
    wait_ms: WaitRange | None = None


class WaitingLine(Readable):
    """A shop's waiting conversations, first served first, from the router to every gateway node.

    `waiting` counts them all; the end of a very long line is not named. `waits` are their ranges,
    in the same order, or empty while too little is known for any.
    """

    shop_id: ShopId
    conversations: tuple[ConversationId, ...]
    waiting: int
    waits: tuple[WaitRange, ...] = ()


LiveSign: TypeAlias = AgentTyping | MessageDelivered | MessageRead | QueuePosition


# What agents say and are told.


class SeenThrough(Contract):
    """What an agent posts to /received and /read: every item up to there."""

    through_seq: int = Field(ge=1, le=SEQ_MAX)


class Receipt(Readable):
    """How far a conversation's customer received and read; 0 for nothing yet.

    The body of `message.delivered` and `message.read`, and part of an agent's snapshot.
    """

    conversation_id: ConversationId
    received_seq: int
    read_seq: int


class CustomerTyping(Readable):
    """Body of `customer.typing`: over after `for_ms`, or with the customer's next message."""

    conversation_id: ConversationId
    for_ms: int
