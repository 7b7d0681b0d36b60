"""The whole product as a stranger starts it: one process, its own home, a free port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 40.0
POLL_S = 0.05
REPO = Path(__file__).parents[2]


@dataclass
class Stack:
    """A running `firstreply up`, or cluster; `start` again after a kill uses the same home."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    command: str = "up"
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return str(self.running()["url"])

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/v1/chat"

    def running(self) -> dict[str, Any]:
        """Return what the process wrote of itself: url, pid, demo sign-ins."""
        running: dict[str, Any] = json.loads((self.home / "run.json").read_text())
        return running

    def start(self, **environment: str) -> None:
        """Start it and wait until it is ready."""
        assert self.process is None, "it runs already"
        (self.home / "run.json").unlink(missing_ok=True)
        self.process = self.launch(**environment)
        self.wait_ready()

    def launch(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start the process in a group of its own and do not wait."""
        settings = {
            "FIRSTREPLY_HOME": str(self.home),
            "FIRSTREPLY_PORT": "0",
            **self.environment,
            **environment,
        }
        with (self.home.parent / "stack.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  our own command
                [sys.executable, "-m", "services.cli", self.command],
                cwd=REPO,
                env={**os.environ, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                raise AssertionError(f"it stopped by itself:\n{self.log_tail()}")
            try:
                if httpx.get(f"{self.url}/ready", timeout=2).status_code == httpx.codes.OK:
                    return
            except (httpx.HTTPError, FileNotFoundError, json.JSONDecodeError):
                pass
            time.sleep(POLL_S)
        raise AssertionError(f"it did not become ready:\n{self.log_tail()}")

    def kill(self, *, whole_group: bool = False) -> None:
        """Send SIGKILL to the Python process alone, or to everything it started."""
        assert self.process is not None
        if whole_group:
            self._kill_database()
        self.process.kill()
        self.process.wait(STOP_TIMEOUT_S)
        self.process = None

    def wait_for_death(self) -> int:
        """Wait until the process ended by itself and return its code."""
        assert self.process is not None
        code = self.process.wait(START_TIMEOUT_S)
        self.process = None
        return code

    def stop(self) -> int:
        """Stop it as Ctrl-C does and return its code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"it did not stop:\n{self.log_tail()}") from None
        self.process = None
        return code

    def log_tail(self) -> str:
        return (self.home.parent / "stack.log").read_text()[-4_000:]

    def database_pid(self) -> int:
        """Return the pid of the embedded PostgreSQL of this home."""
        return int((self.home / "pg" / "postmaster.pid").read_text().splitlines()[0])

    def _kill_database(self) -> None:
        pid = self.database_pid()
        for each in (pid, *_children(pid)):
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                continue


def _children(parent: int) -> list[int]:
    """Return the processes whose parent this is, read from /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(after_name[1]) == parent:
            found.append(int(stat.parent.name))
    return found


@contextmanager
def running_stack(folder: Path, *, command: str = "up", **environment: str) -> Iterator[Stack]:
    """Run the product in a folder of its own while the block runs."""
    home = folder / "home"
    home.mkdir(parents=True)
    stack = Stack(home, environment, command)
    stack.start()
    try:
        yield stack
    finally:
        if stack.process is not None:
            stack.stop()
