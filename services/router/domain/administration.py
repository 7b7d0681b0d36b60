"""What happens in a running shop when an administrator changes an agent or a queue."""

from __future__ import annotations

from services.router.domain.agents import on_gone_for_good, rescind_all, set_status
from services.router.domain.commands import AgentChanged, QueueChanged
from services.router.domain.effects import Answer, Noted, Refused
from services.router.domain.model import Agent, OfferEnd
from services.router.domain.offering import make_room
from services.router.domain.queues import RoutingQueue
from services.router.domain.replacing import replace
from services.router.domain.serving import hours_changed
from services.router.domain.state import ShopState
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import AgentStatus


def on_change(state: ShopState, command: AgentChanged | QueueChanged) -> Answer:
    """Take what an administrator changed, and keep the line that records it."""
    if isinstance(command, QueueChanged):
        return _on_queue(state, command)
    return _on_agent(state, command)


def _on_agent(state: ShopState, command: AgentChanged) -> Answer:
    """Take an agent's new figures at once; whoever is ended loses offers and conversations."""
    agent = state.agents.get(command.agent_id)
    if agent is None:
        return Refused(ErrorCode.NOT_FOUND)
    state.changes.changes_made.append(command.change)
    after = _changed(agent, command, state.policy.capacity)
    if after != agent:
        state.put_agent(after)
    if agent.active and not after.active:
        set_status(state, after, AgentStatus.OFFLINE)
        on_gone_for_good(state, agent.id)
    if not after.may_reply:
        rescind_all(state, agent.id, OfferEnd.AGENT_NOT_AVAILABLE)
    make_room(state, agent.id, DecisionTrigger.AGENT_CHANGED)
    return Noted()


def _changed(agent: Agent, command: AgentChanged, shops: int) -> Agent:
    """Return an agent with what a command names; None leaves a figure as it is.

    Who is given a capacity has one of its own; who inherits is shown with the shop's.
    """
    names = (
        *("name", "capacity", "active", "supervisor", "skills", "languages", "may_reply"),
        *("weights", "inherits_capacity"),
    )
    asked = {name: getattr(command, name) for name in names}
    if command.capacity is not None:
        asked["inherits_capacity"] = False
    given = {name: value for name, value in asked.items() if value is not None}
    after = replace(agent, **given)
    return replace(after, capacity=shops) if after.inherits_capacity else after


def _put_queue(state: ShopState, queue: RoutingQueue, fields: tuple[str, ...]) -> None:
    """Take what is named of a queue's new state; all of it, of one that is new here."""
    before = state.queues.by_id.get(queue.id)
    given = {name: getattr(queue, name) for name in fields}
    state.queues.put(queue if before is None else replace(before, **given))
    # A limit changes what those who wait take.
    for conversation_id in state.line.order():
        conversation = state.conversations[conversation_id]
        state.line.put(conversation, state.kind_of(conversation))
    for conversation_id in state.hungry.order():
        state.be_hungry(state.conversations[conversation_id])
    limited = before is not None and before.capacity != state.queues.by_id[queue.id].capacity
    for agent_id in tuple(state.pending_of) if limited else ():
        make_room(state, agent_id, DecisionTrigger.AGENT_CHANGED)


def _on_queue(state: ShopState, command: QueueChanged) -> Answer:
    """Take the target for conversations that begin from now on; those under way keep theirs.

    New hours count at once, also for those that wait for the opening.
    """
    state.changes.changes_made.append(command.change)
    if command.queue is not None:
        _put_queue(state, command.queue, command.fields)
    target = command.first_response_target_ms
    if target is not None:
        state.policy = replace(state.policy, first_response_target_ms=target)
    if command.sets_hours:
        state.policy = replace(state.policy, hours=command.hours)
        hours_changed(state)
    return Noted()
