"""Homes for the embedded PostgreSQL's tests, for every way that this machine can run it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shared.kit.postgres.processes import processes_of
from tests.support.postgres_holder import CHECKOUT, NOBODY

ROOT = os.geteuid() == 0
WAYS = {"nobody": 0o711, "namespace": 0o700} if ROOT else {"myself": 0o711}
"""How the server can run, with the home's mode that makes it run so."""


def lacks_namespace() -> bool:
    """Tell whether this system keeps root from entering a user namespace of its own."""
    try:
        tried = subprocess.run(["unshare", "-U", "--map-user=65534", "true"], check=False)  # noqa: S607
    except OSError:
        return True
    return tried.returncode != 0


@contextmanager
def new_home(mode: int) -> Iterator[Path]:
    """Make an empty home for a test and leave neither it nor a server of it behind."""
    home = Path(tempfile.mkdtemp(prefix="fr-pg-"))
    home.chmod(mode)
    try:
        yield home
    finally:
        for folder in (home / "pg", *home.glob("pg.new-*")):
            for pid in processes_of(folder):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        shutil.rmtree(home, ignore_errors=True)


def copy_home(origin: Path, copy: Path) -> None:
    """Copy what is in a home, with its owners."""
    subprocess.run(["cp", "-a", f"{origin}/.", str(copy)], check=True)  # noqa: S603, S607


def python_of_nobody() -> str | None:
    """Return an interpreter with which nobody can run this checkout's code, or None."""
    command = ["-c", "import tests.support.postgres_holder, asyncpg"]
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            tried = subprocess.run(  # noqa: S603
                [python, *command],
                cwd=CHECKOUT,
                env={"PYTHONPATH": os.pathsep.join(sys.path)},
                user=NOBODY,
                group=NOBODY,
                extra_groups=[],
                capture_output=True,
                check=False,
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return python
    return None
