"""How long customers are willing to wait, from waits of which most were cut short by an answer.

Whoever was answered would have waited longer: the estimate of survival is Kaplan and Meier's
("Nonparametric estimation from incomplete observations", 1958). Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, inf, log
from typing import Final

from services.staffing.recorded import Contact
from shared.kernel.clock import Millis

FEWEST_AT_RISK: Final = 20
"""With fewer left to watch, one departure is a step of 5 %: from there on the tail is assumed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The share still waiting after each span: steps, and beyond the last a constant rate.

    No steps: exponential patience; no steps and no rate: nobody ever leaves.
    """

    ends_ms: tuple[Millis, ...] = ()
    surviving: tuple[float, ...] = ()
    tail_per_ms: float = 0.0

    def still_waiting(self, span_ms: float) -> float:
        """Return the share whose patience is longer than a span."""
        if not self.ends_ms or span_ms < self.ends_ms[0]:
            return 1.0 if self.ends_ms else exp(-self.tail_per_ms * span_ms)
        step = bisect_right(self.ends_ms, span_ms) - 1
        past = max(0.0, span_ms - self.ends_ms[-1])
        return self.surviving[step] * exp(-self.tail_per_ms * past)

    def drawn(self, chance: float, longer_than_ms: Millis = 0) -> float:
        """Return the patience that a share `chance` of those with more than a span exceeds."""
        share = chance * self.still_waiting(longer_than_ms)
        for end, surviving in zip(self.ends_ms, self.surviving, strict=True):
            if end > longer_than_ms and surviving <= share:
                return end
        last_ms, last = (self.ends_ms[-1], self.surviving[-1]) if self.ends_ms else (0, 1.0)
        if not self.tail_per_ms or share <= 0:
            return inf
        return max(float(longer_than_ms), last_ms + log(last / share) / self.tail_per_ms)


def exponential(mean_ms: float) -> Patience:
    """Return the patience of Erlang-A: the same rate of leaving, however long one waited."""
    return Patience(tail_per_ms=1 / mean_ms)


ENDLESS: Final = Patience()
"""The patience of Erlang-C: everybody waits until answered."""


def estimate(contacts: Iterable[Contact]) -> Patience:
    """Return the Kaplan-Meier estimate; beyond it, leaving at the mean rate of the whole."""
    left: Counter[Millis] = Counter()
    answered: Counter[Millis] = Counter()
    for one in contacts:
        (left if one.left else answered)[one.waited_ms] += 1
    departures, waited = left.total(), _total(left) + _total(answered)
    if not departures or not waited:
        return ENDLESS
    at_risk, share = departures + answered.total(), 1.0
    steps: list[tuple[Millis, float]] = []
    for span in sorted({*left, *answered}):
        if at_risk < FEWEST_AT_RISK:
            break
        # Of the same second, those who left are counted first: the answered were still there.
        if left[span]:
            share *= 1 - left[span] / at_risk
            steps.append((span, share))
        at_risk -= left[span] + answered[span]
    ends = tuple(span for span, _ in steps)
    return Patience(ends, tuple(share for _, share in steps), departures / waited)


def _total(spans: Counter[Millis]) -> int:
    return sum(span * count for span, count in spans.items())
