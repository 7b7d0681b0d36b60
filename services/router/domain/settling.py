"""Who lost what was on the screen finds the thread of their other work again; asks nobody."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.model import Agent
from services.router.domain.replacing import replace
from services.router.domain.state import ShopState


def lose(state: ShopState, agent_id: UUID) -> None:
    """Note that an offer or a conversation was taken from an agent's screen; see `settle_ms`.

    Each loss costs its time after the one before.
    """
    loser = state.agents[agent_id]
    settled_at = max(state.now, loser.settled_at) + state.policy.settle_ms
    state.put_agent(replace(loser, idle_since=state.now, settled_at=settled_at))


def act(state: ShopState, agent: Agent) -> Agent:
    """Return an agent who answers something: whoever does has the thread, whatever was lost."""
    settled_at = min(state.now, agent.settled_at)
    return replace(agent, idle_since=state.now, settled_at=settled_at)
