"""What is kept of how fast a team and each of its agents answer: rows of whole numbers.

Whole numbers, so that sums do not depend on their order and what is rebuilt is what was live.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from services.router.domain.thawing import quickly_made
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import Channel

EDGES: Final[tuple[Millis, ...]] = (
    *(1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000, 10_000),
    *(12_000, 15_000, 20_000, 30_000, 60_000),
)
"""Where the buckets of time since an offer end: each second up to the target, then ever longer."""

LONGEST_MS: Final[Millis] = EDGES[-1]

LOAD_BANDS: Final = 4
"""Loads told apart: 0, 1, 2, and 3 or more; few agents hold more, and all are slow then."""

UNIT: Final = 1_000
"""One offer is counted as a thousand, so that parts of it and decay stay whole numbers."""

TeamKey: TypeAlias = tuple[Channel, int]
AgentKey: TypeAlias = tuple[UUID, Channel]


def band_of(load: int) -> int:
    """Return the load band of a load in weights."""
    return min(load, LOAD_BANDS - 1)


@quickly_made
@dataclass(frozen=True, slots=True)
class TeamPace:
    """How many offers made at a load were still open in each bucket, and answered in it."""

    channel: Channel
    load_band: int
    answered: tuple[int, ...] = (0,) * len(EDGES)
    at_risk: tuple[int, ...] = (0,) * len(EDGES)

    @property
    def key(self) -> TeamKey:
        """Return what there is one row of."""
        return (self.channel, self.load_band)


@quickly_made
@dataclass(frozen=True, slots=True)
class AgentPace:
    """For each load band: the answers an agent gave, and those the team would have given."""

    agent_id: UUID
    channel: Channel
    answered: tuple[int, ...] = (0,) * LOAD_BANDS
    expected: tuple[int, ...] = (0,) * LOAD_BANDS

    @property
    def key(self) -> AgentKey:
        """Return what there is one row of."""
        return (self.agent_id, self.channel)
