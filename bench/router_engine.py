"""The shipped engine by itself, beside a scan over everybody: what one decision costs.

The loads are made so that each measured command decides about one conversation, with its record;
what leads there and away again (arrivals, accepts, answers) is not measured. Neither side waits for
anything, so what counts is the processor's time.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Sized
from dataclasses import replace
from uuid import UUID

from bench.router_naive import NaiveScan
from bench.router_rows import START, STEP_MS, a_message, an_agent, one_who_waits, served_by
from bench.router_scan import MICROS, ShortScan
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
            self._fill_slot(turn, self._free_slot(turn, measured=True))
        return self.micros(count)

    def scan(self, count: int) -> float:
        """Have a scan over everybody decide beside the engine, and to the same; return its us."""
        seconds = 0.0
        for turn in range(count):
            scan = self._scan(self._served[_place(turn, self._served)][1])
            effects = self._free_slot(turn)
            started = time.thread_time()
            found = scan.decide(self.now)
            seconds += time.thread_time() - started
            assert effects.decisions[0] == found, (effects.decisions[0], found)
            self._fill_slot(turn, effects)
        return MICROS * seconds / count

    def _scan(self, freed: UUID) -> NaiveScan:
        """Return a scan of the rows as they will be once an agent's slot is free."""
        state = self.engine.state
        waiting = {one: state.conversations[one] for one in state.line.order()}
        agents = state.agents | {freed: replace(state.agents[freed], load=0)}
        return NaiveScan(state.policy, state.predictor, waiting, agents)

    def _free_slot(self, turn: int, *, measured: bool = False) -> Effects:
        conversation, agent = self._served[_place(turn, self._served)]
        closed = ConversationClosed(conversation, agent, Outcome.RESOLVED, None)
        return self.apply(closed, measured=measured)

    def _fill_slot(self, turn: int, offered: Effects) -> None:
        self._served[_place(turn, self._served)] = self.accept(offered)
        self.arrive()


class CalmShop(Shop):
    """Half of the agents are free: a customer comes, and the best of them is asked."""

    def __init__(self, agents: int) -> None:
        super().__init__(agents, served=agents // 2, waiting=0)

    def decide(self, count: int) -> float:
        """Have so many customers come, one after the other, and as many go."""
        for turn in range(count):
            taken = self.accept(self.arrive(measured=True))
            place = _place(turn, self._served)
            conversation, agent = self._served[place]
            self._served[place] = taken
            self.apply(ConversationClosed(conversation, agent, Outcome.RESOLVED, None))
        return self.micros(count)


def _place(turn: int, places: Sized) -> int:
    """Return whose turn it is to be done: all over the team, as 7919 divides no such number."""
    return turn * 7919 % len(places)


AGENTS_FEW, AGENTS_MANY = 1_000, 10_000
WAITING_FEW, WAITING_MANY = 10_000, 100_000
DECISIONS, SCANS, ROUNDS = 1_000, 20, 5


def measure() -> dict[str, float]:
    """Return what decisions cost, in turn with the scan and with smaller shops."""
    crowded, fewer = (CrowdedShop(AGENTS_MANY, each) for each in (WAITING_MANY, WAITING_FEW))
    calm, smaller = (CalmShop(each) for each in (AGENTS_MANY, AGENTS_FEW))
    short = ShortScan(AGENTS_MANY, WAITING_MANY)
    gc.collect()
    micros: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        micros.setdefault("scan", []).append(crowded.scan(SCANS))
        micros.setdefault("short scan", []).append(short.decide(SCANS))
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
        "engine_vs_short_scan": middle["short scan"] / middle["crowded"],
        "waiting_x10_cost": middle["crowded"] / middle["crowded, a tenth waits"],
        "agents_x10_cost": middle["calm"] / middle["calm, a tenth of the agents"],
    }


if __name__ == "__main__":
    print(measure())
