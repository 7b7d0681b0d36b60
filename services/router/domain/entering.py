"""How a conversation enters a queue: what it needs there, and what changes while it waits."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from services.router.domain.limits import weight_in
from services.router.domain.model import Conversation
from services.router.domain.needs import Asked, Languages, Needs, Skills, Stage, both
from services.router.domain.queues import RoutingQueue
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState
from shared.kernel.clock import Instant


def enter(
    state: ShopState, one: Conversation, queue: RoutingQueue, wish: Needs, at: Instant
) -> Conversation:
    """Return a conversation that begins to wait in a queue at an instant.

    Of the wish its own skills and its languages count. One that nobody who is here speaks is not
    waited for. Where as many wait as may, it goes on in the queue that the first overflow
    leads to; nothing that was accepted is turned away.
    """
    languages = tuple(filter(state.pool.anybody_here_speaks, wish.languages))
    priority = queue.priority * state.policy.head_start_ms
    entered = _in_queue(one, queue, wish.own, languages)
    if one.work is None:
        weight = weight_in(one.channel, queue.weights, state.policy.weights)
        entered = replace(entered, weight=weight)
    entered = replace(entered, head_start_ms=max(one.head_start_ms, priority))
    any_language = Stage(at + state.policy.language_for_ms, languages=())
    given_up = (any_language,) if languages else ()
    return _begun(state, entered, queue, at, given_up)


def enter_as_asked(
    state: ShopState, one: Conversation, queue: RoutingQueue, asked: Asked, at: Instant
) -> Conversation:
    """Return work that begins to wait in a queue at an instant, with what its owner asks for."""
    priority = (queue.priority + asked.priority) * state.policy.head_start_ms
    entered = _in_queue(one, queue, asked.skills, asked.languages)
    given_up = tuple(
        Stage(at + step.after_ms, None, step.languages, step.queue_id, own=step.skills)
        for step in asked.steps
    )
    return _begun(state, replace(entered, head_start_ms=priority), queue, at, given_up)


def _in_queue(
    one: Conversation, queue: RoutingQueue, own: Skills, languages: Languages
) -> Conversation:
    needs = Needs(both(queue.skills, own), languages, own, base=queue.skills)
    return replace(one, queue_id=None if queue.is_default else queue.id, needs=needs)


def _begun(
    state: ShopState, one: Conversation, queue: RoutingQueue, at: Instant, own: tuple[Stage, ...]
) -> Conversation:
    """Return it with what will change of it while it waits, and what has changed already."""
    stages = sorted((*_stages(state, one, queue, at), *own), key=lambda stage: stage.at)
    entered = replace(one, stages=tuple(stages))
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
        languages = () if step.any_language else None
        yield Stage(at + step.after_ms, step.skills, languages, step.queue_id)
    if state.policy.beyond_weight > 0:
        yield Stage(one.respond_by - state.policy.beyond_before_ms, beyond=True)


def _at_next_stage(state: ShopState, one: Conversation) -> Conversation:
    stage, *later = one.stages
    queue = state.queues.open_to(stage.queue_id)
    base = one.needs.base if stage.skills is None else stage.skills
    if queue is not None:
        base = queue.skills
    own = one.needs.own if stage.own is None else stage.own
    needs = Needs(
        skills=both(base, own),
        languages=one.needs.languages if stage.languages is None else stage.languages,
        own=own,
        beyond=one.needs.beyond or stage.beyond,
        base=base,
    )
    moved = replace(one, needs=needs, stages=tuple(later))
    return moved if queue is None else replace(moved, queue_id=queue.id)


def _overflowed(state: ShopState, one: Conversation) -> Conversation:
    """Take every stage up to the first that leads to another queue; where none does, stay."""
    moved = one
    while moved.stages and moved.queue_id == one.queue_id:
        moved = _at_next_stage(state, moved)
    return one if moved.queue_id == one.queue_id else moved
