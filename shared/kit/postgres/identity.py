"""Which user the server runs as: the data folder's owner, and never root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.kit.postgres.binaries import Binaries, parse_major
from shared.kit.postgres.errors import LauncherError
from shared.kit.postgres.spawning import Identity, spawn

NOBODY = 65534
"""The user without rights, under this number on every Linux."""
NAMESPACE = Identity(
    uid=0,
    gid=0,
    prefix=("unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"),
)
"""Root outside, nobody inside: reads what root owns, yet postgres does not see uid 0."""
REACH_TIMEOUT_S = 10.0
REACH_SCRIPT = 'cd "$1" && exec "$2" --version'


@dataclass(frozen=True)
class Owner:
    """The user and group of a folder."""

    uid: int
    gid: int


def owner_of(folder: Path) -> Owner:
    """Return who owns a folder."""
    status = folder.stat()
    return Owner(status.st_uid, status.st_gid)


def choose_identity(
    me: Owner, *, data: Owner | None, home: Owner, can_run: Callable[[Identity], bool]
) -> Identity:
    """Return the user to run as.

    Args:
        me: this process's effective user and group.
        data: the owner of the existing data folder; None before the first start.
        home: the owner of the home folder.
        can_run: whether that user reaches the programs and the home folder.

    Raises:
        LauncherError: that user is not one we can become.
    """
    if me.uid != 0:
        return _as_myself(me, data)
    for identity in _candidates_for_root(data, home):
        if can_run(identity):
            return identity
    raise LauncherError(_nobody_can(data))


def _as_myself(me: Owner, data: Owner | None) -> Identity:
    if data is None or data.uid == me.uid:
        return Identity(me.uid, me.gid)
    raise LauncherError(
        f"The database folder belongs to uid {data.uid} and this is uid {me.uid}: start as "
        "that user (or as root), or choose another home folder."
    )


def _candidates_for_root(data: Owner | None, home: Owner) -> list[Identity]:
    if data is not None:
        return [_owner_identity(data)]
    firsts = [Identity(NOBODY, NOBODY, switch=True), NAMESPACE]
    # A home inside a user's private folder: root without its powers enters it no more than nobody.
    return firsts if home.uid == 0 else [*firsts, _owner_identity(home)]


def _owner_identity(owner: Owner) -> Identity:
    return NAMESPACE if owner.uid == 0 else Identity(owner.uid, owner.gid, switch=True)


def _nobody_can(data: Owner | None) -> str:
    if data is not None and data.uid == 0:
        return (
            "The database folder belongs to root, which PostgreSQL refuses to run as, and this "
            "system lets root enter no user namespace with these programs: give the folder to "
            f"another user (chown -R {NOBODY}:{NOBODY}), who must reach both."
        )
    who = "any user but root" if data is None else f"uid {data.uid}, who owns the database folder,"
    return (
        f"PostgreSQL cannot run here as {who}, because its programs or the home folder are out of "
        "that user's reach: start as an ordinary user, or move both out of private folders."
    )


def reacher(binaries: Binaries, home: Path) -> Callable[[Identity], bool]:
    """Return a test of whether a user can run these programs and enter that folder."""
    command = ["/bin/sh", "-c", REACH_SCRIPT, "sh", str(home), binaries.program("postgres")]

    def can_run(identity: Identity) -> bool:
        try:
            child = spawn(identity, command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            with child:
                out, err = child.communicate(timeout=REACH_TIMEOUT_S)
        except (OSError, subprocess.SubprocessError):
            return False
        return parse_major(out.decode()) == binaries.major and b"invalid binary" not in err

    return can_run


def myself() -> Owner:
    """Return this process's effective user and group."""
    return Owner(os.geteuid(), os.getegid())
