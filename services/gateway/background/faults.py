"""Kills the process between a commit and its acknowledgement; for tests of that very instant."""

from __future__ import annotations

import os
import signal


class FaultPoint:
    """Counts commits and kills the process, as `kill -9` does, right after the Nth."""

    def __init__(self, after: int | None) -> None:
        self._left = after

    def __call__(self) -> None:
        """Count a commit; never returns from the last one."""
        if self._left is None:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
