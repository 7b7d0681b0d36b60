"""The data folder: recognised, or made beside and renamed into place; knows no processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from shared.kit.postgres.binaries import Binaries
from shared.kit.postgres.errors import LauncherError
from shared.kit.postgres.home import log_tail
from shared.kit.postgres.identity import Owner, owner_of
from shared.kit.postgres.probe import SUPERUSER
from shared.kit.postgres.processes import POLL_S, Pause
from shared.kit.postgres.socket_folder import make_private
from shared.kit.postgres.spawning import Identity, spawn

UNFINISHED_PREFIX = "pg.new-"
HBA = """\
# Written once, when this folder was made. The socket's folder has mode 0700: whoever reaches the
# socket is the server's own user or root, so the socket is trusted. No network is.
local all all trust
host  all all all reject
"""
BUILTIN_LOCALE_SINCE = 17


@dataclass(frozen=True)
class DataFolder:
    """A data folder that exists."""

    path: Path
    major: int
    owner: Owner


def find_data_folder(path: Path) -> DataFolder | None:
    """Look at what is in place; None when there is nothing yet.

    Raises:
        LauncherError: it is something else than a data folder.
    """
    try:
        empty = not any(path.iterdir())
    except FileNotFoundError:
        return None
    if empty:
        return None
    try:
        major = int((path / "PG_VERSION").read_text().split(".", maxsplit=1)[0])
    except (FileNotFoundError, ValueError) as error:
        raise LauncherError(
            f"{path} is not a PostgreSQL data folder (it has no usable PG_VERSION): move it "
            "away, or choose another home folder."
        ) from error
    return DataFolder(path, major, owner_of(path))


def require_major(found: DataFolder, binaries: Binaries) -> None:
    """Refuse programs of another major version; nothing is touched.

    Raises:
        LauncherError: the versions differ.
    """
    if found.major != binaries.major:
        raise LauncherError(
            f"The database in {found.path} was made by PostgreSQL {found.major} and "
            f"{binaries.folder} holds version {binaries.major}: set PG_BIN to the programs of "
            f"PostgreSQL {found.major}, or dump it with those and start with another home folder."
        )


def make_data_folder(
    target: Path,
    binaries: Binaries,
    identity: Identity,
    *,
    ephemeral: bool,
    log: IO[bytes],
    pause: Pause,
) -> None:
    """Make a new data folder beside its place and rename it there when it is whole and on disk.

    Raises:
        LauncherError: initdb failed.
        OSError: the disk refuses.
    """
    home = target.parent
    fresh = Path(tempfile.mkdtemp(prefix=UNFINISHED_PREFIX, dir=home))
    try:
        make_private(fresh, identity)
        _run_initdb(initdb_command(binaries, fresh, ephemeral=ephemeral), identity, log, pause)
        (fresh / "pg_hba.conf").write_text(HBA)
        if not ephemeral:
            flush(fresh / "pg_hba.conf")
            flush(fresh)
        fresh.rename(target)
        flush(home)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def initdb_command(binaries: Binaries, folder: Path, *, ephemeral: bool) -> list[str]:
    """Return the command line that makes a data folder of this project's kind."""
    if binaries.major >= BUILTIN_LOCALE_SINCE:
        # PostgreSQL's own rules: sort order does not change with the machine's C library.
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        locale = ["--locale=C.UTF-8"]
    command = [binaries.program("initdb"), "-D", str(folder), "-U", SUPERUSER, "-A", "trust"]
    command += ["-E", "UTF8", "--no-instructions", *locale]
    return [*command, "--no-sync"] if ephemeral else command


def _run_initdb(command: Sequence[str], identity: Identity, log: IO[bytes], pause: Pause) -> None:
    child = spawn(identity, command, stdout=log, stderr=log)
    try:
        while child.poll() is None:
            pause(POLL_S)
    finally:
        _end_group(child)
    if child.returncode != 0:
        tail = log_tail(Path(str(log.name)))
        reason = next((line for line in reversed(tail) if "error:" in line), "see the log")
        raise LauncherError(f"Making the database folder failed: {reason}", log_tail=tail)


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End initdb and the server it runs inside itself, when it has not ended by itself."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def flush(path: Path) -> None:
    """Make a file's content, or a folder's list of names, survive a power cut."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
