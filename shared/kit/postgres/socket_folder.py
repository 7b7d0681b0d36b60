"""The private folder of the server's Unix socket: its place, its mode, and how to reach it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from shared.kit.postgres.errors import LauncherError
from shared.kit.postgres.home import PRIVATE_FOLDER
from shared.kit.postgres.spawning import Identity

PORT = 5432
"""Only part of the socket's name: nothing listens on a network."""
SOCKET_NAME = f".s.PGSQL.{PORT}"
PATH_LIMIT_BYTES = 100
"""Below the 104 to 108 bytes that kernels allow for a socket's path."""
TEMP_PREFIX = "pg-run-"


def socket_path(folder: Path) -> Path:
    """Return the path of the socket in its folder."""
    return folder / SOCKET_NAME


def fits(folder: Path) -> bool:
    """Tell whether a socket in this folder has a path that the kernel takes."""
    return len(os.fsencode(socket_path(folder))) < PATH_LIMIT_BYTES


@contextmanager
def socket_folder(home: Path, identity: Identity) -> Iterator[Path]:
    """Give the server a folder that only its user (and root) can enter, while the block runs.

    Raises:
        LauncherError: no place is short enough.
        OSError: it cannot be made.
    """
    folder = home / "run"
    if fits(folder):
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        make_private(folder, identity)
        yield folder
        return
    folder = _in_temp((Path(tempfile.gettempdir()), Path("/tmp")))  # noqa: S108  mkdtemp's is private
    try:
        make_private(folder, identity)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_temp(places: Iterable[Path]) -> Path:
    for place in places:
        if place.is_dir() and fits(place / f"{TEMP_PREFIX}{'x' * 8}"):
            return Path(tempfile.mkdtemp(prefix=TEMP_PREFIX, dir=place))
    raise LauncherError(
        "The home folder's path and the temporary folder's are both too long for a Unix socket: "
        "choose a home folder with a shorter path."
    )


def make_private(folder: Path, identity: Identity) -> None:
    """Hand a folder to the server's user and shut it for all others."""
    if os.geteuid() == 0:
        os.chown(folder, identity.uid, identity.gid, follow_symlinks=False)
    folder.chmod(PRIVATE_FOLDER)


def is_temporary(folder: Path) -> bool:
    """Tell whether a folder is one that a killed start left in the temporary folder."""
    places = {Path(tempfile.gettempdir()), Path("/tmp")}  # noqa: S108  only compared
    return folder.name.startswith(TEMP_PREFIX) and folder.parent in places


def connection_query(folder: Path) -> str:
    """Return the query part of a URL that leads to the socket."""
    return f"host={quote(str(folder), safe='/')}&port={PORT}"
