"""How one agent works: one thing at a time, in the order it rang; routes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from services.simulation.domain.day import Day, Visit, Worker
from services.simulation.domain.draws import millis
from shared.kernel.clock import Instant


class Step(Enum):
    """What an agent does with the visit in hand."""

    NOTICING = "noticing"
    COMPOSING = "composing"


@dataclass(frozen=True, slots=True)
class Job:
    """The visit in hand, and when this step of it is done."""

    visit: Visit
    step: Step
    due: Instant


class Person:
    """An agent at work. Whoever holds it calls `done` at the job's `due`.

    Attention is one: a second ring waits until the first answer is written. What is taken from the
    screen costs `rescinded_s`, on the clock of the wall: an absent agent's run out meanwhile.
    """

    def __init__(self, day: Day, worker: Worker) -> None:
        self.worker = worker
        self.serving = 0
        """Conversations answered and not over yet."""
        self.job: Job | None = None
        self.turn = 0
        """Grows whenever the job or its due changes."""
        self._day = day
        self._line: list[Visit] = []
        self._rests_until: Instant = 0

    def ring(self, visit: Visit, now: Instant) -> None:
        """A visit comes up on the screen."""
        self._line.append(visit)
        self._go_on(now)

    def drop(self, visit: Visit, now: Instant, *, costs: bool) -> None:
        """A visit goes from the screen."""
        if self.job is not None and self.job.visit == visit:
            self._take_up(None)
        else:
            self._line.remove(visit)
        if costs:
            self._lose_time(now)
        self._go_on(now)

    def compose(self, now: Instant) -> None:
        """What was noticed is theirs: they write."""
        visit = self._in_hand().visit
        wants = self._day.compose_ms(visit, self.worker, self.serving)
        self._take_up(Job(visit, Step.COMPOSING, self.worker.after(now, wants)))

    def answered(self, now: Instant) -> None:
        """The first words are out: the conversation goes on beside whatever comes next."""
        self.serving += 1
        self._take_up(None)
        self._go_on(now)

    def would_answer_at(self, visit: Visit, now: Instant) -> Instant:
        """Return when this agent would answer one more visit, if nothing came between."""
        at = max(now, self._rests_until)
        ahead = self._line
        serving = self.serving
        if self.job is not None:
            at = self.job.due
            serving += 1
            if self.job.step is Step.NOTICING:
                at = self._written_at(self.job.visit, at, serving)
        for one in (*ahead, visit):
            seen = self.worker.after(at, self._day.notice_ms(one, self.worker, serving))
            at = self._written_at(one, seen, serving)
            serving += 1
        return at

    def _written_at(self, visit: Visit, seen_at: Instant, serving: int) -> Instant:
        return self.worker.after(seen_at, self._day.compose_ms(visit, self.worker, serving))

    def _in_hand(self) -> Job:
        if self.job is None:
            raise RuntimeError(f"{self.worker.name} has nothing in hand")
        return self.job

    def _go_on(self, now: Instant) -> None:
        if self.job is None and self._line:
            visit = self._line.pop(0)
            wants = self._day.notice_ms(visit, self.worker, self.serving)
            due = self.worker.after(max(now, self._rests_until), wants)
            self._take_up(Job(visit, Step.NOTICING, due))

    def _lose_time(self, now: Instant) -> None:
        lost = millis(self._day.humans.rescinded_s)
        if self.job is None:
            self._rests_until = max(now, self._rests_until) + lost
        else:
            self._take_up(Job(self.job.visit, self.job.step, self.job.due + lost))

    def _take_up(self, job: Job | None) -> None:
        self.job = job
        self.turn += 1
