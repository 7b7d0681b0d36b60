"""What one policy does better than another on the same days, with a confidence band."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, TypeAlias

from services.simulation.domain.draws import NORMAL
from services.simulation.domain.figures import Figures

CONFIDENCE: Final = 0.95
"""Of a hundred bands so made, so many hold the truth."""

STUDENT: Final = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
"""Student's t for 1 to 30 degrees of freedom, two-sided 95 %; beyond them the normal's is near."""

POINTS: Final = 100.0


@dataclass(frozen=True, slots=True)
class Band:
    """An estimate, and the two ends of its 95 % band. Of a single day there is no band."""

    estimate: float
    low: float | None
    high: float | None


Days: TypeAlias = Sequence[tuple[Figures, ...]]
"""For each day the figures of the policies that are compared, always in the same order."""

Whole: TypeAlias = Callable[[Days], float]
"""A figure of many days together."""


def jackknife(days: Days, whole: Whole) -> Band:
    """Return a figure of all days, and its band from leaving out each day in turn.

    Leaving out a day leaves it out of every policy, so what the days have in common does not count.
    """
    count = len(days)
    estimate = whole(days)
    if count < 2:  # noqa: PLR2004  a single day says nothing of others
        return Band(estimate, None, None)
    pseudo = [
        count * estimate - (count - 1) * whole([*days[:left_out], *days[left_out + 1 :]])
        for left_out in range(count)
    ]
    centre = sum(pseudo) / count
    spread = sqrt(sum((one - centre) ** 2 for one in pseudo) / (count - 1) / count)
    reach = _student(count - 1) * spread
    return Band(estimate, centre - reach, centre + reach)


def points_over(days: Days) -> float:
    """Return how many points of service level the first policy is above the second."""
    return POINTS * (service_level(days, 0) - service_level(days, 1))


def share_of_gap(days: Days) -> float:
    """Return how far the first is from the second (0) to the third (1), in service level."""
    first, second, third = (service_level(days, which) for which in range(3))
    return (first - second) / (third - second) if third != second else 0.0


def abandonment_change(days: Days) -> float:
    """Return how much more of the first's customers abandon than of the second's, as a share."""
    first, second = (abandonment(days, which) for which in range(2))
    return first / second - 1 if second else 0.0


def mean_jain(days: Days) -> float:
    """Return the mean of the first's daily indices."""
    return sum(day[0].jain for day in days) / len(days)


def service_level(days: Days, which: int) -> float:
    """Return a policy's share answered in time, of all the days' customers."""
    counted = sum(day[which].counted for day in days)
    return sum(day[which].in_time for day in days) / counted if counted else 1.0


def abandonment(days: Days, which: int) -> float:
    """Return a policy's share that left after the target, of all the days' customers."""
    counted = sum(day[which].counted for day in days)
    return sum(day[which].abandoned for day in days) / counted if counted else 0.0


def _student(freedom: int) -> float:
    if freedom <= len(STUDENT):
        return STUDENT[freedom - 1]
    return NORMAL.inv_cdf((1 + CONFIDENCE) / 2)
