"""What a supervisor sees of a shop right now."""

from __future__ import annotations

from typing import Final

from shared.contracts.routing import AgentRef
from shared.contracts.wire import Contract, ConversationId, WireInstant
from shared.kernel.vocabulary import AgentStatus, Channel, ConversationStatus, Presence

UNANSWERED_MAX: Final = 100
"""Unanswered conversations named, the most urgent; all are counted."""


class Unanswered(Contract):
    """A conversation without a human answer yet.

    `agent` has it and has not written; `asked` are those it is offered to now.
    """

    conversation_id: ConversationId
    status: ConversationStatus
    channel: Channel
    customer_name: str | None
    preview: str
    queued_at: WireInstant
    respond_by: WireInstant
    agent: AgentRef | None
    asked: tuple[AgentRef, ...]


class BoardAgent(Contract):
    """One agent of the shop as they stand."""

    agent: AgentRef
    status: AgentStatus
    presence: Presence
    load: int
    capacity: int


class Wallboard(Contract):
    """A shop as it stands: who waits for an answer, the most urgent first, and who is there.

    `answered` conversations are with an agent and had their first response. `held` came while the
    shop was closed and wait for the opening; they are not among the unanswered.
    """

    at: WireInstant
    unanswered: tuple[Unanswered, ...]
    unanswered_count: int
    answered: int
    held: int
    agents: tuple[BoardAgent, ...]
