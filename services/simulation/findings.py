"""What the policies came to over many days, each beside round robin on the same days. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.simulation.domain.bounds import Bounds
from services.simulation.domain.figures import CURVE_S, Figures
from services.simulation.domain.pairing import (
    POINTS,
    Band,
    abandonment,
    jackknife,
    mean_jain,
    points_over,
    service_level,
)
from services.simulation.domain.policies import ROUND_ROBIN


@dataclass(frozen=True, slots=True)
class Finding:
    """One policy over all days. Bands are of 95 %, from leaving out each day in turn."""

    policy: str
    level: Band
    """Per cent answered within the target, of those counted."""
    points: Band | None
    """Points above round robin on the same days; None: it is that, or that was not played."""
    abandoned: Band
    """Per cent who left after the target, of those counted."""
    jain: Band
    queue_wait_ms: float
    notice_ms: float
    compose_ms: float
    occupancy: float
    offers: float
    """Offers, or conversations given, for each customer."""
    curve: tuple[float, ...]
    """Per cent answered within 1 s, 2 s ... of CURVE_S, of those counted."""

    def within(self, per_cent: float) -> int | None:
        """Return the first second by which so many of the counted were answered, if any."""
        return next((at + 1 for at, share in enumerate(self.curve) if share >= per_cent), None)


@dataclass(frozen=True, slots=True)
class Simulated:
    """A whole simulation, as it is shown."""

    days: int
    load: float
    seed: int
    customers: int
    agents: int
    sha256: str
    findings: tuple[Finding, ...]
    infinite_capacity: float
    """Per cent, the mean of the days; so is the next."""
    erlang_a: float
    figures: Mapping[str, object] = field(default_factory=dict)
    """Those of a shop's own, by which this engine went."""


def findings_of(played: Mapping[str, Sequence[Figures]]) -> tuple[Finding, ...]:
    """Return what each policy came to, in the order given."""
    return tuple(_finding(policy, played) for policy in played)


def mean_bounds(bounds: Sequence[Bounds]) -> tuple[float, float]:
    """Return the two bounds in per cent, the mean of the days."""
    infinite = sum(one.infinite_capacity for one in bounds) / len(bounds)
    return POINTS * infinite, POINTS * sum(one.erlang_a for one in bounds) / len(bounds)


def _finding(policy: str, played: Mapping[str, Sequence[Figures]]) -> Finding:
    own = played[policy]
    alone = [(one,) for one in own]
    counted = sum(one.counted for one in own)
    pairs = list(zip(own, played.get(ROUND_ROBIN, ()), strict=False))
    return Finding(
        policy=policy,
        level=jackknife(alone, lambda days: POINTS * service_level(days, 0)),
        points=jackknife(pairs, points_over) if pairs and policy != ROUND_ROBIN else None,
        abandoned=jackknife(alone, lambda days: POINTS * abandonment(days, 0)),
        jain=jackknife(alone, mean_jain),
        queue_wait_ms=sum(one.queue_wait_ms for one in own) / len(own),
        notice_ms=sum(one.notice_ms for one in own) / len(own),
        compose_ms=sum(one.compose_ms for one in own) / len(own),
        occupancy=sum(one.occupancy for one in own) / len(own),
        offers=sum(one.rings for one in own) / (sum(one.visits for one in own) or 1),
        curve=tuple(
            POINTS * sum(one.answered_by[at] for one in own) / (counted or 1)
            for at in range(CURVE_S)
        ),
    )
