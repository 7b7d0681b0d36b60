"""Work that lives elsewhere: another service asks for it, takes it back, has it offered again."""

from __future__ import annotations

from services.router.domain.commands import (
    WorkCancelled,
    WorkCompleted,
    WorkRequested,
    WorkRequeued,
)
from services.router.domain.effects import Answer, ConversationNow, Refused
from services.router.domain.ending import end
from services.router.domain.entering import enter_as_asked
from services.router.domain.hours import opens_at
from services.router.domain.model import Conversation, Promise, Work
from services.router.domain.owning import end_assignment, on_own_clock, to_line
from services.router.domain.queues import RoutingQueue, hours_of, target_of
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState
from services.router.domain.telling import tell
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.clock import Instant
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import ConversationStatus, EndReason, EventType, Outcome


def on_requested(state: ShopState, command: WorkRequested) -> Answer:
    """Let the work wait for an agent, in the one line there is; once, however often it is asked."""
    known = state.find_conversation(command.work_id)
    if known is not None:
        return ConversationNow(known)
    asked = command.asked
    queue = state.queues.for_channel(command.channel)
    if asked.queue_id is not None:
        named = state.queues.open_to(asked.queue_id)
        if named is None:
            return Refused(ErrorCode.UNKNOWN_QUEUE)
        queue = named
    work, now = _with_target(state, command.work, queue), state.now
    if (work.target_ms or 0) <= 0:
        return Refused(ErrorCode.RESPOND_BY_PAST)
    waiting = Conversation(
        id=command.work_id,
        status=ConversationStatus.QUEUED,
        channel=command.channel,
        customer=None,
        preview=work.title,
        started_at=now,
        queued_at=now,
        respond_by=now,
        weight=command.weight,
        work=work,
        queue_id=queue.id,
    )
    waiting = on_the_clock(state, waiting, now)
    waiting = enter_as_asked(state, waiting, queue, asked, waiting.clock_from)
    if waiting.held_until is None:
        state.changes.causes[waiting.id] = DecisionTrigger.WORK_REQUESTED
    return ConversationNow(tell(state, waiting, EventType.CONVERSATION_QUEUED))


def _with_target(state: ShopState, work: Work, queue: RoutingQueue) -> Work:
    """Return the work with how long its clock runs, should it wait once more."""
    target = work.target_ms or target_of(queue, state.policy)
    if work.respond_by is not None:
        target = work.respond_by - max(state.now, work.not_before or state.now)
    return replace(work, target_ms=target)


def on_the_clock(state: ShopState, waiting: Conversation, at: Instant) -> Conversation:
    """Start the clock of work now, when its owner wants it, or when a queue that is closed opens.

    Its target is the work's own: it was given one when it was asked for.
    """
    work, queue = waiting.work, state.queues.find(waiting.queue_id)
    if work is None:
        raise TypeError("a conversation's clock starts with its customer's words")
    begins = max(at, work.not_before or at)
    starts = opens_at(hours_of(queue, state.policy), begins) or begins
    target = work.target_ms or target_of(queue, state.policy)
    due = starts + target if work.respond_by is None else work.respond_by
    return replace(
        waiting,
        clock_at=None if starts == waiting.started_at else starts,
        held_until=starts if starts > at else None,
        respond_by=due,
    )


def on_completed(state: ShopState, command: WorkCompleted) -> Answer:
    """End work that is done; doing it again gives the same answer."""
    work = _work(state, command)
    if work is None:
        return Refused(ErrorCode.NOT_FOUND)
    mine = command.agent_id in {None, work.agent_id}
    if work.is_over:
        done = work.end_reason is EndReason.COMPLETED
        return ConversationNow(work) if done and mine else Refused(ErrorCode.ALREADY_ENDED)
    return complete(state, work, None) if mine else Refused(ErrorCode.NOT_ASSIGNED)


def complete(state: ShopState, work: Conversation, promise: Promise | None) -> Answer:
    """End work as done; nobody wrote, so nobody can have been promised anything."""
    if promise is not None:
        return Refused(ErrorCode.NOT_FOUND)
    done = replace(work, outcome=Outcome.RESOLVED)
    return ConversationNow(end(state, done, EndReason.COMPLETED))


def on_cancelled(state: ShopState, command: WorkCancelled) -> Answer:
    """Take work back from whoever is asked or has it; doing it again gives the same answer."""
    work = _work(state, command)
    if work is None:
        return Refused(ErrorCode.NOT_FOUND)
    if not work.is_over:
        return ConversationNow(end(state, work, EndReason.CANCELLED))
    done = work.end_reason is EndReason.CANCELLED
    return ConversationNow(work) if done else Refused(ErrorCode.ALREADY_ENDED)


def on_requeued(state: ShopState, command: WorkRequeued) -> Answer:
    """Offer work to others than who has it; what waits already goes on waiting."""
    work = _work(state, command)
    if work is None:
        return Refused(ErrorCode.NOT_FOUND)
    if work.is_over:
        return Refused(ErrorCode.ALREADY_ENDED)
    if command.agent_id not in {None, work.agent_id}:
        return Refused(ErrorCode.NOT_ASSIGNED)
    if work.status is ConversationStatus.ASSIGNED:
        assignment = state.assignment_of(work)
        end_assignment(state, assignment)
        owner = assignment.agent_id
        passed = replace(on_own_clock(state, work, state.now), passed_by=((owner, state.now),))
        to_line(state, passed, DecisionTrigger.REQUEUED, (owner,))
    return ConversationNow(state.conversations[work.id])


def _work(
    state: ShopState, command: WorkCompleted | WorkCancelled | WorkRequeued
) -> Conversation | None:
    found = state.find_conversation(command.work_id)
    return None if found is None or found.work is None else found
