"""Routers as processes of their own, which can be killed, and stopped in their tracks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx

from shared.kernel.vocabulary import Service
from shared.kit.new_ids import new_id
from tests.support.nats import LOOPBACK, free_port
from tests.support.patience import WAIT_S
from tests.support.postgres import TestDatabase
from tests.support.stack import REPO

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 20.0
POLL_S = 0.01
REJECTED = "router.lease_lost"
GIVEN_UP = "router.commit_failed"
"""What a router logs when a commit of its own was left out, because another one has the shop."""


@dataclass
class RouterNode:
    """One router; started again it has the same id and the same port."""

    environment: Mapping[str, str]
    log: Path
    id: UUID = field(default_factory=new_id)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Start it and do not wait."""
        told = {"HOST": LOOPBACK, "PORT": str(self.port), "ID": str(self.id)}
        own = {f"FIRSTREPLY_ROUTER_{name}": value for name, value in told.items()}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.router"],
                cwd=REPO,
                env={**os.environ, **self.environment, **own},
                stdout=log,
                stderr=log,
            )

    async def until_ready(self) -> None:
        """Return once it answers that it is ready."""
        async with asyncio.timeout(READY_WITHIN_S), httpx.AsyncClient(timeout=WAIT_S) as http:
            while not await self._is_ready(http):
                assert self.process is not None
                assert self.process.poll() is None, self.log.read_text()[-4_000:]
                await asyncio.sleep(POLL_S)

    async def _is_ready(self, http: httpx.AsyncClient) -> bool:
        try:
            return (await http.get(f"{self.url}/ready", timeout=2)).is_success
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """End it without a word."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(STOP_WITHIN_S)

    def stall(self) -> None:
        """Stop it in its tracks, connections open; return once it stands still."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)

    def go_on(self) -> None:
        """End a stall."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it as an operator would, and wait."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def rejected(self) -> int:
        """Return how many shops' late work its commits were refused so far."""
        return self.log.read_text().count(REJECTED)

    def given_up(self) -> int:
        """Return how many commits it did not wait for any longer, or could not send."""
        return self.log.read_text().count(GIVEN_UP)


@dataclass(frozen=True)
class Machinery:
    """What the routers of one test share: the bus, the keys, a folder for their logs."""

    folder: Path
    nats: str

    @property
    def keys(self) -> Path:
        return self.folder / "keys.json"

    def router(self, name: str, database: TestDatabase) -> RouterNode:
        """Return a router that was not started yet, on this way to the database."""
        told = {
            "DATABASE_URL": database.service_url(Service.ROUTER).dsn,
            "SWEEP_URL": database.sweep_url(Service.ROUTER).dsn,
            "NATS_SERVERS": json.dumps([self.nats]),
            "KEYS_FILE": str(self.keys),
            "WEBHOOKS_TO_THIS_MACHINE": "1",
        }
        environment = {f"FIRSTREPLY_ROUTER_{key}": value for key, value in told.items()}
        return RouterNode(environment, self.folder / f"{name}.log")
