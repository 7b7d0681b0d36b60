"""A tiny process that stops a child when Python is gone; knows only a pid.

Not PR_SET_PDEATHSIG: that fires when the *thread* that started the child ends, and it is lost when
the child changes its user. It is a courtesy: the next start copes with an orphan all the same.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from shared.kit.postgres.spawning import Identity, spawn

SCRIPT = 'read -r _; kill -s "$2" "$1"'
"""The pipe never carries a line: it ends when the last process that could write to it ends."""


@contextmanager
def guarded(pid: int, identity: Identity, sign: str = "INT") -> Iterator[None]:
    """Have a process told to stop when this one dies inside the block, however it dies."""
    listening, held = os.pipe()
    try:
        command = ["/bin/sh", "-c", SCRIPT, "sh", str(pid), sign]
        with os.fdopen(listening, "rb") as pipe:
            guard = spawn(identity, command, stdin=pipe)
        try:
            yield
        finally:
            _dismiss(guard)
    finally:
        os.close(held)


def _dismiss(guard: subprocess.Popen[bytes]) -> None:
    """End the guard before its pipe ends, or it would act."""
    guard.kill()
    guard.wait()
