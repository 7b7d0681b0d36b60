"""One day as it will be whoever routes it: customers, agents, and every draw they depend on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.simulation.domain.assumptions import Agents, Assumptions, Humans
from services.simulation.domain.draws import Lognormal, exponential, millis, share, varied
from shared.kernel.clock import Instant, Millis

HALF_HOUR: Final[Millis] = 1_800_000

OPENS_AT: Final[Instant] = 1_767_603_600_000
"""2026-01-05T09:00:00Z, a Monday: simulated days are all this one."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer who writes at an instant; `handle_ms` runs from the first answer to the end.

    `number` is unique within the day and the key of all that is drawn for it.
    """

    number: int
    at: Instant
    patience_ms: Millis
    handle_ms: Millis


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant up to and without another."""

    starts_at: Instant
    ends_at: Instant


@dataclass(frozen=True, slots=True)
class Worker:
    """One agent: when on duty, when silently away meanwhile, and how fast beside the team."""

    number: int
    name: str
    capacity: int
    duty: Span
    absences: tuple[Span, ...] = ()
    notice_factor: float = 1.0
    compose_factor: float = 1.0

    def after(self, start: Instant, work_ms: Millis) -> Instant:
        """Return when so much work is done that begins at an instant and rests while away."""
        at, left = start, work_ms
        for absence in self.absences[self._first_absence_after(start) :]:
            if at + left <= absence.starts_at:
                break
            left -= max(0, absence.starts_at - at)
            at = max(at, absence.ends_at)
        return at + left

    def _first_absence_after(self, at: Instant) -> int:
        return bisect_right(self.absences, at, key=lambda one: one.ends_at)


@dataclass(frozen=True, slots=True)
class Day:
    """Who comes and who serves. Two policies that play the same day are compared in pairs.

    `visits` are in order of their instants; they and `workers` may be drawn (`make_day`) or come
    from a record: then `draw_worker` gives people to a roster, and the record gives the visits.
    """

    seed: int
    humans: Humans
    visits: tuple[Visit, ...]
    workers: tuple[Worker, ...]
    target_ms: Millis = 10_000
    back_ms: Millis = 5_000
    """From back at the desk to saying so again, when set away meanwhile."""

    def notice_ms(self, visit: Visit, worker: Worker, others: int) -> Millis:
        """Return how long an agent who serves so many others takes to see that visit."""
        humans = self.humans
        key = (self.seed, "notice", visit.number, worker.number)
        alone = Lognormal(humans.notice_median_s, humans.notice_sigma).at(share(*key))
        slowed = alone * worker.notice_factor * self._slowed(others)
        if share(*key, "busy") < humans.busy_chance_per_conversation * others:
            slowed += exponential(humans.busy_mean_s, share(*key, "busy for"))
        return millis(slowed)

    def compose_ms(self, visit: Visit, worker: Worker, others: int) -> Millis:
        """Return how long an agent who serves so many others takes for the first words."""
        humans = self.humans
        key = (self.seed, "compose", visit.number, worker.number)
        alone = Lognormal(humans.compose_median_s, humans.compose_sigma).at(share(*key))
        return millis(alone * worker.compose_factor * self._slowed(others))

    def _slowed(self, others: int) -> float:
        return 1 + self.humans.slower_per_conversation * others


def make_day(assumptions: Assumptions, seed: int, load: float) -> Day:
    """Draw a day whose expected work is `load` of what the agents on duty can hold."""
    expected = staff_for(assumptions)
    workers = draw_crew(assumptions, seed, expected, OPENS_AT)
    per_half_hour = _arrivals(assumptions, workers, load)
    visits = tuple(draw_visits(assumptions, seed, per_half_hour, OPENS_AT))
    return Day(
        seed=seed,
        humans=assumptions.humans,
        visits=visits,
        workers=workers,
        back_ms=millis(assumptions.agents.back_s),
    )


def staff_for(assumptions: Assumptions) -> tuple[int, ...]:
    """Return how many agents are on duty each half hour: they follow the expected arrivals."""
    agents, profile = assumptions.agents, assumptions.arrivals.profile
    most = max(profile)
    return tuple(max(agents.least, round(agents.most * one / most)) for one in profile)


