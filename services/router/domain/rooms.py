"""What a waiting conversation would take of whoever serves it, in this shop and its queue."""

from __future__ import annotations

from services.router.domain.limits import Room, limit_of, weight_of
from services.router.domain.model import Agent, Conversation
from services.router.domain.state import ShopState


def room_of(state: ShopState, one: Conversation) -> Room:
    """Return what a conversation takes now, as its queue and its stages say."""
    return state.kind_of(one).room


def weighs(state: ShopState, one: Conversation, agent: Agent) -> int:
    """Return what a conversation takes of this agent."""
    return weight_of(agent, room_of(state, one), state.policy)


def most_of(state: ShopState, one: Conversation, agent: Agent) -> int:
    """Return what an agent who serves this conversation may hold, with what policy allows."""
    return limit_of(agent, room_of(state, one), state.policy) + state.policy.beyond_weight
