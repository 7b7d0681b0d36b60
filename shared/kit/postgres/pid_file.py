"""What `postmaster.pid` says; it may be a leftover, so nothing in it is believed unchecked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SOCKET_LINE = 4
SEGMENT_LINE = 6
"""Zero-based lines of PostgreSQL's miscadmin.h (LOCK_FILE_LINE_*)."""


@dataclass(frozen=True)
class Segment:
    """A System V shared memory segment: its key and id, both only within one kernel's boot."""

    key: int
    id: int


@dataclass(frozen=True)
class PidFile:
    """The parts of a postmaster's lock file that we use.

    Attributes:
        pid: the process that wrote it, in its own pid namespace.
        socket_dir: the first socket folder; None when it had none.
        segment: the shared memory that every process of that server is attached to.
    """

    pid: int
    socket_dir: Path | None
    segment: Segment | None


def parse_pid_file(text: str) -> PidFile | None:
    """Read the file's text; None when a crash left it empty or spoilt."""
    lines = text.splitlines()
    try:
        pid = abs(int(lines[0]))  # a single-user backend writes its pid negated
    except (IndexError, ValueError):
        return None
    if pid == 0:
        return None
    return PidFile(pid, _socket_dir(lines), _segment(lines))


def _socket_dir(lines: list[str]) -> Path | None:
    told = lines[SOCKET_LINE].strip() if len(lines) > SOCKET_LINE else ""
    return Path(told) if told else None


def _segment(lines: list[str]) -> Segment | None:
    words = lines[SEGMENT_LINE].split() if len(lines) > SEGMENT_LINE else []
    try:
        key, segment_id = (int(word) for word in words)
    except ValueError:
        return None
    return Segment(key, segment_id)


def attached(segment: Segment, table: str) -> int:
    """Return how many processes hold a segment, by the text of /proc/sysvipc/shm."""
    header, *rows = (line.split() for line in table.splitlines() or [""])
    for row in rows:
        column = dict(zip(header, row, strict=False))
        if (column.get("key"), column.get("shmid")) == (str(segment.key), str(segment.id)):
            return int(column.get("nattch", "0"))
    return 0
