"""What happens when agents come, go, or say something of themselves."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.commands import PresenceChanged, StatusSet
from services.router.domain.effects import Answer, Noted, Refused
from services.router.domain.model import Agent, OfferEnd
from services.router.domain.offering import end_offer, offer_lost
from services.router.domain.replacing import replace
from services.router.domain.serving import requeue
from services.router.domain.state import ShopState
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import AgentStatus, AssignmentStatus, OfferStatus, Presence


def on_presence(state: ShopState, command: PresenceChanged) -> Answer:
    """Note a stream that opened or closed; the last one closing withdraws every offer at once."""
    agent = state.agents.get(command.agent_id)
    if agent is None:
        return Refused(ErrorCode.NOT_FOUND)
    nodes = set(agent.nodes) - {command.node_id}
    if command.presence is Presence.CONNECTED:
        nodes.add(command.node_id)
    after = replace(agent, nodes=tuple(sorted(nodes)))
    if after.nodes == agent.nodes:
        return Noted()
    if after.presence is agent.presence:
        state.put_agent(after)
    elif after.presence is Presence.CONNECTED:
        state.put_agent(replace(after, gone_since=None, idle_since=state.now))
    else:
        state.put_agent(replace(after, gone_since=state.now))
        rescind_all(state, agent.id, OfferEnd.AGENT_GONE)
    return Noted()


def on_status(state: ShopState, command: StatusSet) -> Answer:
    """Take what agents say of themselves; whoever is not available keeps what is assigned."""
    agent = state.agents.get(command.agent_id)
    if agent is None or not agent.active:
        return Refused(ErrorCode.NOT_FOUND)
    if agent.status is not command.status:
        set_status(state, agent, command.status)
    return Noted()


def set_status(
    state: ShopState, agent: Agent, status: AgentStatus, *, expiries_in_row: int = 0
) -> None:
    """Change an agent's status; pending offers go to others when it is not available.

    The expiries that set an agent away stay counted: they are what the agent is told as the reason.
    """
    fresh = state.now if status is AgentStatus.AVAILABLE else agent.idle_since
    state.put_agent(
        replace(agent, status=status, idle_since=fresh, expiries_in_row=expiries_in_row)
    )
    if status is not AgentStatus.AVAILABLE:
        rescind_all(state, agent.id, OfferEnd.AGENT_NOT_AVAILABLE)


def rescind_all(state: ShopState, agent_id: UUID, cause: OfferEnd) -> None:
    """Withdraw every pending offer of an agent and ask others instead."""
    for offer in state.pending_with(agent_id):
        end_offer(state, offer, OfferStatus.RESCINDED, cause)
        offer_lost(state, offer.conversation_id, DecisionTrigger.AGENT_GONE)


def on_gone_for_good(state: ShopState, agent_id: UUID) -> None:
    """An agent will not come back: what was assigned waits for somebody else."""
    for assignment in state.served_by(agent_id):
        if assignment.status is AssignmentStatus.ACTIVE:
            requeue(state, assignment)
