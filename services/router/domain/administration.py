"""What happens in a running shop when an administrator changes an agent or a queue."""

from __future__ import annotations

from services.router.domain.agents import on_gone_for_good, set_status
from services.router.domain.commands import AgentChanged, QueueChanged
from services.router.domain.effects import Answer, Noted, Refused
from services.router.domain.offering import make_room
from services.router.domain.replacing import replace
from services.router.domain.serving import hours_changed
from services.router.domain.state import ShopState
from shared.contracts.routing import DecisionTrigger
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
    after = replace(
        agent,
        name=agent.name if command.name is None else command.name,
        capacity=agent.capacity if command.capacity is None else command.capacity,
        active=agent.active if command.active is None else command.active,
        supervisor=agent.supervisor if command.supervisor is None else command.supervisor,
    )
    if after != agent:
        state.put_agent(after)
    if agent.active and not after.active:
        set_status(state, after, AgentStatus.OFFLINE)
        on_gone_for_good(state, agent.id)
    make_room(state, agent.id, DecisionTrigger.AGENT_CHANGED)
    return Noted()


def _on_queue(state: ShopState, command: QueueChanged) -> Answer:
    """Take the target for conversations that begin from now on; those under way keep theirs.

    New hours count at once, also for those that wait for the opening.
    """
    state.changes.changes_made.append(command.change)
    target = command.first_response_target_ms
    if target is not None:
        state.policy = replace(state.policy, first_response_target_ms=target)
    if command.sets_hours:
        state.policy = replace(state.policy, hours=command.hours)
        hours_changed(state)
    return Noted()
