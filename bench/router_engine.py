"""The shipped engine by itself, beside a scan over everybody: what one decision costs.

The loads are made so that each measured command decides about one conversation, with its record;
what leads there and away again (arrivals, accepts, answers) is not measured. Neither side waits for
anything, so what counts is the processor's time.
"""

from __future__ import annotations

import gc
import statistics
import time
from uuid import UUID

from bench.router_rows import START, STEP_MS, a_message, an_agent, one_who_waits, served_by
from bench.router_scan import MICROS, NaiveScan
from services.router.domain.commands import Command, ConversationClosed, OfferAccepted
from services.router.domain.effects import Effects
from services.router.domain.engine import Engine
from services.router.domain.model import Heard, Rows
from services.router.domain.policy import Policy
from shared.kernel.vocabulary import Outcome


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
