"""How a PostgreSQL program is started as a given user; knows not which program nor why."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}
"""All a program gets: nothing of ours (PGDATA, passwords) may change what it does."""
PRIVATE_UMASK = 0o077

Stream = int | IO[bytes]


@dataclass(frozen=True)
class Identity:
    """The user a program runs as.

    Attributes:
        uid: who owns its files, as seen from this process.
        gid: their group.
        switch: this process is root and becomes that user in the child.
        prefix: what to put before the command; used to enter a user namespace.
    """

    uid: int
    gid: int
    switch: bool = False
    prefix: tuple[str, ...] = ()


def spawn(
    identity: Identity,
    command: Sequence[str],
    *,
    stdin: Stream = subprocess.DEVNULL,
    stdout: Stream = subprocess.DEVNULL,
    stderr: Stream = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, so that Ctrl-C reaches us and not it.

    Raises:
        OSError: it cannot be started as that user.
    """
    return subprocess.Popen(  # noqa: S603  our own argument list, no shell
        [*identity.prefix, *command],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        cwd="/",
        env=ENVIRONMENT,
        umask=PRIVATE_UMASK,
        start_new_session=True,
        user=identity.uid if identity.switch else None,
        group=identity.gid if identity.switch else None,
        extra_groups=[] if identity.switch else None,
    )
