"""Finds and stops the processes of one data folder; a pid alone never proves whose it is."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from shared.kit.postgres.spawning import Identity, spawn

PROC = Path("/proc")
PROGRAMS = frozenset({"postgres", "initdb"})
SAME_FOLDER_SCRIPT = 'for p; do [ "/proc/$p/cwd" -ef "$0" ] && echo "$p"; done'
POLL_S = 0.02
GRACE_S = {signal.SIGINT: 20.0, signal.SIGQUIT: 5.0, signal.SIGKILL: 5.0}
"""Fast shutdown with its checkpoint, then immediate, then by force; seconds for each."""

Pause = Callable[[float], None]
"""Sleeps that many seconds; raises when the start is no longer wanted."""


@dataclass(frozen=True)
class _Candidate:
    """A process that runs one of our programs, wherever it works."""

    pid: int
    parent: int
    session: int


def processes_of(folder: Path, proc: Path = PROC) -> list[int]:
    """Return the PostgreSQL processes that work in a folder, of any name it is reached by."""
    if not folder.exists():
        return []
    seen = _candidates(proc)
    places = {one.pid: _place(proc / str(one.pid), folder) for one in seen}
    found = {pid for pid, place in places.items() if place is _Place.HERE}
    hidden = [pid for pid, place in places.items() if place is _Place.HIDDEN]
    if hidden:
        found |= _told_to_the_owner(hidden, folder)
    # What initdb runs inside itself stays in its session; a server's children have it as parent.
    found |= {one.pid for one in seen if one.parent in found or one.session in found}
    return sorted(found)


def _candidates(proc: Path) -> list[_Candidate]:
    entries = [entry for entry in proc.iterdir() if entry.name.isdecimal()]
    return [found for entry in entries if (found := _candidate(entry)) is not None]


def _candidate(entry: Path) -> _Candidate | None:
    try:
        if (entry / "comm").read_text().strip() not in PROGRAMS:
            return None
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None  # it ended while we looked
    return _Candidate(int(entry.name), parent=int(fields[1]), session=int(fields[3]))


class _Place(Enum):
    """Where a process works, as far as we may see."""

    HERE = auto()
    ELSEWHERE = auto()
    HIDDEN = auto()


def _place(entry: Path, folder: Path) -> _Place:
    """Tell by the working folder or, before a server has entered it, by the command line.

    The working folder is compared as an inode: the same path in another container is another
    folder. It is hidden from root without CAP_SYS_PTRACE, the default inside a container.
    """
    try:
        works = (entry / "cwd").stat()
        here = os.path.samestat(works, folder.stat())
        entering = os.path.samestat(works, Path("/").stat()) and _was_told(entry, folder)
    except PermissionError:
        return _Place.HERE if _was_told(entry, folder) else _Place.HIDDEN
    except OSError:
        return _Place.ELSEWHERE  # it ended, or is a zombie, which has no folder
    return _Place.HERE if here or entering else _Place.ELSEWHERE


def _was_told(entry: Path, folder: Path) -> bool:
    try:
        words = (entry / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(folder) in words


def _told_to_the_owner(pids: Iterable[int], folder: Path) -> set[int]:
    """Have the folder's owner look, who sees where processes of its own work."""
    owner = folder.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return set()
    look = ["/bin/sh", "-c", SAME_FOLDER_SCRIPT, str(folder), *map(str, pids)]
    identity = Identity(owner.st_uid, owner.st_gid, switch=True)
    try:
        with spawn(identity, look, stdout=subprocess.PIPE) as child:
            told, _ = child.communicate()
    except OSError:
        return set()
    return {int(word) for word in told.split()}


def _leaders(pids: Collection[int]) -> list[int]:
    """Return those whose parent is none of them: the postmaster, or children it left behind."""
    return [one.pid for one in _candidates(PROC) if one.pid in pids and one.parent not in pids]


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
