"""What happens to a conversation: it starts, is answered, assigned, requeued, ended."""

from __future__ import annotations

from uuid import UUID

from services.router.domain import follow_ups, idling, learning, requests, settling
from services.router.domain.commands import ConversationClosed, CustomerLeft, MessageArrived
from services.router.domain.effects import Answer, ConversationNow, HeardUpTo, Refused
from services.router.domain.ending import end
from services.router.domain.entering import enter
from services.router.domain.hours import opens_at
from services.router.domain.model import Assignment, Conversation, OfferEnd
from services.router.domain.needs import Needs, language_of
from services.router.domain.offering import end_offer
from services.router.domain.owning import end_assignment, on_own_clock, to_line
from services.router.domain.queues import hours_of, target_of
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState
from services.router.domain.telling import tell
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import (
    AuthorKind,
    ConversationStatus,
    EndReason,
    EventType,
    ItemKind,
    OfferStatus,
)


def on_message(state: ShopState, command: MessageArrived) -> Answer:
    """Take an item's event once and in order; a gap takes no effect and its answer shows it."""
    heard = state.heard.get(command.conversation_id, 0)
    if command.version != heard + 1:
        return HeardUpTo(heard)
    state.hear(command.conversation_id, command.version)
    conversation = state.find_conversation(command.conversation_id)
    from_customer = command.author is AuthorKind.CUSTOMER and command.kind is ItemKind.MESSAGE
    if from_customer and conversation is None:
        _start(state, command)
    elif from_customer and conversation and conversation.is_over:
        _reopen(state, conversation, command)
    elif from_customer and conversation and conversation.status is ConversationStatus.ASSIGNED:
        idling.heard(state, conversation, command.received_at)
    elif command.kind is ItemKind.ADDRESS and conversation and conversation.customer is None:
        state.put_conversation(replace(conversation, customer=command.customer))
    elif command.is_human_answer and conversation and conversation.unheard:
        _respond(state, conversation, command)
    return HeardUpTo(command.version)


def on_close(state: ShopState, command: ConversationClosed) -> Answer:
    """End a conversation for its agent or a supervisor; doing it again gives the same answer."""
    conversation = state.find_conversation(command.conversation_id)
    if conversation is None:
        return Refused(ErrorCode.NOT_FOUND)
    mine = command.agent_id is None or command.agent_id == conversation.agent_id
    if conversation.is_over:
        return ConversationNow(conversation) if mine else Refused(ErrorCode.ALREADY_ENDED)
    if not mine:
        return Refused(ErrorCode.NOT_ASSIGNED)
    if conversation.work is not None:
        return requests.complete(state, conversation, command.promise)
    reason = EndReason.CLOSED_BY_AGENT
    ended = end(state, replace(conversation, outcome=command.outcome), reason)
    if command.promise is not None:
        follow_ups.promise(state, ended, command.promise)
    return ConversationNow(ended)


def on_left(state: ShopState, command: CustomerLeft) -> Answer:
    """End a conversation for its customer; doing it again gives the same answer.

    Whoever leaves unanswered has abandoned it; reports count those who hardly waited apart.
    """
    conversation = state.find_conversation(command.conversation_id)
    if conversation is None:
        return Refused(ErrorCode.NOT_FOUND)
    if conversation.is_over:
        return ConversationNow(conversation)
    answered = conversation.first_response_ms is not None
    reason = EndReason.CUSTOMER_LEFT if answered else EndReason.ABANDONED
    return ConversationNow(end(state, conversation, reason))


def requeue(state: ShopState, assignment: Assignment) -> None:
    """Take a conversation from an agent who is gone; unanswered, it keeps its age."""
    end_assignment(state, assignment)
    conversation = state.conversations[assignment.conversation_id]
    waiting = on_own_clock(state, conversation, state.now)
    to_line(state, waiting, DecisionTrigger.AGENT_GONE, audience=(assignment.agent_id,))


def on_opening(state: ShopState, conversation_id: UUID) -> None:
    """Let what came while the shop was closed, or is due only now, into the line."""
    conversation = state.conversations[conversation_id]
    work = conversation.work
    due = work is not None and work.not_before == conversation.held_until
    cause = DecisionTrigger.WORK_DUE if due else DecisionTrigger.SHOP_OPENED
    state.changes.causes[conversation_id] = cause
    state.put_conversation(replace(conversation, held_until=None))


