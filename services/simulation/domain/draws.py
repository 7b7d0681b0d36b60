"""Chance as a function of its key, so that all policies meet the same people; keeps no state."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from math import exp, log, log1p, sqrt
from statistics import NormalDist
from typing import Final

from shared.kernel.clock import Millis

SHARES: Final = 1 << 53
"""Steps between 0 and 1: what a float tells apart."""

NORMAL: Final = NormalDist()

SECOND: Final[Millis] = 1_000


def share(*key: object) -> float:
    """Return a number strictly between 0 and 1, the same for the same key on every machine."""
    digest = blake2b("/".join(map(str, key)).encode(), digest_size=8).digest()
    return ((int.from_bytes(digest) >> 11) + 0.5) / SHARES


def exponential(mean: float, at: float) -> float:
    """Return the quantile of an exponential distribution at a share."""
    return -mean * log1p(-at)


def varied(variation: float, at: float) -> float:
    """Return a factor of mean 1 and the given coefficient of variation (lognormal)."""
    variance = log1p(variation * variation)
    return exp(sqrt(variance) * NORMAL.inv_cdf(at) - variance / 2)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A lognormal distribution by its median and the standard deviation of its logarithm."""

    median: float
    sigma: float

    @classmethod
    def of_mean(cls, mean: float, sigma: float) -> Lognormal:
        """Return the one with this mean."""
        return cls(exp(log(mean) - sigma * sigma / 2), sigma)

    def at(self, at: float) -> float:
        """Return the quantile at a share."""
        return self.median * exp(self.sigma * NORMAL.inv_cdf(at))


def millis(seconds: float) -> Millis:
    """Return whole milliseconds."""
    return round(seconds * SECOND)
