"""Which agents can be asked, why the others cannot, and who is the best; knows no conversation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Final
from uuid import UUID

from services.router.domain.ageing import Ageing
from services.router.domain.agent_sets import AgentSets, Names, Turn
from services.router.domain.alike import (
    FLEXIBLE_MOST,
    Cell,
    Features,
    SetName,
    flexibility,
    names_of,
    profile_of,
)
from services.router.domain.levels import Levels
from services.router.domain.limits import Room
from services.router.domain.model import Agent
from services.router.domain.needs import Languages, Needs, Skills
from services.router.domain.policy import Policy
from services.router.domain.prediction import Predictor
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import AgentStatus, Channel, Exclusion, Presence

FEW: Final = 12
"""So many agents are sooner ranked one by one than looked for in the sets of each level."""

NAMES_KEPT: Final = 4_096
"""Kinds of agents whose sets are remembered, as far as they differ."""


class AgentPool:
    """Agents in sets by what they can and how likely they answer in time.

    Who is calm comes first: decides about no offer, writes nobody's first words, and has lost
    nothing from the screen lately.
    Then by level, and within one the least loaded, the least flexible, then whose turn it is.
    """

    def __init__(self, policy: Policy, predictor: Predictor) -> None:
        self._policy = policy
        self._levels = Levels(policy, predictor)
        self._sets = AgentSets()
        self._agents: dict[int, tuple[Agent, tuple[Instant, ...]]] = {}
        """By the numbers of their ids: Python computes a UUID's hash by a call each time."""
        self._cells: defaultdict[Channel, set[Cell]] = defaultdict(set)
        self._rooms: set[Room] = set()
        self._profiles: dict[tuple[Skills, tuple[str, ...], bool], Names] = {}
        self._names: dict[Features, Names] = {}
        """The sets of those who are alike, once made out: agents go to and fro among a few."""
        self._able: dict[tuple[Room, Needs], int] = {}
        """Who could be asked for what since anybody changed: a decision asks several times."""
        self._silent = Ageing()
        self._settled = Ageing()
        self._writing: set[int] = set()
        self.stalled = Ageing()
        """Who has left offers unanswered for long and did nothing else meanwhile."""
        self._fresh: dict[int, UUID] = {}
        self._extras: Counter[int] = Counter()

    def __len__(self) -> int:
        return self._sets[SetName.FREE].bit_count()

    def __iter__(self) -> Iterator[UUID]:
        """Yield who is free: the least loaded first, then whose turn it is."""
        free = self._sets.members(self._sets[SetName.FREE])
        return iter(sorted(free, key=lambda one: self._agents[one.int][0].load))

    # -- writing

    def put(self, agent: Agent, offered: tuple[Instant, ...], *, writing: bool) -> None:
        """Take an agent in as it is now.

        `offered`: when its pending offers were made; `writing`: somebody waits for its first words.
        """
        number = agent.id.int
        before = self._agents.pop(number, None)
        self._put_instants(agent, offered)
        (self._writing.add if writing else self._writing.discard)(number)
        if not agent.active:
            self._sets.drop(agent.id)  # nobody's reason for anything any more
            self._able.clear()
            return
        self._agents[number] = (agent, offered)
        if before is None or _gained(before[0], agent) or len(offered) < len(before[1]):
            self._fresh[number] = agent.id
        self._index(agent, offered)

    def _put_instants(self, agent: Agent, offered: tuple[Instant, ...]) -> None:
        policy, here = self._policy, agent.active
        first = offered[0] if offered and here else None
        stirred = None if first is None else max(first, agent.idle_since)
        self._silent.put(agent.id, None if first is None else first + policy.widen_after_ms)
        self._settled.put(agent.id, agent.settled_at if here else None)
        self.stalled.put(agent.id, None if stirred is None else stirred + policy.stalled_after_ms)

    def hold_extra(self, agent_id: UUID, one: int) -> None:
        """Count offers of an agent that stand beside another of the same conversation."""
        held = self._extras[agent_id.int]
        self._extras[agent_id.int] += one
        if (held == 0) != (held + one == 0) and agent_id.int in self._agents:
            self._index(*self._agents[agent_id.int])

    def take_fresh(self) -> set[UUID]:
        """Return who can be asked for more than when this was asked last."""
        if not self._fresh:
            return set()
        fresh, self._fresh = self._fresh, {}
        return set(fresh.values())

    def age(self, now: Instant) -> None:
        """Weigh those anew who have been silent about an offer for long, or are calm by now."""
        for ageing in (self._silent, self._settled, self.stalled):
            for agent_id in ageing.age(now):
                self._index(*self._agents[agent_id.int])

    # -- reading

    def able(self, room: Room, needs: Needs) -> int:
        """Return the set of those who can be asked now."""
        able = self._able.get((room, needs))
        if able is None:
            with_room = self._with_room(room)
            ready = self._sets[SetName.REACHABLE] & self._sets[SetName.ATTENTIVE]
            able = self._able[room, needs] = ready & with_room & self.suited(needs)
        return able

    def suited(self, needs: Needs) -> int:
        """Return the set of those who have the skills and a language, here or not."""
        skilled = self._skilled(needs)
        return skilled & self._speaking(needs.languages) if needs.languages else skilled

    def here(self, needs: Needs) -> int:
        """Return how many are available who have the skills and the language, free or not."""
        return (self._sets[SetName.REACHABLE] & self.suited(needs)).bit_count()

    def next_calm(self) -> Instant | None:
        """Return when the next one who lost something will have found the thread again."""
        return self._settled.next_at()

    def anybody_here_speaks(self, language: str) -> bool:
        """Tell whether somebody who is available now speaks a language."""
        return bool(self._sets[SetName.REACHABLE] & self._speaking((language,)))

    def holding_extras(self, needs: Needs) -> int:
        """Return the set of those who could serve this if an offer of theirs gave way."""
        return self._sets[SetName.REACHABLE] & self._sets[SetName.EXTRA] & self.suited(needs)

    def calm(self, among: int) -> int:
        """Return those of a set whom nothing else occupies."""
        return among & self._sets[SetName.CALM]

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

    def is_calm(self, agent_id: UUID) -> bool:
        """Tell whether nothing occupies an agent who is there."""
        return self._sets.holds(SetName.CALM, agent_id)

    def without(self, among: int, *agents: Collection[UUID]) -> int:
        """Return a set without these agents."""
        for some in agents:
            if some:  # `~` of a set costs twice what looking does
                among &= ~self._sets.bits(some)
        return among

    def others_here(self, agents: Iterable[UUID]) -> bool:
        """Tell whether somebody who is available now is none of these."""
        return bool(self._sets[SetName.REACHABLE] & ~self._sets.bits(agents))

    def members(self, among: int) -> Iterator[UUID]:
        """Yield the agents of a set."""
        return self._sets.members(among)

    def excluded(self, room: Room, needs: Needs) -> dict[Exclusion, int]:
        """Return how many agents each reason keeps out; the first that holds is an agent's."""
        sets, here, found = self._sets, self._sets[SetName.REACHABLE], dict[Exclusion, int]()
        left = len(sets)
        if here != sets[SetName.ALL]:
            may = sets[SetName.MAY_REPLY]
            left = _count_out(found, Exclusion.MAY_NOT_REPLY, left, may.bit_count())
            connected = (may & sets[SetName.CONNECTED]).bit_count()
            left = _count_out(found, Exclusion.DISCONNECTED, left, connected)
            left = _count_out(found, Exclusion.NOT_AVAILABLE, left, here.bit_count())
        if needs.skills:
            here &= self._skilled(needs)
            left = _count_out(found, Exclusion.LACKS_SKILL, left, here.bit_count())
        if needs.languages:
            here &= self._speaking(needs.languages)
            left = _count_out(found, Exclusion.LACKS_LANGUAGE, left, here.bit_count())
        _count_out(found, Exclusion.AT_CAPACITY, left, self.able(room, needs).bit_count())
        return found

    def bits(self, *agents: UUID) -> int:
        """Return the set of these agents."""
        return self._sets.bits(agents)

    def best(self, among: int, channel: Channel, within: Millis, wanted: int) -> list[UUID]:
        """Return the first few of a set of agents, the best first."""
        if among.bit_count() <= FEW:
            agents = [self._agents[one.int][0] for one in self._sets.members(among)]
            if len(agents) > 1:
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
        occupied = not self.is_calm(agent.id)
        return occupied, -level, cell.load, flexibility(agent), self._sets.turn(agent.id)

    # -- indexes

    def _index(self, agent: Agent, offered: tuple[Instant, ...]) -> None:
        self._able.clear()
        features = self._features(agent, offered)
        names = self._names.get(features)
        if names is None:
            if len(self._names) >= NAMES_KEPT:
                self._names.clear()
            made = names_of(agent, features, self._rooms, self._policy)
            names = self._names[features] = frozenset(made)
            for cell in features.cells:
                self._cells[cell.channel].add(cell)
        self._sets.put(agent.id, turn_of(agent), names)

    def _features(self, agent: Agent, offered: tuple[Instant, ...]) -> Features:
        """Return all that an agent's sets are made out by."""
        return Features(
            self._profile(agent),
            (agent.load, agent.capacity, agent.inherits_capacity, agent.weights),
            agent.presence is Presence.CONNECTED,
            agent.status is AgentStatus.AVAILABLE,
            len(offered) < self._policy.max_pending_per_agent,
            self._extras.get(agent.id.int, 0) > 0,
            not offered and agent.id in self._settled and agent.id.int not in self._writing,
            tuple([self._cell(agent, channel) for channel in self._cells]),
        )

    def _profile(self, agent: Agent) -> Names:
        key = (agent.skills, agent.languages, agent.may_reply)
        names = self._profiles.get(key)
        if names is None:
            names = self._profiles[key] = frozenset(profile_of(agent))
        return names

    def _cell(self, agent: Agent, channel: Channel) -> Cell:
        silence = int(agent.id in self._silent)
        pace = self._levels.pace(agent.id, agent.load, channel)
        return Cell(channel, agent.load, silence, pace)

    def _cells_of(self, channel: Channel) -> set[Cell]:
        """Return the sets of agents who are alike; the first look makes them."""
        if channel not in self._cells:
            self._cells[channel] = set()
            self._index_all()
        return self._cells[channel]

    def _with_room(self, room: Room) -> int:
        if room not in self._rooms:
            self._rooms.add(room)
            self._names.clear()
            self._index_all()
        return self._sets["room", room]

    def _index_all(self) -> None:
        for agent, offered in self._agents.values():
            self._index(agent, offered)

    def _skilled(self, needs: Needs) -> int:
        skilled = self._sets[SetName.ALL]
        for name, level in needs.skills:
            skilled &= self._sets["skill", name, level]
        return skilled

    def _speaking(self, languages: Languages) -> int:
        speaking = self._sets[SetName.ANY_LANGUAGE]
        for language in languages:
            speaking |= self._sets["language", language]
        return speaking


def _count_out(found: dict[Exclusion, int], reason: Exclusion, left: int, there: int) -> int:
    """Count those of the ones left who are out for a reason; return how many are there still."""
    if there < left:
        found[reason] = left - there
    return there


def turn_of(agent: Agent) -> Turn:
    """Return whose turn it is among those who are alike otherwise: the least is first."""
    return (agent.turn, agent.idle_since, agent.id.int)


def _gained(before: Agent, after: Agent) -> bool:
    """Tell whether an agent may be asked for something that it was not asked for before."""
    return after.load < before.load or _standing(before) != _standing(after)


def _standing(agent: Agent) -> tuple[object, ...]:
    return (
        *(agent.status, agent.presence, agent.may_reply, agent.capacity, agent.inherits_capacity),
        *(agent.skills, agent.languages, agent.weights),
    )
