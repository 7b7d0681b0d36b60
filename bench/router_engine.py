"""The shipped engine by itself, beside a scan over everybody: what one decision costs.

The loads are made so that each measured command decides about one conversation, with its record;
what leads there and away again (arrivals, accepts, answers) is not measured. Neither side waits for
anything, so what counts is the processor's time.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import nsmallest
from uuid import UUID

from services.router.domain.commands import (
    Command,
    ConversationClosed,
    MessageArrived,
    OfferAccepted,
)
from services.router.domain.effects import DecisionRecord, Effects
from services.router.domain.engine import Engine
from services.router.domain.model import Agent, Assignment, Conversation, Heard, Rows
from services.router.domain.policy import Policy
from shared.kernel.clock import Instant, Millis
from shared.kernel.vocabulary import (
    AgentStatus,
    AuthorKind,
    Channel,
    ConversationStatus,
    Exclusion,
    ItemKind,
    Outcome,
    Presence,
    Visibility,
)

START: Instant = 1_790_000_000_000
STEP_MS: Millis = 1
"""Between two arrivals: a thousand a second, so that alarms and misses come as they would."""
TARGET_MS: Millis = 10_000
SUPERVISOR_EACH = 100
CANDIDATES = 5
MICROS = 1_000_000
NODE = UUID(int=0xA0DE)


class Shop:
    """One shop's engine, built from rows and driven as its router does, under its own clock."""

    def __init__(self, agents: int, *, served: int, waiting: int) -> None:
        self.now = START
        self.seconds = 0.0
        self.decisions = 0
        team = tuple(an_agent(number) for number in range(agents))
        busy = [served_by(agent, number) for number, agent in enumerate(team[:served])]
        line = tuple(one_who_waits(number, waiting) for number in range(waiting))
        rows = Rows(
            agents=team,
            conversations=(*(one for one, _ in busy), *line),
            assignments=tuple(one for _, one in busy),
            heard=tuple(Heard(one.id, 1) for one in line),
        )
        self.engine = Engine(Policy(), rows)
        assert len(self.engine.waiting()) == waiting
        self._served = [(one.id, assignment.agent_id) for one, assignment in busy]
        self._arrived = 0

    def arrive(self, *, measured: bool = False) -> Effects:
        """Have one more customer write."""
        self._arrived += 1
        self.now += STEP_MS
        return self.apply(a_message(UUID(int=1 << 80 | self._arrived), self.now), measured=measured)

    def apply(self, command: Command, *, measured: bool = False) -> Effects:
        """Let the engine do a command; of a measured one the time and the decisions count."""
        started = time.thread_time()
        effects = self.engine.apply(command, self.now)
        if measured:
            self.seconds += time.thread_time() - started
            self.decisions += sum(bool(one.candidates) for one in effects.decisions)
        return effects

    def accept(self, effects: Effects) -> tuple[UUID, UUID]:
        """Have the first agent who was asked take it; return the conversation and its owner."""
        offer = next(told.offer for told in effects.offers_told if told.news == "created")
        self.apply(OfferAccepted(offer.id, offer.agent_id))
        return offer.conversation_id, offer.agent_id

    def micros(self, count: int) -> float:
        """Return what so many measured commands cost each, since this was asked last."""
        assert self.decisions >= count, "each of them is a decision, or several"
        cost = MICROS * self.seconds / count
        self.seconds, self.decisions = 0.0, 0
        return cost


class CrowdedShop(Shop):
    """Everybody is busy and many wait: a slot frees, and the right one of the line gets it."""

    def __init__(self, agents: int, waiting: int) -> None:
        super().__init__(agents, served=agents, waiting=waiting)

    def decide(self, count: int) -> float:
        """Free so many slots, one after the other; return the microseconds each took."""
        for turn in range(count):
            place = turn * 7919 % len(self._served)
            conversation, agent = self._served[place]
            closed = ConversationClosed(conversation, agent, Outcome.RESOLVED, None)
            offered = self.apply(closed, measured=True)
            self._served[place] = self.accept(offered)
            self.arrive()
        return self.micros(count)


