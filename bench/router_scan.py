"""A scan over everybody, as routing is written first: what the engine's cost is put beside."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Final
from uuid import UUID

from bench.router_rows import START, STEP_MS, an_agent
from services.router.domain.effects import DecisionRecord
from services.router.domain.model import Agent
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import AgentStatus, Exclusion, Presence

CANDIDATES: Final = 5
MICROS: Final = 1_000_000


@dataclass(slots=True)
class Waiting:
    """One who waits, as the scan keeps it."""

    id: UUID
    respond_by: Instant
    weight: int = 1


class ShortScan:
    """How it is written first: everybody who waits, and every agent, is looked at each time."""

    def __init__(self, agents: int, waiting: int) -> None:
        team = [an_agent(number) for number in range(agents)]
        self.agents = {one.id: replace(one, load=1) for one in team}
        self.waiting = {
            one.id: one
            for one in (
                Waiting(UUID(int=1 << 80 | number), START + number) for number in range(waiting)
            )
        }
        self._now = START + waiting // 2

    def decide(self, count: int) -> float:
        """Free so many slots; return the microseconds each decision took."""
        ids = list(self.agents)
        seconds = 0.0
        for turn in range(count):
            freed = ids[turn * 7919 % len(ids)]
            self.agents[freed] = replace(self.agents[freed], load=0)
            started = time.thread_time()
            chosen, agent, _ = self._choose()
            seconds += time.thread_time() - started
            assert agent == freed
            self.agents[freed] = replace(self.agents[freed], load=1)
            self._now += STEP_MS
            newcomer = Waiting(UUID(int=1 << 90 | turn), self._now + 10_000)
            del self.waiting[chosen]
            self.waiting[newcomer.id] = newcomer
        return MICROS * seconds / count

    def _choose(self) -> tuple[UUID, UUID, DecisionRecord]:
        now = self._now
        first = min(self.waiting.values(), key=lambda one: (one.respond_by <= now, one.respond_by))
        counts: Counter[Exclusion] = Counter()
        best = nsmallest(CANDIDATES, self._free(first, counts), key=_rank)
        ahead = sum(one.respond_by < first.respond_by for one in self.waiting.values())
        record = DecisionRecord(
            id=first.id,
            conversation_id=first.id,
            decided_at=now,
            trigger="slot_freed",  # type: ignore[arg-type]
            policy="scan",
            candidates=(),
            excluded=tuple(counts.items()),
            waiting_ahead=ahead,
        )
        return first.id, best[0].id, record

    def _free(self, one: Waiting, counts: Counter[Exclusion]) -> Iterator[Agent]:
        for agent in self.agents.values():
            if agent.presence is Presence.DISCONNECTED:
                counts[Exclusion.DISCONNECTED] += 1
            elif agent.status is not AgentStatus.AVAILABLE:
                counts[Exclusion.NOT_AVAILABLE] += 1
            elif agent.load + one.weight > agent.capacity:
                counts[Exclusion.AT_CAPACITY] += 1
            else:
                yield agent


def _rank(agent: Agent) -> tuple[int, Instant, int]:
    return agent.load, agent.idle_since, agent.id.int
