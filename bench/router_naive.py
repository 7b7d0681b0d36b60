"""The engine's own decision, made by looking at everybody: what the engine's cost is put beside.

It goes by the same rows, policy and predictor and comes to the same decision record, to its last
field, but keeps nothing between two decisions: no line, no sets of agents, no levels remembered.
What the bench's shop has none of (declines, several live offers, silent owners, several languages
liked in an order) it does not look at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.router.domain.alike import flexibility
from services.router.domain.derived_ids import derived_id
from services.router.domain.effects import CandidateSeen, DecisionRecord
from services.router.domain.learning import HURRY_MS
from services.router.domain.levels import PER_MILLE
from services.router.domain.limits import Room, fits, limit_of
from services.router.domain.model import Agent, Conversation, LineKey
from services.router.domain.policy import Policy
from services.router.domain.prediction import Predictor
from shared.contracts.decisions import DecisionTrigger
from shared.kernel.clock import Instant, Millis
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import AgentStatus, Exclusion, Presence

CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class NaiveScan:
    """Decides once a slot is free; `waiting` and `agents` are the rows as they are then."""

    policy: Policy
    predictor: Predictor
    waiting: Mapping[UUID, Conversation]
    agents: Mapping[UUID, Agent]

    def decide(self, now: Instant) -> DecisionRecord:
        """Return the record of the decision about whoever is served next."""
        free = [agent for agent in self.agents.values() if self._is_here(agent) and agent.load == 0]
        late_from = now + self.policy.savable_ms
        could = [one for one in self.waiting.values() if self._anybody_for(one, free)]
        late = [one for one in could if one.respond_by <= late_from]
        savable = [one for one in could if one.respond_by > late_from]
        first_late = min(late, key=lambda one: one.line_key, default=None)
        if first_late is not None and first_late.overtaken >= self.policy.overtakes_max:
            return self._record(first_late, now, late_from)
        return self._record(min(savable, key=lambda one: one.line_key), now, late_from)

    def _record(self, one: Conversation, now: Instant, late_from: Instant) -> DecisionRecord:
        counts: Counter[Exclusion] = Counter()
        within = self._time_left(one, now)
        able = list(self._able(one, counts))
        best = sorted(able, key=lambda agent: self._rank(agent, one, within, now))[:CANDIDATES]
        return DecisionRecord(
            id=derived_id(IdKind.DECISION, one.id, one.decisions_made + 1, now),
            conversation_id=one.id,
            decided_at=now,
            trigger=DecisionTrigger.SLOT_FREED,
            policy=self.policy.label,
            candidates=tuple(self._seen(agent, one, best, within, now) for agent in best),
            excluded=tuple(counts.items()),
            waiting_ahead=self._ahead_of(one, late_from),
            languages=one.needs.languages,
            ordinal=one.decisions_made + 1,
        )

    def _anybody_for(self, one: Conversation, free: Iterable[Agent]) -> bool:
        room = Room(one.channel, one.weight)
        return any(fits(agent, room, self.policy) and _is_suited(agent, one) for agent in free)

    def _able(self, one: Conversation, counts: Counter[Exclusion]) -> Iterator[Agent]:
        room = Room(one.channel, one.weight)
        for agent in self.agents.values():
            reason = self._excluded(agent, one, room)
            if reason is None:
                yield agent
            else:
                counts[reason] += 1

    def _excluded(self, agent: Agent, one: Conversation, room: Room) -> Exclusion | None:
        if not agent.may_reply:
            return Exclusion.MAY_NOT_REPLY
        if agent.presence is Presence.DISCONNECTED:
            return Exclusion.DISCONNECTED
        if agent.status is not AgentStatus.AVAILABLE:
            return Exclusion.NOT_AVAILABLE
        if not _has_skills(agent, one):
            return Exclusion.LACKS_SKILL
        if not _speaks(agent, one.needs.languages):
            return Exclusion.LACKS_LANGUAGE
        return None if fits(agent, room, self.policy) else Exclusion.AT_CAPACITY

    def _is_here(self, agent: Agent) -> bool:
        available = agent.status is AgentStatus.AVAILABLE
        return available and agent.may_reply and agent.presence is Presence.CONNECTED

    def _rank(
        self, agent: Agent, one: Conversation, within: Millis, now: Instant
    ) -> tuple[bool, int, int, int, int, Instant, int]:
        permille = self._chance(agent, one, within) - self.policy.load_penalty_permille * agent.load
        level = permille // self.policy.level_permille
        turn = (agent.turn, agent.idle_since, agent.id.int)
        return (agent.settled_at > now, -level, agent.load, flexibility(agent), *turn)

    def _chance(self, agent: Agent, one: Conversation, within: Millis) -> int:
        chance = self.predictor.chance(agent.id, agent.load, one.channel, within)
        return round(PER_MILLE * chance)

    def _seen(
        self,
        agent: Agent,
        one: Conversation,
        best: Collection[Agent],
        within: Millis,
        now: Instant,
    ) -> CandidateSeen:
        return CandidateSeen(
            agent_id=agent.id,
            name=agent.name,
            load=agent.load,
            capacity=limit_of(agent, Room(one.channel, one.weight), self.policy),
            chosen=agent is next(iter(best)),
            chance_permille=self._chance(agent, one, within),
            occupied=agent.settled_at > now,
        )

    def _time_left(self, one: Conversation, now: Instant) -> Millis:
        left = one.respond_by - now
        return left if left >= HURRY_MS else self.policy.first_response_target_ms

    def _ahead_of(self, one: Conversation, late_from: Instant) -> int:
        def place(other: Conversation) -> tuple[bool, LineKey]:
            return other.respond_by <= late_from, other.line_key

        mine = place(one)
        return sum(place(other) < mine for other in self.waiting.values())


def _is_suited(agent: Agent, one: Conversation) -> bool:
    return _has_skills(agent, one) and _speaks(agent, one.needs.languages)


def _has_skills(agent: Agent, one: Conversation) -> bool:
    if not one.needs.skills:
        return True
    skills = dict(agent.skills)
    return all(skills.get(name, 0) >= level for name, level in one.needs.skills)


def _speaks(agent: Agent, languages: Collection[str]) -> bool:
    return not languages or not agent.languages or any(one in agent.languages for one in languages)
