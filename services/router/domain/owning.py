"""Who owns a conversation: gives it to an agent, and back to the line; decides neither."""

from __future__ import annotations

from uuid import UUID

from services.router.domain import learning, settling
from services.router.domain.derived_ids import derived_id
from services.router.domain.effects import Line, TakenFrom
from services.router.domain.entering import caught_up
from services.router.domain.model import Agent, Assignment, Conversation, Offer
from services.router.domain.offering import wants_one_more
from services.router.domain.queues import target_of
from services.router.domain.replacing import replace
from services.router.domain.rooms import weighs
from services.router.domain.state import ShopState
from services.router.domain.telling import EVENT_OF, tell
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.clock import Instant
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import AssignmentStatus, ConversationStatus, EventType


def assign(
    state: ShopState,
    conversation: Conversation,
    agent: Agent,
    offer: Offer | None = None,
    lines: tuple[Line, ...] = (),
) -> Assignment:
    """Give a conversation to an agent, from whoever had it; without an offer: by hand."""
    before = conversation.assignment_id
    if before is not None:
        end_assignment(state, state.assignments[before])
    assignment = _assignment(state, conversation, agent, offer)
    state.put_assignment(assignment)
    waited = max(0, state.now - conversation.clock_from)
    silent_at = rescue_at(state, conversation)
    first_wait = conversation.queue_wait_ms is None
    changed = replace(
        _answered_by_it(state, conversation, assignment),
        status=ConversationStatus.ASSIGNED,
        agent_id=agent.id,
        agent_name=agent.name,
        assignment_id=assignment.id,
        assignment_version=assignment.version,
        queue_wait_ms=waited if first_wait else conversation.queue_wait_ms,
        passed_by=(),
        widen_at=silent_at,
        held_until=None,
        everyone_at=silent_at,
        heard_at=_heard_at(state, conversation),
    )
    told = tell(state, changed, EventType.CONVERSATION_ASSIGNED, (agent.id,), lines)
    if conversation.agent_id is not None:
        settling.lose(state, conversation.agent_id)
        state.changes.taken_from.append(TakenFrom(conversation.agent_id, told))
    return assignment


def _answered_by_it(
    state: ShopState, conversation: Conversation, assignment: Assignment
) -> Conversation:
    """Stop the clock of work that is no conversation: whoever takes it has answered."""
    if conversation.work is None or not conversation.unheard:
        return conversation
    learning.answered(state, replace(conversation, assignment_id=assignment.id), state.now)
    if conversation.again_from is None:
        waited = max(0, state.now - conversation.clock_from)
        return replace(conversation, first_response_ms=waited)
    waited = max(0, state.now - conversation.again_from)
    return replace(conversation, again_response_ms=waited)


def _heard_at(state: ShopState, conversation: Conversation) -> Instant | None:
    """Begin to listen for silence: of a customer, if there is one."""
    idles = state.policy.idle_after_ms > 0 and conversation.work is None
    return state.now if idles else None


def rescue_at(state: ShopState, conversation: Conversation) -> Instant | None:
    """Return when others are asked beside an owner, taking it now, who stays silent (LESSONS 4)."""
    if not conversation.awaits_answer or conversation.work is not None:
        return None
    policy = state.policy
    grace_over = state.now + policy.rescue_grace_ms
    return max(conversation.respond_by - policy.rescue_before_ms, grace_over)


def end_assignment(state: ShopState, assignment: Assignment) -> None:
    """Take a conversation from its owner, whose capacity is free again."""
    learning.unanswered(state, assignment)
    ended = replace(assignment, status=AssignmentStatus.ENDED, ended_at=state.now)
    state.put_assignment(ended)
    agent = state.agents[assignment.agent_id]
    state.put_agent(replace(agent, idle_since=state.now))


def on_own_clock(state: ShopState, conversation: Conversation, at: Instant) -> Conversation:
    """Start the clock of a transfer or a re-opening; a first response stays what it was.

    While there is none yet the first clock runs on, and nothing starts anew (LESSONS 20).
    """
    if conversation.first_response_ms is None:
        return conversation
    own = None if conversation.work is None else conversation.work.target_ms
    queue = state.queues.find(conversation.queue_id)
    return replace(
        conversation,
        respond_by=at + (own or target_of(queue, state.policy)),
        again_from=at,
        again_response_ms=None,
        risk_told_at=None,
        miss_told_at=None,
    )


def to_line(
    state: ShopState,
    conversation: Conversation,
    cause: DecisionTrigger,
    audience: tuple[UUID, ...] = (),
    lines: tuple[Line, ...] = (),
) -> None:
    """Let a conversation without an owner wait, or be on offer to whoever is being asked."""
    offers = len(state.offers_of(conversation.id))
    offered = offers > 0
    more = offered and offers < state.policy.max_live_offers
    waiting = replace(
        conversation,
        status=ConversationStatus.OFFERED if offered else ConversationStatus.QUEUED,
        queued_at=state.now,
        agent_id=None,
        agent_name=None,
        assignment_id=None,
        widen_at=state.now if more else None,
        everyone_at=state.now + state.policy.everyone_after_ms if offered else None,
        heard_at=None,
    )
    waiting = caught_up(state, waiting)
    if waiting.held_until is None and not offered:
        state.changes.causes[conversation.id] = cause
    event = EVENT_OF[waiting.status]
    again = EventType.ROUTING_REQUEST_REQUEUED
    tell(state, waiting, event if waiting.work is None else again, audience, lines)
    if more:
        wants_one_more(state, conversation.id)


def _assignment(
    state: ShopState, conversation: Conversation, agent: Agent, offer: Offer | None
) -> Assignment:
    version = conversation.assignment_version + 1
    return Assignment(
        id=derived_id(IdKind.ASSIGNMENT, conversation.id, version, state.now),
        conversation_id=conversation.id,
        agent_id=agent.id,
        offer_id=None if offer is None else offer.id,
        version=version,
        weight=weighs(state, conversation, agent),
        started_at=state.now,
        offered_at=None if offer is None else offer.created_at,
        offered_load=0 if offer is None else offer.load,
    )
