"""Customers who are silent for long: their agents' capacity is free until they write again."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.model import Conversation
from services.router.domain.offering import make_room
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.clock import Instant


def on_silence(state: ShopState, conversation_id: UUID) -> None:
    """Give the capacity back; the conversation stays with its agent."""
    assignment = state.assignment_of(state.conversations[conversation_id])
    if not assignment.idle:  # else known from the tables
        state.put_assignment(replace(assignment, idle=True))


def heard(state: ShopState, conversation: Conversation, at: Instant) -> None:
    """Take the capacity again, above the limit if need be; what is only offered gives way."""
    if state.policy.idle_after_ms > 0 or conversation.heard_at is not None:
        state.put_conversation(replace(conversation, heard_at=at))
    assignment = state.assignment_of(conversation)
    if assignment.idle:
        state.put_assignment(replace(assignment, idle=False))
        make_room(state, assignment.agent_id, DecisionTrigger.SLOT_FREED)
