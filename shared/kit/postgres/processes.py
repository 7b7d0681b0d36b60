"""Finds and stops the processes of one data folder; a pid alone never proves whose it is."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

PROC = Path("/proc")
PROGRAMS = frozenset({"postgres", "initdb"})
POLL_S = 0.02
GRACE_S = {signal.SIGINT: 20.0, signal.SIGQUIT: 5.0, signal.SIGKILL: 5.0}
"""Fast shutdown with its checkpoint, then immediate, then by force; seconds for each."""

Pause = Callable[[float], None]
"""Sleeps that many seconds; raises when the start is no longer wanted."""


def processes_of(folder: Path, proc: Path = PROC) -> list[int]:
    """Return the PostgreSQL processes that work in a folder, of any name it is reached by."""
    if not folder.exists():
        return []
    return [
        int(entry.name)
        for entry in proc.iterdir()
        if entry.name.isdecimal() and _name(entry) in PROGRAMS and _belongs(entry, folder)
    ]


def _name(entry: Path) -> str:
    try:
        return (entry / "comm").read_text().strip()
    except OSError:
        return ""  # it ended while we looked


def _belongs(entry: Path, folder: Path) -> bool:
    """Tell by the working folder; before it is there, or when it is hidden, by the command line.

    The working folder is compared as an inode: the same path in another container is another
    folder. It is hidden from root without CAP_SYS_PTRACE, the default inside a container.
    """
    try:
        here = (entry / "cwd").stat()
        if os.path.samestat(here, folder.stat()):
            return True
        starting = os.path.samestat(here, Path("/").stat())
        return starting and _was_told(entry, folder)
    except PermissionError:
        return _was_told(entry, folder) and _same_owner(entry, folder)
    except OSError:
        return False  # it ended, or is a zombie, which has no folder


def _was_told(entry: Path, folder: Path) -> bool:
    try:
        words = (entry / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(folder) in words


def _same_owner(entry: Path, folder: Path) -> bool:
    try:
        return entry.stat().st_uid == folder.stat().st_uid
    except OSError:
        return False


def _leaders(pids: Collection[int], proc: Path = PROC) -> list[int]:
    """Return those whose parent is none of them: the postmaster, or children it left behind."""
    return [pid for pid in pids if _parent(pid, proc) not in pids]


def _parent(pid: int, proc: Path) -> int:
    try:
        after_name = (proc / str(pid) / "stat").read_text().rpartition(")")[2]
        return int(after_name.split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def stop_processes(folder: Path, pause: Pause) -> list[int]:
    """Stop every process of a folder, gently first, and wait until they are gone.

    Each is looked up again before it is signalled, so that a pid in new hands is left alone.

    Returns:
        The pids that did not go.

    Raises:
        PermissionError: they belong to another user.
    """
    for sign, grace_s in GRACE_S.items():
        found = processes_of(folder)
        if not found:
            return []
        _signal(found if sign is signal.SIGKILL else _leaders(found), sign)
        if _gone_within(folder, grace_s, pause):
            return []
    return processes_of(folder)


def kill_processes(folder: Path, pause: Pause) -> None:
    """End every process of a folder whose content is worth nothing."""
    found = processes_of(folder)
    if found:
        _signal(found, signal.SIGKILL)
        _gone_within(folder, GRACE_S[signal.SIGKILL], pause)


def _signal(pids: Iterable[int], sign: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            continue  # it went by itself


def _gone_within(folder: Path, seconds: float, pause: Pause) -> bool:
    for _ in range(int(seconds / POLL_S)):
        if not processes_of(folder):
            return True
        pause(POLL_S)
    return not processes_of(folder)
