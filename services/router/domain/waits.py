"""How long a customer in the line will probably wait yet, as an honest range; one shop's.

The expectation is simple: what an agent takes to answer once one has accepted, and the mean gap
between accepts for each place in the line. Its errors are what the range is made of: of the last
answers, took / expected, the quantiles that held the asked share so far (split conformal
prediction), which are moved outwards after each miss and inwards after each hit (adaptive conformal
inference, Gibbs and Candes 2021), so that the share holds on a day unlike the one before.
"""

from __future__ import annotations

import math
from bisect import insort
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.kernel.clock import Instant, Millis

COVERAGE: Final = 0.8
"""Of ten customers eight are answered within their range."""
SAMPLES_MAX: Final = 200
"""Answers remembered: enough for both tails of 10 %, few enough to be of this day."""
SAMPLES_MIN: Final = 30
"""Fewer answers say nothing of a tail of 10 %: no range is told."""
STEP: Final = 0.02
"""How far one miss moves the missed share that is asked for."""
DECAY: Final = 0.1
"""Weight of the newest gap or answer in its running mean: the last ten or so count."""
FIRST_GAP_MS: Final[Millis] = 30_000
FIRST_COMPOSE_MS: Final[Millis] = 4_000
"""Before anything is known: the errors of these are learnt like any other's."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What was expected at a place, and the range; None: too little is known for one."""

    expected_ms: Millis
    low_ms: Millis | None = None
    high_ms: Millis | None = None

    def holds(self, took_ms: Millis) -> bool | None:
        """Tell whether an answer came within the range; None: there was none."""
        if self.low_ms is None or self.high_ms is None:
            return None
        return self.low_ms <= took_ms <= self.high_ms


@dataclass(frozen=True, slots=True)
class Pace:
    """What an expectation is made of, in milliseconds."""

    gap_ms: float = FIRST_GAP_MS
    compose_ms: float = FIRST_COMPOSE_MS


class Waits:
    """Learns from accepts and answers as they come, and guesses; `past` is oldest first."""

    def __init__(self, pace: Pace = Pace(), past: Iterable[tuple[Guess, Millis]] = ()) -> None:
        self.pace = pace
        self._accepted_at: Instant | None = None
        self._ratios: deque[float] = deque()
        self._sorted: list[float] = []
        self._missed = 1 - COVERAGE
        for guess, took_ms in past:
            self.answered(guess, took_ms)

    def accepted(self, at: Instant, *, others_wait: bool) -> None:
        """Learn that an agent took somebody; a gap counts only while others went on waiting."""
        if self._accepted_at is not None:
            gap = max(0, at - self._accepted_at)
            self.pace = Pace(_mixed(self.pace.gap_ms, gap), self.pace.compose_ms)
        self._accepted_at = at if others_wait else None

    def composed(self, took_ms: Millis) -> None:
        """Learn how long an agent took from the accept to the first human message."""
        self.pace = Pace(self.pace.gap_ms, _mixed(self.pace.compose_ms, took_ms))

    def guess(self, place: int) -> Guess:
        """Return what to expect at a place in the line, 1 being the next."""
        expected = max(1, round(place * self.pace.gap_ms + self.pace.compose_ms))
        if len(self._sorted) < SAMPLES_MIN:
            return Guess(expected)
        low, high = self._tails()
        return Guess(expected, math.floor(expected * low), math.ceil(expected * high))

    def answered(self, guess: Guess, took_ms: Millis) -> None:
        """Learn how far a guess was off."""
        held = guess.holds(took_ms)
        if held is not None:
            # A miss lowers the share that may be missed, a hit raises it: in balance at COVERAGE.
            missed = 0.0 if held else 1.0
            self._missed = min(0.5, max(0.0, self._missed + STEP * (1 - COVERAGE - missed)))
        if len(self._ratios) == SAMPLES_MAX:
            self._sorted.remove(self._ratios.popleft())
        ratio = took_ms / guess.expected_ms
        self._ratios.append(ratio)
        insort(self._sorted, ratio)

    def _tails(self) -> tuple[float, float]:
        """Return the ratios between which all but the missed share of answers were, half each."""
        each = int(self._missed / 2 * (len(self._sorted) + 1))
        return self._sorted[max(0, each - 1)], self._sorted[-max(1, each)]


def _mixed(mean: float, newest: Millis) -> float:
    return mean + DECAY * (newest - mean)
