"""The fault point kills at the commit it was told, as `kill -9` does."""

from __future__ import annotations

import signal
import subprocess
import sys

from services.gateway.background.faults import FaultPoint

PROGRAM = """
from services.gateway.background.faults import FaultPoint
point = FaultPoint(3)
for number in range(5):
    print(number, flush=True)
    point()
"""


def test_the_process_dies_right_after_the_commit_it_was_told() -> None:
    died = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )

    assert died.returncode == -signal.SIGKILL
    assert died.stdout.split() == ["0", "1", "2"]


def test_nothing_happens_when_no_fault_is_set() -> None:
    point = FaultPoint(None)
    for _ in range(5):
        point()
