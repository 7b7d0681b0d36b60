"""Plays a day under a virtual clock: people act, a desk routes, and what became of each is kept."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import Any, Final

from services.simulation.domain import desk
from services.simulation.domain.day import Day, Visit
from services.simulation.domain.desk import Desk, MakeDesk, WorkerNumber
from services.simulation.domain.draws import millis
from services.simulation.domain.people import Person, Step
from shared.kernel.clock import Instant


@dataclass(slots=True)
class Fate:
    """What became of one visit. `left_at`: it went unanswered; else `worker` answered it.

    `rung_at` is when it came up on that worker's screen, `noticed_at` when they took it.
    """

    visit: Visit
    rings: int = 0
    withdrawn: int = 0
    rung_at: Instant | None = None
    noticed_at: Instant | None = None
    answered_at: Instant | None = None
    left_at: Instant | None = None
    ended_at: Instant | None = None
    worker: WorkerNumber | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """A day that is over."""

    day: Day
    fates: tuple[Fate, ...]


def play(day: Day, make_desk: MakeDesk) -> Played:
    """Let a policy route a day; the same day and policy give the same fates."""
    return _Stage(day, make_desk).play()


@dataclass(slots=True)
class _Held:
    rung_at: Instant
    given: bool


class _Stage:
    def __init__(self, day: Day, make_desk: MakeDesk) -> None:
        self.day = day
        self.people = {one.number: Person(day, one) for one in day.workers}
        self.desk: Desk = make_desk(day, self.people)
        self.now: Instant = 0
        self.fates = {one.number: Fate(one) for one in day.visits}
        self.held: dict[tuple[int, WorkerNumber], _Held] = {}
        self._open = len(day.visits)
        self._turns = count()
        self._ahead: list[tuple[Instant, int, Callable[..., None], tuple[Any, ...]]] = []

    def play(self) -> Played:
        for worker in self.day.workers:
            self._at(worker.duty.starts_at, self._tell, desk.CameOn(worker.number))
            self._at(worker.duty.ends_at, self._tell, desk.WentOff(worker.number))
        for visit in self.day.visits:
            self._at(visit.at, self._arrive, visit)
        while self._open and self._ahead:
            wakes_at = self.desk.wakes_at()
            if wakes_at is not None and wakes_at <= self._ahead[0][0]:
                self.now = max(self.now, wakes_at)
                self._tell(desk.Woken())
            else:
                self.now, _, act, told = heapq.heappop(self._ahead)
                act(*told)
        return Played(self.day, tuple(self.fates.values()))

    # -- what people do

    def _arrive(self, visit: Visit) -> None:
        self._at(self.now + visit.patience_ms, self._lose_patience, visit)
        self._tell(desk.Arrived(visit))

    def _lose_patience(self, visit: Visit) -> None:
        fate = self.fates[visit.number]
        if fate.answered_at is None:
            fate.left_at = fate.ended_at = self.now
            self._open -= 1
            self._tell(desk.Left(visit))
            for number, worker in [key for key in self.held if key[0] == visit.number]:
                self._withdraw(desk.Withdraw(self.fates[number].visit, worker))

    def _person_done(self, person: Person, turn: int) -> None:
        if turn != person.turn or person.job is None:
            return  # something came between
        visit, worker = person.job.visit, person.worker.number
        if person.job.step is Step.COMPOSING:
            self._answer(person, visit)
        elif self.held[visit.number, worker].given:
            self._grant(desk.Grant(visit, worker))
        else:
            self._tell(desk.Accepted(visit, worker))

    def _answer(self, person: Person, visit: Visit) -> None:
        fate, worker = self.fates[visit.number], person.worker.number
        fate.rung_at = self.held.pop((visit.number, worker)).rung_at
        fate.answered_at, fate.worker = self.now, worker
        person.answered(self.now)
        self._watch(person)
        self._at(self.now + visit.handle_ms, self._close, visit, person)
        self._tell(desk.Answered(visit, worker))

    def _close(self, visit: Visit, person: Person) -> None:
        self.fates[visit.number].ended_at = self.now
        self._open -= 1
        person.serving -= 1
        self._tell(desk.Closed(visit, person.worker.number))

    # -- what the desk orders

    def _tell(self, event: desk.Event) -> None:
        for order in self.desk.tell(event, self.now):
            ORDERS[type(order)](self, order)

    def _ring(self, order: desk.Ring | desk.Give) -> None:
        visit, person = order.visit, self.people[order.worker]
        given = isinstance(order, desk.Give)
        self.held[visit.number, order.worker] = _Held(self.now, given)
        self.fates[visit.number].rings += 1
        person.ring(visit, self.now)
        self._watch(person)
        if not given:
            shown_at = self.now + millis(self.day.humans.seen_s)
            self._at(shown_at, self._show, visit, order.worker, self.now)

    def _show(self, visit: Visit, worker: WorkerNumber, rung_at: Instant) -> None:
        held = self.held.get((visit.number, worker))
        if held is not None and not held.given and held.rung_at == rung_at:
            self._tell(desk.Shown(visit, worker))

    def _withdraw(self, order: desk.Withdraw | desk.Refuse) -> None:
        if self.held.pop((order.visit.number, order.worker), None) is None:
            return  # it ran out in the instant in which it was accepted
        person = self.people[order.worker]
        costs = isinstance(order, desk.Withdraw) and order.costs
        self.fates[order.visit.number].withdrawn += costs
        person.drop(order.visit, self.now, costs=costs)
        self._watch(person)

    def _grant(self, order: desk.Grant) -> None:
        person = self.people[order.worker]
        self.held[order.visit.number, order.worker].given = True
        self.fates[order.visit.number].noticed_at = self.now
        person.compose(self.now)
        self._watch(person)

    def _set_away(self, order: desk.SetAway) -> None:
        worker = self.people[order.worker].worker
        back_at = worker.after(self.now, self.day.back_ms)
        if back_at < worker.duty.ends_at:
            self._at(back_at, self._tell, desk.CameOn(worker.number))

    # -- time

    def _watch(self, person: Person) -> None:
        if person.job is not None:
            self._at(person.job.due, self._person_done, person, person.turn)

    def _at(self, at: Instant, act: Callable[..., None], *told: object) -> None:
        heapq.heappush(self._ahead, (at, next(self._turns), act, told))


ORDERS: Final[Mapping[type, Callable[[_Stage, Any], None]]] = MappingProxyType(
    {
        desk.Ring: _Stage._ring,  # noqa: SLF001  the table of its own methods
        desk.Give: _Stage._ring,  # noqa: SLF001
        desk.Withdraw: _Stage._withdraw,  # noqa: SLF001
        desk.Refuse: _Stage._withdraw,  # noqa: SLF001
        desk.Grant: _Stage._grant,  # noqa: SLF001
        desk.SetAway: _Stage._set_away,  # noqa: SLF001
    }
)