def hours_changed(state: ShopState) -> None:
    """Let whoever waits for the opening wait for the new one, or no longer."""
    for conversation_id in sorted(state.held):
        conversation = state.conversations[conversation_id]
        on_clock = _on_the_clock if conversation.work is None else requests.on_the_clock
        state.put_conversation(on_clock(state, conversation, state.now))
        if conversation_id not in state.held:
            state.changes.causes[conversation_id] = DecisionTrigger.SHOP_OPENED


def _on_the_clock(state: ShopState, conversation: Conversation, at: Instant) -> Conversation:
    """Start the response clock now, or when a shop that is closed opens (DESIGN section 5)."""
    queue = state.queues.find(conversation.queue_id)
    opening = opens_at(hours_of(queue, state.policy), at)
    starts = at if opening is None else opening
    return replace(
        conversation,
        clock_at=None if starts == conversation.started_at else starts,
        held_until=opening,
        respond_by=starts + target_of(queue, state.policy),
    )


def _start(state: ShopState, command: MessageArrived) -> None:
    conversation = Conversation(
        id=command.conversation_id,
        status=ConversationStatus.QUEUED,
        channel=command.channel,
        customer=command.customer,
        preview=command.preview,
        started_at=command.received_at,
        queued_at=command.received_at,
        respond_by=command.received_at,
    )
    queue = state.queues.for_channel(command.channel)
    conversation = replace(conversation, queue_id=queue.id)
    conversation = _on_the_clock(state, conversation, command.received_at)
    language = language_of(command.locale)
    wish = Needs(languages=() if language is None else (language,))
    conversation = enter(state, conversation, queue, wish, conversation.clock_from)
    if conversation.held_until is None:
        state.changes.causes[conversation.id] = DecisionTrigger.CONVERSATION_STARTED
    tell(state, conversation, EventType.CONVERSATION_QUEUED)


def _reopen(state: ShopState, conversation: Conversation, command: MessageArrived) -> None:
    """A customer wrote before the gateway heard of the end: somebody must see it.

    The gateway finds the same by `heard` in the event of the end, and keeps the conversation open
    (decision 0007). Its clock is its own: the first response stays what it was. Whoever served it
    is asked first, if there and with room.
    """
    if conversation.status is ConversationStatus.WRAP_UP:
        end_assignment(state, state.assignment_of(conversation))
    queue = state.queues.find(conversation.queue_id)
    opening = opens_at(hours_of(queue, state.policy), command.received_at)
    starts = opening or command.received_at
    reopened = replace(
        conversation,
        customer=command.customer or conversation.customer,
        preview=command.preview,
        respond_by=starts + target_of(queue, state.policy),
        held_until=opening,
        ended_at=None,
        end_reason=None,
        outcome=None,
        wrap_up_until=None,
        preferred_agent=conversation.agent_id,
        risk_told_at=None,
        miss_told_at=None,
        needs=replace(conversation.needs, beyond=False),
        stages=(),
    )
    own = on_own_clock(state, reopened, starts)
    to_line(state, own, DecisionTrigger.CONVERSATION_REOPENED)


def _respond(state: ShopState, conversation: Conversation, command: MessageArrived) -> None:
    """Stop the clock that runs. Whoever was asked beside a silent owner is asked no more."""
    at = command.created_at
    first = conversation.first_response_ms is None
    if first:
        learning.answered(state, conversation, at)
    again = None
    if conversation.again_from is not None and not first:
        again = max(0, at - conversation.again_from)
    took = max(0, at - conversation.clock_from)
    served = conversation.status is ConversationStatus.ASSIGNED
    for offer in state.offers_of(conversation.id) if served else ():
        end_offer(state, offer, OfferStatus.RESCINDED, OfferEnd.TAKEN)
    answered = replace(
        conversation,
        first_response_ms=took if first else conversation.first_response_ms,
        again_response_ms=again,
        everyone_at=None if served else conversation.everyone_at,
        widen_at=None if served else conversation.widen_at,
        passed_by=() if served else conversation.passed_by,
        heard_at=conversation.heard_at and state.now,  # silence is counted from the answer
    )
    audience = () if conversation.agent_id is None else (conversation.agent_id,)
    tell(state, answered, EventType.CONVERSATION_RESPONDED, audience)
    for agent_id in audience:
        state.put_agent(settling.act(state, state.agents[agent_id]))
