"""Agents, conversations and messages of a bench's shop, as the router's engine takes them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.router.domain.commands import MessageArrived
from services.router.domain.model import Agent, Assignment, Conversation
from services.router.domain.policy import Policy
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import (
    AgentStatus,
    AuthorKind,
    Channel,
    ConversationStatus,
    ItemKind,
    Visibility,
)

START: Instant = 1_790_000_000_000
STEP_MS: Millis = 1
"""Between two arrivals: a thousand a second, so that alarms and misses come as they would."""
TARGET_MS: Millis = 10_000
SUPERVISOR_EACH = 100
NODE = UUID(int=0xA0DE)


def an_agent(number: int) -> Agent:
    """Return an agent who is here and available, with room for one conversation."""
    return Agent(
        id=UUID(int=0xA000 + number),
        name=f"Agent {number}",
        email=f"agent{number}@bench.example",
        status=AgentStatus.AVAILABLE,
        nodes=(NODE,),
        capacity=1,
        supervisor=number % SUPERVISOR_EACH == 0,
    )


def served_by(agent: Agent, number: int) -> tuple[Conversation, Assignment]:
    """Return a conversation that an agent has answered already."""
    conversation, assignment = UUID(int=1 << 81 | number), UUID(int=1 << 82 | number)
    row = replace(
        a_conversation(conversation, START - TARGET_MS),
        status=ConversationStatus.ASSIGNED,
        agent_id=agent.id,
        agent_name=agent.name,
        assignment_id=assignment,
        assignment_version=1,
        first_response_ms=1_000,
        queue_wait_ms=100,
    )
    return row, Assignment(assignment, conversation, agent.id, None, 1, 1, START - TARGET_MS)


def one_who_waits(number: int, of: int) -> Conversation:
    """Return one of a line: they came one after the other, and most are late by now."""
    came_at = START - STEP_MS * (of - number)
    row = a_conversation(UUID(int=1 << 83 | number), came_at)
    risk_at = row.respond_by - Policy().at_risk_before_ms
    return replace(
        row,
        risk_told_at=risk_at if risk_at <= START else None,
        miss_told_at=row.respond_by if row.respond_by <= START else None,
    )


def a_conversation(conversation_id: UUID, came_at: Instant) -> Conversation:
    """Return one that nobody has taken."""
    return Conversation(
        id=conversation_id,
        status=ConversationStatus.QUEUED,
        channel=Channel.CHAT,
        customer=None,
        preview="Where is my order?",
        started_at=came_at,
        queued_at=came_at,
        respond_by=came_at + TARGET_MS,
        version=1,
        decisions_made=1,
    )


def a_message(conversation_id: UUID, now: Instant) -> MessageArrived:
    """Return a customer's first words."""
    return MessageArrived(
        conversation_id=conversation_id,
        version=1,
        channel=Channel.CHAT,
        customer=None,
        kind=ItemKind.MESSAGE,
        visibility=Visibility.EVERYONE,
        author=AuthorKind.CUSTOMER,
        preview="Where is my order?",
        received_at=now,
        created_at=now,
    )
