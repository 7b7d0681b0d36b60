"""The real clock: wall time anchored once, carried on by the monotonic clock."""

from __future__ import annotations

import time

from shared.kernel.clock import Instant

_NS_PER_MS = 1_000_000


class SystemClock:
    """Tells wall time that a stepped system clock cannot turn back within this process."""

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns()  # noqa: TID251  the one place that reads it

    def now(self) -> Instant:
        """Return the present instant, in milliseconds since the epoch."""
        return (self._offset_ns + time.monotonic_ns()) // _NS_PER_MS