class CalmShop(Shop):
    """Half of the agents are free: a customer comes, and the best of them is asked."""

    def __init__(self, agents: int) -> None:
        super().__init__(agents, served=agents // 2, waiting=0)

    def decide(self, count: int) -> float:
        """Have so many customers come, one after the other, and as many go."""
        for turn in range(count):
            taken = self.accept(self.arrive(measured=True))
            place = turn * 7919 % len(self._served)
            conversation, agent = self._served[place]
            self._served[place] = taken
            self.apply(ConversationClosed(conversation, agent, Outcome.RESOLVED, None))
        return self.micros(count)


@dataclass(slots=True)
class Waiting:
    """One who waits, as the scan keeps it."""

    id: UUID
    respond_by: Instant
    weight: int = 1


class NaiveScan:
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


def an_agent(number: int) -> Agent:
    """Return an agent who is here and available, with room for one conversation."""
    return Agent(
        id=UUID(int=0xA000 + number),
        name=f"Agent {number}",
        email=f"agent{number}@bench.example",
        status=AgentStatus.AVAILABLE,
        nodes=(NODE,),
        capacity=1,
        supervisor=number % SUPERVISOR_EACH == 0,
    )


def served_by(agent: Agent, number: int) -> tuple[Conversation, Assignment]:
    """Return a conversation that an agent has answered already."""
    conversation, assignment = UUID(int=1 << 81 | number), UUID(int=1 << 82 | number)
    row = replace(
        a_conversation(conversation, START - TARGET_MS),
        status=ConversationStatus.ASSIGNED,
        agent_id=agent.id,
        agent_name=agent.name,
        assignment_id=assignment,
        assignment_version=1,
        first_response_ms=1_000,
        queue_wait_ms=100,
    )
    return row, Assignment(assignment, conversation, agent.id, None, 1, 1, START - TARGET_MS)


def one_who_waits(number: int, of: int) -> Conversation:
    """Return one of a line: they came one after the other, and most are late by now."""
    came_at = START - STEP_MS * (of - number)
    row = a_conversation(UUID(int=1 << 83 | number), came_at)
    risk_at = row.respond_by - Policy().at_risk_before_ms
    return replace(
        row,
        risk_told_at=risk_at if risk_at <= START else None,
        miss_told_at=row.respond_by if row.respond_by <= START else None,
    )


def a_conversation(conversation_id: UUID, came_at: Instant) -> Conversation:
    """Return one that nobody has taken."""
    return Conversation(
        id=conversation_id,
        status=ConversationStatus.QUEUED,
        channel=Channel.CHAT,
        customer=None,
        preview="Where is my order?",
        started_at=came_at,
        queued_at=came_at,
        respond_by=came_at + TARGET_MS,
        version=1,
        decisions_made=1,
    )


def a_message(conversation_id: UUID, now: Instant) -> MessageArrived:
    """Return a customer's first words."""
    return MessageArrived(
        conversation_id=conversation_id,
        version=1,
        channel=Channel.CHAT,
        customer=None,
        kind=ItemKind.MESSAGE,
        visibility=Visibility.EVERYONE,
        author=AuthorKind.CUSTOMER,
        preview="Where is my order?",
        received_at=now,
        created_at=now,
    )


AGENTS_FEW, AGENTS_MANY = 1_000, 10_000
WAITING_FEW, WAITING_MANY = 10_000, 100_000
DECISIONS, SCANS, ROUNDS = 1_000, 20, 5


def measure() -> dict[str, float]:
    """Return what decisions cost, in turn with the scan and with smaller shops."""
    crowded, fewer = (CrowdedShop(AGENTS_MANY, each) for each in (WAITING_MANY, WAITING_FEW))
    calm, smaller = (CalmShop(each) for each in (AGENTS_MANY, AGENTS_FEW))
    scan = NaiveScan(AGENTS_MANY, WAITING_MANY)
    gc.collect()
    micros: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        micros.setdefault("scan", []).append(scan.decide(SCANS))
        for name, shop in (
            ("crowded", crowded),
            ("crowded, a tenth waits", fewer),
            ("calm", calm),
            ("calm, a tenth of the agents", smaller),
        ):
            micros.setdefault(name, []).append(shop.decide(DECISIONS))
    middle = {name: statistics.median(each) for name, each in micros.items()}
    print({name: round(each, 1) for name, each in middle.items()}, "us a command", flush=True)
    return {
        "engine_us": middle["crowded"],
        "scan_us": middle["scan"],
        "engine_vs_naive_scan": middle["scan"] / middle["crowded"],
        "waiting_x10_cost": middle["crowded"] / middle["crowded, a tenth waits"],
        "agents_x10_cost": middle["calm"] / middle["calm, a tenth of the agents"],
    }


if __name__ == "__main__":
    print(measure())