def draw_crew(
    assumptions: Assumptions, seed: int, staff: Sequence[int], opens_at: Instant
) -> tuple[Worker, ...]:
    """Return agents of whom so many are on duty each half hour; who came first leaves first."""
    duties = _duties(staff, opens_at)
    return tuple(draw_worker(assumptions, seed, n, duty) for n, duty in enumerate(duties))


def draw_worker(assumptions: Assumptions, seed: int, number: int, duty: Span) -> Worker:
    """Return an agent with a pace of their own, and absences while on duty."""
    agents, sigma = assumptions.agents, assumptions.humans.agent_sigma
    pace = Lognormal(1.0, sigma)
    return Worker(
        number=number,
        name=f"Agent {number + 1}",
        capacity=agents.capacities[number % len(agents.capacities)],
        duty=duty,
        absences=tuple(_absences(agents, seed, number, duty)),
        notice_factor=pace.at(share(seed, "notices", number)),
        compose_factor=pace.at(share(seed, "composes", number)),
    )


def draw_visits(
    assumptions: Assumptions, seed: int, per_half_hour: Sequence[float], opens_at: Instant
) -> Iterator[Visit]:
    """Yield customers, so many expected each half hour, with what days and half hours vary."""
    arrivals = assumptions.arrivals
    whole_day = varied(arrivals.day_variation, share(seed, "day"))
    number = 0
    for half_hour, expected in enumerate(per_half_hour):
        own = varied(arrivals.half_hour_variation, share(seed, "half hour", half_hour))
        for after in _instants(seed, half_hour, expected * whole_day * own):
            at = opens_at + half_hour * HALF_HOUR + after
            yield draw_visit(assumptions, seed, number, at)
            number += 1


def draw_visit(
    assumptions: Assumptions, seed: int, number: int, at: Instant, handle_ms: Millis | None = None
) -> Visit:
    """Return a customer who comes at an instant; how long it lasts is drawn unless recorded."""
    customers = assumptions.customers
    lasts = Lognormal.of_mean(customers.handle_mean_s, customers.handle_sigma)
    patience = exponential(customers.patience_mean_s, share(seed, "patience", number))
    if handle_ms is None:
        handle_ms = millis(lasts.at(share(seed, "handle", number)))
    return Visit(number, at, millis(patience), handle_ms)


def _arrivals(
    assumptions: Assumptions, workers: Sequence[Worker], load: float
) -> tuple[float, ...]:
    """Return the expected customers each half hour that make up the load over the day."""
    profile = assumptions.arrivals.profile
    whole = sum(profile)
    held_ms = sum(one.capacity * (one.duty.ends_at - one.duty.starts_at) for one in workers)
    customers = load * held_ms / millis(assumptions.customers.handle_mean_s)
    return tuple(customers * one / whole for one in profile)


def _instants(seed: int, half_hour: int, expected: float) -> Iterator[Millis]:
    if expected <= 0:
        return
    at, count = 0.0, 0
    while True:
        at += exponential(HALF_HOUR / expected, share(seed, "gap", half_hour, count))
        if at >= HALF_HOUR:
            return
        yield int(at)
        count += 1


def _duties(staff: Sequence[int], opens_at: Instant) -> list[Span]:
    ends: list[tuple[int, int]] = []
    on_duty: list[int] = []
    for half_hour, wanted in enumerate((*staff, 0)):
        while len(on_duty) > wanted:
            ends.append((on_duty.pop(0), half_hour))
        on_duty += [half_hour] * (wanted - len(on_duty))
    return [
        Span(opens_at + first * HALF_HOUR, opens_at + last * HALF_HOUR)
        for first, last in sorted(ends)
    ]


def _absences(agents: Agents, seed: int, number: int, duty: Span) -> Iterator[Span]:
    if agents.away_share <= 0:
        return
    there_s = agents.away_mean_s * (1 - agents.away_share) / agents.away_share
    at, count = duty.starts_at, 0
    while True:
        at += millis(exponential(there_s, share(seed, "there", number, count)))
        if at >= duty.ends_at:
            return
        ends_at = at + millis(exponential(agents.away_mean_s, share(seed, "away", number, count)))
        yield Span(at, ends_at)
        at, count = ends_at, count + 1
