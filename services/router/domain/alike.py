"""Which sets an agent is in; those who are alike in all their features are in the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from services.router.domain.agent_sets import Names
from services.router.domain.limits import Room, fits
from services.router.domain.model import Agent
from services.router.domain.policy import CHAT_WEIGHT, Policy, Weights
from shared.kernel.vocabulary import Channel

LEAST_ROOM: Final = Room(Channel.CHAT, CHAT_WEIGHT)
"""Whoever has not even this is not free."""

FLEXIBLE_MOST: Final = 7
"""Agents with more skills and languages than this are as flexible as each other."""


class SetName(StrEnum):
    """Sets that do not depend on what is needed."""

    ALL = "all"
    MAY_REPLY = "may_reply"
    CONNECTED = "connected"
    AVAILABLE = "available"
    REACHABLE = "reachable"
    ATTENTIVE = "attentive"
    FREE = "free"
    ANY_LANGUAGE = "any_language"
    EXTRA = "extra"
    CALM = "calm"


class Cell(NamedTuple):
    """Agents who are alike for a channel; one of the indexes."""

    channel: Channel
    load: int
    silence: int
    pace: int


class Features(NamedTuple):
    """What an agent's sets are made out by: those who are alike in it are in the same ones."""

    profile: Names
    room: tuple[int, int, bool, Weights]
    """What it holds of which limit, and its own weights."""
    here: bool
    available: bool
    attentive: bool
    extra: bool
    calm: bool
    cells: tuple[Cell, ...]


def names_of(
    agent: Agent, features: Features, rooms: Iterable[Room], policy: Policy
) -> Iterator[object]:
    """Yield the names of an agent's sets."""
    yield from features.profile
    yield from features.cells
    for room in rooms:
        if fits(agent, room, policy):
            yield ("room", room)
    reachable = features.here and features.available and agent.may_reply
    if reachable and features.attentive and fits(agent, LEAST_ROOM, policy):
        yield SetName.FREE
    for there, name in (
        (features.here, SetName.CONNECTED),
        (features.available, SetName.AVAILABLE),
        (reachable, SetName.REACHABLE),
        (features.attentive, SetName.ATTENTIVE),
        (features.extra, SetName.EXTRA),
        (features.calm, SetName.CALM),
    ):
        if there:
            yield name


def profile_of(agent: Agent) -> Iterator[object]:
    """Yield the names of the sets that an agent is in by what it is."""
    yield SetName.ALL
    yield ("flexible", flexibility(agent))
    if agent.may_reply:
        yield SetName.MAY_REPLY
    if not agent.languages:
        yield SetName.ANY_LANGUAGE
    for language in agent.languages:
        yield ("language", language)
    for name, most in agent.skills:
        for level in range(1, most + 1):
            yield ("skill", name, level)


def flexibility(agent: Agent) -> int:
    """Return how much else an agent could be needed for: of those alike, who has least is asked."""
    return min(FLEXIBLE_MOST, len(agent.skills) + len(agent.languages))
