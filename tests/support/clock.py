"""Time that only moves when a test says so."""

from __future__ import annotations

from shared.kernel.clock import Instant, Millis

START: Instant = 1_790_000_000_000
"""Some instant in 2026; no test may care which."""


class VirtualClock:
    """A Clock that stands still between `advance` calls."""

    def __init__(self, start: Instant = START) -> None:
        self._now = start

    def now(self) -> Instant:
        return self._now

    def advance(self, span_ms: Millis) -> Instant:
        """Move on and return the new instant."""
        assert span_ms >= 0, "time does not run backwards"
        self._now += span_ms
        return self._now
