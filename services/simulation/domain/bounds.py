"""What no policy can pass, and what a formula says: beside the policies, never among them."""

from __future__ import annotations

from dataclasses import dataclass

from services.simulation.domain.day import HALF_HOUR, Day, Visit
from services.simulation.domain.draws import SECOND, millis
from services.staffing.erlang import waiting
from services.staffing.patience import Patience
from shared.kernel.clock import Instant


@dataclass(frozen=True, slots=True)
class Bounds:
    """Shares answered within the target.

    `infinite_capacity`: each customer has the whole team to themselves, nobody busy with anybody
    else, and is served by whoever is truly the soonest. `erlang_a`: a line in order of arrival
    before slots that are alike, by the formula for steady half hours.
    """

    infinite_capacity: float
    erlang_a: float


def bounds_of(day: Day) -> Bounds:
    """Return the bounds of a day; of a day without customers, 1."""
    if not day.visits:
        return Bounds(1.0, 1.0)
    return Bounds(in_time_alone(day) / len(day.visits), _erlang_a(day))


def in_time_alone(day: Day) -> int:
    """Return how many would be answered in time, each with the whole team to themselves."""
    return sum(_soonest(day, visit) <= visit.at + day.target_ms for visit in day.visits)


def _soonest(day: Day, visit: Visit) -> Instant:
    late = visit.at + day.target_ms + 1
    return min(
        (
            worker.after(
                worker.after(visit.at, day.notice_ms(visit, worker, 0)),
                day.compose_ms(visit, worker, 0),
            )
            for worker in day.workers
            if worker.duty.starts_at <= visit.at < worker.duty.ends_at
        ),
        default=late,
    )


def _erlang_a(day: Day) -> float:
    """Weigh each half hour by its customers. Agents who are away are away in the formula, too."""
    first = min(one.duty.starts_at for one in day.workers)
    halves: dict[int, int] = {}
    for visit in day.visits:
        half = (visit.at - first) // HALF_HOUR
        halves[half] = halves.get(half, 0) + 1
    human_s = day.humans.notice_median_s + day.humans.compose_median_s
    handle_s = sum(one.handle_ms for one in day.visits) / len(day.visits) / SECOND + human_s
    patience_ms = sum(one.patience_ms for one in day.visits) / len(day.visits)
    within_s = max(0.0, day.target_ms / SECOND - human_s)
    patience = Patience(tail_per_ms=1 / patience_ms)
    levels = (
        count
        * waiting(
            count / HALF_HOUR * SECOND,
            handle_s,
            _slots(day, first + half * HALF_HOUR),
            within_s,
            patience,
        ).service_level
        for half, count in halves.items()
    )
    return sum(levels) / len(day.visits)


def _slots(day: Day, start: Instant) -> int:
    """Return how many conversations those who are on duty and there can hold, on the mean."""
    end, held = start + HALF_HOUR, 0.0
    for worker in day.workers:
        there = _overlap(worker.duty.starts_at, worker.duty.ends_at, start, end)
        away = sum(_overlap(one.starts_at, one.ends_at, start, end) for one in worker.absences)
        held += worker.capacity * max(0, there - away)
    return round(held / millis(HALF_HOUR / SECOND))


def _overlap(starts: Instant, ends: Instant, start: Instant, end: Instant) -> int:
    return max(0, min(ends, end) - max(starts, start))
