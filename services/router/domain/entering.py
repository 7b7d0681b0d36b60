"""How a conversation enters a queue: what it needs there, and what changes while it waits."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from services.router.domain.limits import weight_in
from services.router.domain.model import Conversation
from services.router.domain.needs import Needs, Stage, both
from services.router.domain.queues import RoutingQueue
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState
from shared.kernel.clock import Instant


def enter(
    state: ShopState, one: Conversation, queue: RoutingQueue, wish: Needs, at: Instant
) -> Conversation:
    """Return a conversation that begins to wait in a queue at an instant.

    Of the wish its own skills and its language count. A language that nobody who is here speaks is
    not waited for. Where as many wait as may, it goes on in the queue that the first overflow
    leads to; nothing that was accepted is turned away.
    """
    spoken = wish.language is not None and state.pool.anybody_here_speaks(wish.language)
    language = wish.language if spoken else None
    priority = queue.priority * state.policy.head_start_ms
    entered = replace(
        one,
        queue_id=None if queue.is_default else queue.id,
        weight=weight_in(one.channel, queue.weights, state.policy.weights),
        head_start_ms=max(one.head_start_ms, priority),
        needs=Needs(both(queue.skills, wish.own), language, wish.own),
    )
    stages = sorted(_stages(state, entered, queue, at), key=lambda stage: stage.at)
    entered = replace(entered, stages=tuple(stages))
    waiting = state.waiting_in[entered.queue_id]
    full = queue.max_waiting is not None and waiting >= queue.max_waiting
    return caught_up(state, _overflowed(state, entered) if full else entered)


def caught_up(state: ShopState, one: Conversation) -> Conversation:
    """Return a conversation that waits, again or anew, with every stage taken that is due."""
    while one.stages and one.stages[0].at <= state.now:
        one = _at_next_stage(state, one)
    return one


def on_stage(state: ShopState, conversation_id: UUID) -> None:
    """Nobody was found in time: look for somebody who brings less, or in another queue."""
    state.put_conversation(_at_next_stage(state, state.conversations[conversation_id]))


def _stages(
    state: ShopState, one: Conversation, queue: RoutingQueue, at: Instant
) -> Iterator[Stage]:
    for step in queue.steps:
        yield Stage(at + step.after_ms, step.skills, step.any_language, step.queue_id)
    if one.needs.language is not None:
        yield Stage(at + state.policy.language_for_ms, any_language=True)
    if state.policy.beyond_weight > 0:
        yield Stage(one.respond_by - state.policy.beyond_before_ms, beyond=True)


def _at_next_stage(state: ShopState, one: Conversation) -> Conversation:
    stage, *later = one.stages
    needs = one.needs
    if stage.skills is not None:
        needs = replace(needs, skills=both(stage.skills, needs.own))
    if stage.any_language:
        needs = replace(needs, language=None)
    if stage.beyond:
        needs = replace(needs, beyond=True)
    moved = replace(one, needs=needs, stages=tuple(later))
    queue = state.queues.open_to(stage.queue_id)
    if queue is None:
        return moved
    skills = both(queue.skills, needs.own)
    return replace(moved, queue_id=queue.id, needs=replace(needs, skills=skills))


def _overflowed(state: ShopState, one: Conversation) -> Conversation:
    """Take every stage up to the first that leads to another queue; where none does, stay."""
    moved = one
    while moved.stages and moved.queue_id == one.queue_id:
        moved = _at_next_stage(state, moved)
    return one if moved.queue_id == one.queue_id else moved
