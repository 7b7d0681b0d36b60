"""Which agents can be asked, why the others cannot, and who is the best; knows no conversation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple
from uuid import UUID

from services.router.domain.ageing import Ageing
from services.router.domain.agent_sets import AgentSets, Names, Turn
from services.router.domain.levels import Levels
from services.router.domain.limits import Room, fits
from services.router.domain.model import Agent
from services.router.domain.needs import Languages, Needs, Skills
from services.router.domain.policy import CHAT_WEIGHT, Policy
from services.router.domain.prediction import Predictor
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import AgentStatus, Channel, Exclusion, Presence

FEW: Final = 12
"""So many agents are sooner ranked one by one than looked for in the sets of each level."""

FLEXIBLE_MOST: Final = 7
"""Agents with more skills and languages than this are as flexible as each other."""


class _Set(StrEnum):
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


class _Cell(NamedTuple):
    """Agents who are alike for a channel; one of the indexes."""

    channel: Channel
    load: int
    silence: int
    pace: int


class AgentPool:
    """Agents in sets by what they can and how likely they answer in time.

    Who is calm comes first: decides about no offer, and has not just taken, finished or lost one.
    Then by level, and within one the least loaded, the least flexible, then whose turn it is.
    """

    def __init__(self, policy: Policy, predictor: Predictor) -> None:
        self._policy = policy
        self._least = Room(Channel.CHAT, CHAT_WEIGHT)
        self._levels = Levels(policy, predictor)
        self._sets = AgentSets()
        self._agents: dict[UUID, tuple[Agent, tuple[Instant, ...]]] = {}
        self._cells: defaultdict[Channel, set[_Cell]] = defaultdict(set)
        self._rooms: set[Room] = set()
        self._profiles: dict[tuple[Skills, tuple[str, ...], bool], Names] = {}
        self._silent = Ageing()
        self._settled = Ageing()
        self.stalled = Ageing()
        """Who has left offers unanswered for long and did nothing else meanwhile."""
        self._fresh: set[UUID] = set()
        self._extras: Counter[UUID] = Counter()

    def __len__(self) -> int:
        return self._sets[_Set.FREE].bit_count()

    def __iter__(self) -> Iterator[UUID]:
        """Yield who is free: the least loaded first, then whose turn it is."""
        free = self._sets.members(self._sets[_Set.FREE])
        return iter(sorted(free, key=lambda one: self._agents[one][0].load))

    # -- writing

    def put(self, agent: Agent, offered: tuple[Instant, ...]) -> None:
        """Take an agent in as it is now; `offered`: when its pending offers were made."""
        before = self._agents.pop(agent.id, None)
        self._put_instants(agent, offered)
        if not agent.active:
            self._sets.drop(agent.id)  # nobody's reason for anything any more
            return
        self._agents[agent.id] = (agent, offered)
        if before is None or _gained(before[0], agent) or len(offered) < len(before[1]):
            self._fresh.add(agent.id)
        self._index(agent, offered)

    def _put_instants(self, agent: Agent, offered: tuple[Instant, ...]) -> None:
        policy, here = self._policy, agent.active
        first = offered[0] if offered and here else None
        stirred = None if first is None else max(first, agent.idle_since)
        self._silent.put(agent.id, None if first is None else first + policy.widen_after_ms)
        self._settled.put(agent.id, agent.idle_since + policy.settle_ms if here else None)
        self.stalled.put(agent.id, None if stirred is None else stirred + policy.stalled_after_ms)

    def hold_extra(self, agent_id: UUID, one: int) -> None:
        """Count offers of an agent that stand beside another of the same conversation."""
        held = self._extras[agent_id]
        self._extras[agent_id] += one
        if (held == 0) != (held + one == 0) and agent_id in self._agents:
            self._index(*self._agents[agent_id])

    def take_fresh(self) -> set[UUID]:
        """Return who can be asked for more than when this was asked last."""
        fresh, self._fresh = self._fresh, set()
        return fresh

    def age(self, now: Instant) -> None:
        """Weigh those anew who have been silent about an offer for long, or are calm by now."""
        for ageing in (self._silent, self._settled, self.stalled):
            for agent_id in ageing.age(now):
                self._index(*self._agents[agent_id])

    # -- reading

    def able(self, room: Room, needs: Needs) -> int:
        """Return the set of those who can be asked now."""
        ready = self._sets[_Set.REACHABLE] & self._sets[_Set.ATTENTIVE]
        return ready & self.suited(needs) & self._with_room(room)

    def suited(self, needs: Needs) -> int:
        """Return the set of those who have the skills and a language, here or not."""
        return self._skilled(needs) & self._speaking(needs.languages)

    def anybody_here_speaks(self, language: str) -> bool:
        """Tell whether somebody who is available now speaks a language."""
        return bool(self._sets[_Set.REACHABLE] & self._speaking((language,)))

    def holding_extras(self, needs: Needs) -> int:
        """Return the set of those who could serve this if an offer of theirs gave way."""
        return self._sets[_Set.REACHABLE] & self._sets[_Set.EXTRA] & self.suited(needs)

    def calm(self, among: int) -> int:
        """Return those of a set whom nothing else occupies."""
        return among & self._sets[_Set.CALM]

    def preferred(self, among: int, languages: Languages) -> Iterator[int]:
        """Yield the parts of a set in the order in which they are asked, where languages matter.

        Whom nothing occupies comes first here too, and within that who speaks an earlier language.
        """
        if not languages[1:]:
            yield among
            return
        calm = self.calm(among)
        for half in (calm, among & ~calm):
            left = half
            for language in languages:
                yield left & self._speaking((language,))
                left &= ~self._speaking((language,))

    def others_here(self, agents: Iterable[UUID]) -> bool:
        """Tell whether somebody who is available now is none of these."""
        return bool(self._sets[_Set.REACHABLE] & ~self._sets.bits(agents))

    def members(self, among: int) -> Iterator[UUID]:
        """Yield the agents of a set."""
        return self._sets.members(among)

    def excluded(self, room: Room, needs: Needs) -> dict[Exclusion, int]:
        """Return how many agents each reason keeps out; the first that holds is an agent's."""
        left, found = self._sets[_Set.ALL], dict[Exclusion, int]()
        for reason, there in (
            (Exclusion.MAY_NOT_REPLY, self._sets[_Set.MAY_REPLY]),
            (Exclusion.DISCONNECTED, self._sets[_Set.CONNECTED]),
            (Exclusion.NOT_AVAILABLE, self._sets[_Set.AVAILABLE]),
            (Exclusion.LACKS_SKILL, self._skilled(needs)),
            (Exclusion.LACKS_LANGUAGE, self._speaking(needs.languages)),
            (Exclusion.AT_CAPACITY, self._sets[_Set.ATTENTIVE] & self._with_room(room)),
        ):
            out = left & ~there
            if out:
                found[reason] = out.bit_count()
            left &= there
        return found

    def bits(self, *agents: UUID) -> int:
        """Return the set of these agents."""
        return self._sets.bits(agents)

    def best(self, among: int, channel: Channel, within: Millis, wanted: int) -> list[UUID]:
        """Return the first few of a set of agents, the best first."""
        if among.bit_count() <= FEW:
            agents = [self._agents[one][0] for one in self._sets.members(among)]
            agents.sort(key=lambda one: self._rank(one, channel, within))
            return [agent.id for agent in agents[:wanted]]
        return self._search(among, channel, within, wanted)

    def _search(self, among: int, channel: Channel, within: Millis, wanted: int) -> list[UUID]:
        groups: defaultdict[tuple[bool, int, int], int] = defaultdict(int)
        calm = self.calm(among)
        for cell in self._cells_of(channel):
            found = among & self._sets[cell]
            if found:
                level = self._levels.level(*cell, within)
                groups[False, -level, cell.load] |= found & calm
                groups[True, -level, cell.load] |= found & ~calm
        return list(islice(self._in_order(groups), wanted))

    def _in_order(self, groups: Mapping[tuple[bool, int, int], int]) -> Iterator[UUID]:
        for key in sorted(groups):
            for flexible in range(FLEXIBLE_MOST + 1):
                yield from self._sets.members(groups[key] & self._sets["flexible", flexible])

    def _rank(
        self, agent: Agent, channel: Channel, within: Millis
    ) -> tuple[bool, int, int, int, Turn]:
        cell = self._cell(agent, channel)
        level = self._levels.level(*cell, within)
        occupied = not self.calm(self._sets.bit(agent.id))
        return occupied, -level, cell.load, _flexible(agent), self._sets.turn(agent.id)

    # -- indexes

    def _index(self, agent: Agent, offered: tuple[Instant, ...]) -> None:
        here = agent.presence is Presence.CONNECTED
        available = agent.status is AgentStatus.AVAILABLE
        attentive = len(offered) < self._policy.max_pending_per_agent
        reachable = here and available and agent.may_reply
        names: list[object] = [
            ("room", room) for room in self._rooms if fits(agent, room, self._policy)
        ]
        free = reachable and attentive and fits(agent, self._least, self._policy)
        for channel, cells in self._cells.items():
            cell = self._cell(agent, channel)
            cells.add(cell)
            names.append(cell)
        for there, name in (
            (here, _Set.CONNECTED),
            (available, _Set.AVAILABLE),
            (reachable, _Set.REACHABLE),
            (attentive, _Set.ATTENTIVE),
            (free, _Set.FREE),
            (self._extras[agent.id] > 0, _Set.EXTRA),
            (not offered and agent.id in self._settled, _Set.CALM),
        ):
            if there:
                names.append(name)
        self._sets.put(agent.id, turn_of(agent), self._profile(agent).union(names))

    def _profile(self, agent: Agent) -> Names:
        key = (agent.skills, agent.languages, agent.may_reply)
        names = self._profiles.get(key)
        if names is None:
            names = self._profiles[key] = frozenset(_profile(agent))
        return names

    def _cell(self, agent: Agent, channel: Channel) -> _Cell:
        silence = int(agent.id in self._silent)
        pace = self._levels.pace(agent.id, agent.load, channel)
        return _Cell(channel, agent.load, silence, pace)

    def _cells_of(self, channel: Channel) -> set[_Cell]:
        """Return the sets of agents who are alike; the first look makes them."""
        if channel not in self._cells:
            self._cells[channel] = set()
            self._index_all()
        return self._cells[channel]

    def _with_room(self, room: Room) -> int:
        if room not in self._rooms:
            self._rooms.add(room)
            self._index_all()
        return self._sets["room", room]

    def _index_all(self) -> None:
        for agent, offered in self._agents.values():
            self._index(agent, offered)

    def _skilled(self, needs: Needs) -> int:
        skilled = self._sets[_Set.ALL]
        for name, level in needs.skills:
            skilled &= self._sets["skill", name, level]
        return skilled

    def _speaking(self, languages: Languages) -> int:
        if not languages:
            return self._sets[_Set.ALL]
        speaking = self._sets[_Set.ANY_LANGUAGE]
        for language in languages:
            speaking |= self._sets["language", language]
        return speaking


def turn_of(agent: Agent) -> Turn:
    """Return whose turn it is among those who are alike otherwise: the least is first."""
    return (agent.turn, agent.idle_since, agent.id.int)


def _flexible(agent: Agent) -> int:
    return min(FLEXIBLE_MOST, len(agent.skills) + len(agent.languages))


def _gained(before: Agent, after: Agent) -> bool:
    """Tell whether an agent may be asked for something that it was not asked for before."""
    return after.load < before.load or _standing(before) != _standing(after)


def _standing(agent: Agent) -> tuple[object, ...]:
    return (
        *(agent.status, agent.presence, agent.may_reply, agent.capacity, agent.inherits_capacity),
        *(agent.skills, agent.languages, agent.weights),
    )


def _profile(agent: Agent) -> Iterator[object]:
    """Yield the sets that an agent is in by what it is."""
    yield _Set.ALL
    yield ("flexible", _flexible(agent))
    if agent.may_reply:
        yield _Set.MAY_REPLY
    if not agent.languages:
        yield _Set.ANY_LANGUAGE
    for language in agent.languages:
        yield ("language", language)
    for name, most in agent.skills:
        for level in range(1, most + 1):
            yield ("skill", name, level)
