"""What the policies came to on the same days, each beside one they are all held against. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from services.replaying.days import RecordedDay
from services.replaying.playing import Outcome, Tally
from services.simulation.domain.assumptions import Peers
from services.simulation.domain.figures import QUANTILES, Figures, Quantiles, quantile
from services.simulation.domain.pairing import (
    POINTS,
    Band,
    Days,
    abandonment,
    jackknife,
    points_over,
    service_level,
)

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "firstreply": "Firstreply's engine",
        "round-robin": "Round robin with limit",
        "least-loaded": "Least loaded, {worker_s:g} s worker",
        "least-active": "Least active, {sync_s:g} s tick",
        "longest-idle": "Longest idle",
        "clairvoyant": "Clairvoyant (a bound)",
    }
)
"""What people read, with the peers' intervals; a policy without an entry has its name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One policy over all days. Bands are of 95 %, from leaving out each day in turn."""

    policy: str
    label: str
    """What people read."""
    level: Band
    """Per cent answered in time, of those counted."""
    points: Band | None
    """Points above the policy that all are held against, on the same days; None: it is that one."""
    abandoned: Band
    """Per cent who left after the target, of those counted."""
    quantiles: Quantiles
    occupancy: float
    withdrawn: int
    processor_s: float
    by_day: tuple[Figures, ...]
    by_slot: tuple[Tally, ...]


def findings_of(
    outcomes: Mapping[str, Sequence[Outcome]], against: str, peers: Peers
) -> tuple[Finding, ...]:
    """Return what each policy came to, in the order given."""
    intervals = peers.model_dump()
    return tuple(
        _finding(policy, LABELS.get(policy, policy).format(**intervals), outcomes, against)
        for policy in outcomes
    )


def _finding(
    policy: str, label: str, outcomes: Mapping[str, Sequence[Outcome]], against: str
) -> Finding:
    own = outcomes[policy]
    alone = [(one.figures,) for one in own]
    pairs = [
        (one.figures, other.figures) for one, other in zip(own, outcomes[against], strict=True)
    ]
    took = sorted(span for one in own for span in one.took_ms)
    return Finding(
        policy=policy,
        label=label,
        level=jackknife(alone, _level),
        points=None if policy == against else jackknife(pairs, points_over),
        abandoned=jackknife(alone, _abandoned),
        quantiles=tuple(quantile(took, percent) for percent in QUANTILES),
        occupancy=sum(one.figures.occupancy for one in own) / len(own),
        withdrawn=sum(one.figures.withdrawn for one in own),
        processor_s=sum(one.processor_s for one in own),
        by_day=tuple(one.figures for one in own),
        by_slot=_summed(own),
    )


def _level(days: Days) -> float:
    return POINTS * service_level(days, 0)


def _abandoned(days: Days) -> float:
    return POINTS * abandonment(days, 0)


def _summed(outcomes: Sequence[Outcome]) -> tuple[Tally, ...]:
    return tuple(
        Tally(sum(one.counted for one in slot), sum(one.in_time for one in slot))
        for slot in zip(*(one.by_slot for one in outcomes), strict=True)
    )


@dataclass(frozen=True, slots=True)
class Replay:
    """Everything that is told of one replay."""

    name: str
    """The file's."""
    sha256: str
    command: str
    days: tuple[RecordedDay, ...]
    findings: tuple[Finding, ...]
    against: str
    share: float
    target_ms: int
    predicted: float
    """The service level that the formula says of this staffing, per cent."""
    infinite_capacity: float
    """Per cent in time if each customer had the whole staff to themselves: no policy passes it."""
    agent_hours: float
    seconds: float
    seed: int
    assumptions_sha256: str
    notes: tuple[str, ...]

    @property
    def contacts(self) -> int:
        """Return how many were played."""
        return sum(len(one.day.visits) for one in self.days)
