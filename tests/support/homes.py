"""A home for the whole product, on a port that stays the same over every restart."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from services.cluster.orphans import end_orphans
from shared.kit.postgres.home import log_tail
from shared.kit.postgres.processes import processes_of
from tests.support.stack import Stack

PORTS = range(20_000, 32_000)
"""Below those that the system gives to outgoing connections: a client that calls a closed port
among them may by chance be given that very port, and is then connected to itself."""


def steady_port() -> int:
    """Return a port that nobody has now and that no outgoing connection will be given."""
    while True:
        port = random.choice(PORTS)  # noqa: S311  nothing to guess
        with socket.socket() as trial, suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port


@contextmanager
def fresh_stack() -> Iterator[Stack]:
    """Make a home and a port; end what still runs there and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="fr-up-"))
    folder.chmod(0o711)
    home = folder / "home"
    home.mkdir()
    stack = Stack(home, {"FIRSTREPLY_PORT": str(steady_port())})
    try:
        yield stack
    finally:
        if stack.process is not None:
            stack.kill()
        end_orphans(home)
        for data in (home / "pg", *home.glob("pg.new-*")):
            for pid in processes_of(data):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if (folder / "stack.log").exists():
            print(stack.log_tail())  # noqa: T201  shown with a failed test only
        for log in sorted((home / "log").glob("*.log")):
            print(f"== {log.name}", *log_tail(log), sep="\n")  # noqa: T201  likewise
        shutil.rmtree(folder, ignore_errors=True)
