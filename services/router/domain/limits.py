"""How much an agent takes on: numbers of one precedence, agent > queue > shop (LESSONS 6)."""

from __future__ import annotations

from typing import Final, NamedTuple

from services.router.domain.model import Agent
from services.router.domain.policy import CHAT_WEIGHT, Policy, Weights
from shared.kernel.vocabulary import Channel

WHOLE: Final = 100
"""A weight that fills whoever serves it, whatever the capacity: one cannot talk to two callers."""

DEFAULT_WEIGHTS: Final[Weights] = ((Channel.VOICE, WHOLE),)


class Room(NamedTuple):
    """What a conversation would take of whoever serves it.

    `limit` is its queue's for agents without one of their own; `beyond` is what policy allows above
    any limit by now.
    """

    channel: Channel
    weight: int
    limit: int | None = None
    beyond: int = 0


def weight_in(channel: Channel, *weights: Weights) -> int:
    """Return what a channel's conversations weigh by the first table that names it."""
    for table in (*weights, DEFAULT_WEIGHTS):
        for named, weight in table:
            if named is channel:
                return weight
    return CHAT_WEIGHT


def limit_of(agent: Agent, room: Room, policy: Policy) -> int:
    """Return how much an agent holds at most, across all channels."""
    if not agent.inherits_capacity:
        return agent.capacity
    return policy.capacity if room.limit is None else room.limit


def weight_of(agent: Agent, room: Room, policy: Policy) -> int:
    """Return what a conversation takes of this agent; what fills an agent takes the whole limit."""
    weight = room.weight
    if agent.weights:
        weight = weight_in(room.channel, agent.weights, ((room.channel, room.weight),))
    return max(1, limit_of(agent, room, policy)) if weight >= WHOLE else weight


def fits(agent: Agent, room: Room, policy: Policy, *, without: int = 0) -> bool:
    """Tell whether an agent has room, once so much of the load is gone.

    Whoever takes nothing at all is not asked beyond the limit either.
    """
    limit = limit_of(agent, room, policy)
    held = agent.load - without + weight_of(agent, room, policy)
    return limit > 0 and held <= limit + room.beyond
