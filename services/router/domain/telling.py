"""Counts and collects what others are told once the group is committed; tells nobody itself."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.effects import ConversationTold, Line
from services.router.domain.model import Agent, Conversation
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState
from shared.kernel.vocabulary import ConversationStatus, EndReason, EventType

EVENT_OF = {
    ConversationStatus.QUEUED: EventType.CONVERSATION_QUEUED,
    ConversationStatus.OFFERED: EventType.CONVERSATION_OFFERED,
    ConversationStatus.ASSIGNED: EventType.CONVERSATION_ASSIGNED,
    ConversationStatus.WRAP_UP: EventType.CONVERSATION_ENDED,
    ConversationStatus.ENDED: EventType.CONVERSATION_ENDED,
}


VERB_OF = {
    EventType.CONVERSATION_QUEUED: "queued",
    EventType.CONVERSATION_OFFERED: "offered",
    EventType.CONVERSATION_ASSIGNED: "assigned",
    EventType.CONVERSATION_TAKEN: "taken",
    EventType.CONVERSATION_ENDED: "completed",
    EventType.SLA_MISSED: "missed",
    EventType.ROUTING_REQUEST_REQUEUED: "requeued",
}
"""What happens to work, by the event that a conversation would have."""


def event_of(event: EventType, conversation: Conversation) -> EventType:
    """Return what an event is called when it is of other work than a conversation."""
    if conversation.work is None:
        return event
    cancelled = conversation.end_reason is EndReason.CANCELLED
    return EventType(f"{conversation.work.kind}.{'cancelled' if cancelled else VERB_OF[event]}")


def tell(
    state: ShopState,
    changed: Conversation,
    event: EventType,
    audience: tuple[UUID, ...] = (),
    lines: tuple[Line, ...] = (),
) -> Conversation:
    """Take a conversation's new state and tell it as the next version; return it so counted."""
    told = replace(changed, version=changed.version + 1)
    state.put_conversation(told)
    _note(state, told, event, audience, lines)
    return told


def _note(
    state: ShopState,
    told: Conversation,
    event: EventType,
    audience: tuple[UUID, ...] = (),
    lines: tuple[Line, ...] = (),
) -> None:
    state.changes.told_status[told.id] = told.status
    heard = state.heard.get(told.id, 0)
    named = event_of(event, told)
    state.changes.conversations_told.append(ConversationTold(named, told, audience, heard, lines))


def tell_what_changed(state: ShopState) -> None:
    """At a command's end: tell what waits or is offered now and was not before, and changed agents.

    A conversation declined by one and offered to the next in the same instant was never without
    an offer for anybody outside, so nothing is told of it.
    """
    for conversation_id, told in tuple(state.changes.told_status.items()):
        conversation = state.conversations.get(conversation_id)
        if conversation is not None and conversation.status is not told:
            counted = replace(conversation, version=conversation.version + 1)
            state.count_conversation(counted)
            _note(state, counted, EVENT_OF[conversation.status])
    for agent_id, before in tuple(state.changes.agents_before.items()):
        _tell_agent(state, before, state.agents[agent_id])


def _tell_agent(state: ShopState, before: Agent | None, after: Agent) -> None:
    if before is None or _visible(before) != _visible(after):
        after = replace(after, version=after.version + 1)
        state.count_agent(after)
        state.changes.agents_told.append(after)


def _visible(agent: Agent) -> tuple[object, ...]:
    return (
        agent.name,
        agent.email,
        agent.status,
        agent.presence,
        agent.capacity,
        agent.load,
        agent.active,
    )
