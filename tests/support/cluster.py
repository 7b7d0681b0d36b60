"""A running cluster's processes: which there are, and how one dies and comes back."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager

import httpx

from tests.support.stack import Stack

ROUNDS = int(os.environ.get("FIRSTREPLY_CLUSTER_ROUNDS", "1"))
"""How often everything that can die in a cluster does; `make cluster-faults` takes 3."""
VICTIMS = tuple(os.environ.get("FIRSTREPLY_CLUSTER_VICTIMS", "").split())
"""Which processes die, by name; all when none is named. `postgres` dies at once (`immediate`)."""
CUSTOMERS = int(os.environ.get("FIRSTREPLY_CLUSTER_CUSTOMERS", "50"))
AWAY_S = float(os.environ.get("FIRSTREPLY_NATS_AWAY_S", "1"))
"""How long NATS stays away when it is killed and not replaced."""
LOOPBACK = "127.0.0.1"
BACK_WITHIN_S = 30.0
POLL_S = 0.02
PROBE_S = 2.0


def pids_of(stack: Stack) -> dict[str, int]:
    """Return every process of a running cluster by its name, the database included."""
    return {**stack.running()["pids"], "postgres": stack.database_pid()}


def node_urls(stack: Stack) -> dict[str, str]:
    """Return where each node answers, past the front."""
    urls: dict[str, str] = stack.running()["nodes"]
    return urls


def kill_process(stack: Stack, name: str) -> float:
    """Kill one process; return the seconds until another one serves in its place."""
    old = pids_of(stack)[name]
    # SIGQUIT is PostgreSQL's immediate shutdown: no checkpoint, recovery at the next start.
    os.kill(old, signal.SIGQUIT if name == "postgres" and VICTIMS else signal.SIGKILL)
    began = time.monotonic()
    while not _is_back(stack, name, old):
        assert time.monotonic() - began < BACK_WITHIN_S, f"{name} did not come back"
        time.sleep(POLL_S)
    return time.monotonic() - began


def _is_back(stack: Stack, name: str, old: int) -> bool:
    try:
        if pids_of(stack)[name] == old:
            return False
        if name == "nats":
            return nats_greets(stack)
        url = node_urls(stack).get(name, stack.url)
        return httpx.get(f"{url}/ready", timeout=PROBE_S).status_code == httpx.codes.OK
    except (OSError, IndexError, ValueError, KeyError, httpx.HTTPError):
        return False


def nats_greets(stack: Stack) -> bool:
    """Tell whether the cluster's NATS takes connections."""
    port = json.loads((stack.home / "cluster" / "nats.conf").read_text())["port"]
    with closing(socket.socket()) as probe:
        probe.settimeout(PROBE_S)
        return probe.connect_ex((LOOPBACK, port)) == 0


@asynccontextmanager
async def nats_away(stack: Stack) -> AsyncIterator[None]:
    """Keep NATS dead while the block runs; return when the new one takes connections."""
    assert stack.process is not None
    with _standing_still(stack.process.pid):  # or it would start NATS again at once
        os.kill(pids_of(stack)["nats"], signal.SIGKILL)
        yield
    async with asyncio.timeout(BACK_WITHIN_S):
        while not nats_greets(stack):  # noqa: ASYNC110  a process of its own
            await asyncio.sleep(POLL_S)


@contextmanager
def _standing_still(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
