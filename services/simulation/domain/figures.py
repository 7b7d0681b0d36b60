"""What a played day comes to: DESIGN section 5's clock and denominator; compares nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, TypeAlias

from services.simulation.domain.desk import WorkerNumber
from services.simulation.domain.draws import SECOND
from services.simulation.domain.stage import Fate, Played
from shared.kernel.clock import Millis

QUANTILES = (50, 80, 90, 99)

CURVE_S: Final = 60
"""Answers are counted by the second so far: beyond it there is no chat any more."""

Quantiles: TypeAlias = tuple[Millis | None, ...]
"""Of QUANTILES, times that occurred; None where there was none."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One day under one policy.

    `counted` are all but the short abandons: customers who left unanswered before the target.
    `queue_wait_ms` is from the first words until it came up with whoever answered, `notice_ms`
    from there to their taking it, `compose_ms` from there to the first words; means.
    """

    visits: int
    counted: int
    in_time: int
    answered: int
    abandoned: int
    short_abandoned: int
    first_response_ms: Quantiles
    queue_wait_ms: float
    notice_ms: float
    compose_ms: float
    occupancy: float
    """Time that conversations were held, of what all agents on duty could hold."""
    jain: float
    """Jain's index over the agents' occupancies: 1 when all are as busy, 1/n when one does all."""
    rings: int
    withdrawn: int
    answered_by: tuple[int, ...]
    """How many were answered within 1 s, 2 s ... of CURVE_S."""

    @property
    def service_level(self) -> float:
        """Return the share answered within the target, of those counted."""
        return self.in_time / self.counted if self.counted else 1.0

    @property
    def abandonment(self) -> float:
        """Return the share that left unanswered after the target, of those counted."""
        return self.abandoned / self.counted if self.counted else 0.0


def figures_of(played: Played) -> Figures:
    """Count a day."""
    target = played.day.target_ms
    answered = [one for one in played.fates if one.answered_at is not None]
    took = sorted(_took(one) for one in answered)
    gone = [one for one in played.fates if one.answered_at is None]
    short = sum(one.visit.patience_ms < target for one in gone)
    occupancies = _occupancies(played)
    return Figures(
        visits=len(played.fates),
        counted=len(played.fates) - short,
        in_time=sum(one <= target for one in took),
        answered=len(answered),
        abandoned=len(gone) - short,
        short_abandoned=short,
        first_response_ms=tuple(quantile(took, percent) for percent in QUANTILES),
        queue_wait_ms=_mean((one.rung_at or 0) - one.visit.at for one in answered),
        notice_ms=_mean((one.noticed_at or 0) - (one.rung_at or 0) for one in answered),
        compose_ms=_mean((one.answered_at or 0) - (one.noticed_at or 0) for one in answered),
        occupancy=_whole_occupancy(played),
        jain=jain(occupancies),
        rings=sum(one.rings for one in played.fates),
        withdrawn=sum(one.withdrawn for one in played.fates),
        answered_by=tuple(bisect_right(took, n * SECOND) for n in range(1, CURVE_S + 1)),
    )


def quantile(in_order: Sequence[Millis], percent: int) -> Millis | None:
    """Return the least of these within which so many percent are."""
    if not in_order:
        return None
    return in_order[max(0, ceil(percent / 100 * len(in_order)) - 1)]


def jain(amounts: Sequence[float]) -> float:
    """Return (sum of x)^2 over n times the sum of x^2; 1 of nothing at all."""
    squares = sum(one * one for one in amounts)
    return sum(amounts) ** 2 / (len(amounts) * squares) if squares else 1.0


def _took(fate: Fate) -> Millis:
    return (fate.answered_at or 0) - fate.visit.at


def _occupancies(played: Played) -> list[float]:
    held = _held(played)
    return [
        held.get(one.number, 0) / (one.capacity * (one.duty.ends_at - one.duty.starts_at))
        for one in played.day.workers
    ]


def _whole_occupancy(played: Played) -> float:
    workers = played.day.workers
    can = sum(one.capacity * (one.duty.ends_at - one.duty.starts_at) for one in workers)
    return sum(_held(played).values()) / can if can else 0.0


def _held(played: Played) -> dict[WorkerNumber, Millis]:
    held: dict[WorkerNumber, Millis] = {}
    for one in played.fates:
        if one.worker is not None:
            lasted = (one.ended_at or 0) - (one.noticed_at or 0)
            held[one.worker] = held.get(one.worker, 0) + lasted
    return held


def _mean(numbers: Iterable[float]) -> float:
    listed = list(numbers)
    return sum(listed) / len(listed) if listed else 0.0
