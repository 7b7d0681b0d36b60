"""Finds and ends what a killed cluster left running; a pid alone never proves whose it is.

Each child has a guard that stops it when the cluster's own process is gone. This is for those
that did not listen to theirs.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

MARK = "FIRSTREPLY_CLUSTER_HOME"
"""In the environment of every child: the home it belongs to, as device and inode."""
PROC = Path("/proc")
GONE_WITHIN_S = 5.0
LOOK_S = 0.02


def mark_of(home: Path) -> str:
    """Return what the children of this home have in MARK: the same by any path."""
    place = home.stat()
    return f"{place.st_dev}:{place.st_ino}"


def orphans_of(home: Path) -> list[int]:
    """Return the processes of this user that were started for this home."""
    entry = f"{MARK}={mark_of(home)}".encode()
    pids = [int(path.name) for path in PROC.iterdir() if path.name.isdecimal()]
    return [pid for pid in pids if pid != os.getpid() and entry in _environment(pid)]


def end_orphans(home: Path) -> int:
    """Kill what an earlier cluster left, and return how many there were.

    Only while the home is locked: then none of them is anybody's. They hold nothing that the
    database does not have.
    """
    found = orphans_of(home)
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + GONE_WITHIN_S
    while orphans_of(home) and time.monotonic() < deadline:
        time.sleep(LOOK_S)
    return len(found)


def _environment(pid: int) -> list[bytes]:
    try:
        return (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:  # it ended, or is another user's
        return []
