"""Clears what a killed run left behind: an orphan server, its lock files, half a first start.

Call only while the home's lock is held: then nobody else has a server on this home by right.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from shared.kit.postgres.data_folder import UNFINISHED_PREFIX
from shared.kit.postgres.errors import LauncherError
from shared.kit.postgres.pid_file import PidFile, Segment, attached, parse_pid_file
from shared.kit.postgres.probe import listens
from shared.kit.postgres.processes import (
    POLL_S,
    PROC,
    Pause,
    kill_processes,
    processes_of,
    stop_processes,
)
from shared.kit.postgres.socket_folder import SOCKET_NAME, is_temporary, socket_path

DETACH_S = 5.0
"""Seconds for the last children of a dead postmaster to let go of its memory."""


def require_proc(proc: Path = PROC) -> None:
    """Refuse a machine on which an orphan could not be told from a stranger.

    Raises:
        LauncherError: there is no /proc.
    """
    if not (proc / "self" / "cwd").exists():
        raise LauncherError(
            "The embedded PostgreSQL needs Linux's /proc to find what an earlier run left "
            "behind: on this system set DATABASE_URL to a PostgreSQL of your own."
        )


def clear_unfinished(home: Path, pause: Pause) -> None:
    """Remove the folders of first starts that did not end, and end what still writes there."""
    for folder in home.glob(f"{UNFINISHED_PREFIX}*"):
        kill_processes(folder, pause)
        shutil.rmtree(folder, ignore_errors=True)  # what resists now goes at the next start


def clear_data_folder(home: Path, data: Path, pause: Pause) -> None:
    """Stop an orphan server of this data folder and remove the lock files it left.

    The lock files have to go even when their process is dead: PostgreSQL itself refuses to start
    when the file is empty, or when its pid was given to another process of the same user.

    Raises:
        LauncherError: a server that we cannot see or stop still uses the folder.
    """
    _stop_orphan(data, pause)
    pid_path = data / "postmaster.pid"
    told = parse_pid_file(pid_path.read_text(errors="replace")) if pid_path.exists() else None
    if told is not None:
        _require_detached(data, told.segment, pause)
    sockets = {home / "run"} | _told_sockets(told)
    if any(listens(socket_path(folder)) for folder in sockets):
        raise LauncherError(_still_used(data, "a server that this machine does not show"))
    pid_path.unlink(missing_ok=True)
    for folder in sockets:
        _clear_socket(folder)


def _stop_orphan(data: Path, pause: Pause) -> None:
    try:
        left = stop_processes(data, pause)
    except PermissionError:
        left = processes_of(data)
    if left:
        raise LauncherError(_still_used(data, f"process {left[0]}, which cannot be stopped"))


def _still_used(data: Path, who: str) -> str:
    return (
        f"The database folder {data} is in use by {who}: stop that PostgreSQL (on every machine "
        "or container that shares the folder), then start again."
    )


def _require_detached(data: Path, segment: Segment | None, pause: Pause) -> None:
    for _ in range(int(DETACH_S / POLL_S)):
        if segment is None or not attached(segment, _segments()):
            return
        pause(POLL_S)
    raise LauncherError(_still_used(data, "processes that still hold its shared memory"))


def _segments() -> str:
    try:
        return (PROC / "sysvipc" / "shm").read_text()
    except OSError:
        return ""  # a kernel without System V memory holds no segment


def _told_sockets(told: PidFile | None) -> set[Path]:
    return {told.socket_dir} if told is not None and told.socket_dir is not None else set()


def _clear_socket(folder: Path) -> None:
    if is_temporary(folder):
        shutil.rmtree(folder, ignore_errors=True)
        return
    for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        (folder / name).unlink(missing_ok=True)
