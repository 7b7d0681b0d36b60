"""PostgreSQL does not answer for a while: every request says so, and nothing says "internal"."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest

from shared.kit.postgres.processes import processes_of
from tests.support.chat_client import chat_client, raw_chat
from tests.support.demo_shop import demo_customer
from tests.support.every_endpoint import Answered, EveryEndpoint
from tests.support.patience import WAIT_S
from tests.support.stack import Stack

OUTAGE_S = 3.0
POLL_S = 0.1
TRY_LATER = {"try_again", "routing_unavailable"}
USUAL = {200, 201, 204, 401, 404, 409}
"""Of unknown ids and a key that nobody has: all of them looked up in a table."""
NEEDS_NO_DATABASE = {"GET /v1/agent-events", "POST /v1/agent-events/pong"}
"""A stream's head is out before the snapshot is asked for, and itself says the rest; the answer to
its ping changes nothing that is kept."""


@pytest.fixture
def running(stack: Stack) -> Stack:
    stack.start()
    return stack


@contextmanager
def frozen_database(stack: Stack) -> Iterator[None]:
    """Stop every process of the server where it stands, as a disk that hangs does.

    The first is the one that starts the others: a session born while we look would answer.
    """
    postmaster = stack.database_pid()
    os.kill(postmaster, signal.SIGSTOP)
    pids = processes_of(stack.home / "pg")
    assert postmaster in pids
    _signal_each(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal_each(pids, signal.SIGCONT)


def _signal_each(pids: list[int], sign: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # a session that ended by itself
            os.kill(pid, sign)


def crash_database(stack: Stack) -> None:
    """Kill one of the server's sessions: it throws all others out and recovers by itself."""
    (session, *_) = (pid for pid in processes_of(stack.home / "pg") if _is_session(pid))
    os.kill(session, signal.SIGKILL)


def _is_session(pid: int) -> bool:
    with open(f"/proc/{pid}/cmdline", encoding="utf-8") as line:  # noqa: PTH123
        return "firstreply_" in line.read()


def wrong(answers: list[Answered]) -> list[Answered]:
    """Return the answers that are neither the usual ones nor a plain "try again"."""

    def fine(one: Answered) -> bool:
        if one.status < httpx.codes.INTERNAL_SERVER_ERROR:
            return True
        later = one.code in TRY_LATER and int(one.retry_after or 0) >= 1
        return one.status == httpx.codes.SERVICE_UNAVAILABLE and later

    return [one for one in answers if not fine(one)]


async def until_ready(stack: Stack) -> None:
    async with (
        asyncio.timeout(WAIT_S),
        httpx.AsyncClient(base_url=stack.url, timeout=WAIT_S) as http,
    ):
        while (await http.get("/ready")).status_code != httpx.codes.OK:  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)


async def until_answered_as(every: EveryEndpoint, before: dict[str, int]) -> None:
    """Wait until each request is answered as it was; what is not, may only be told to try again."""
    deadline = time.monotonic() + WAIT_S
    while True:
        answers = await every.call()
        assert wrong(answers) == []
        now = {one.endpoint: one.status for one in answers}
        if now == before:
            return
        late = {one.endpoint for one in answers if one.code in TRY_LATER}
        assert {endpoint for endpoint in now if now[endpoint] != before[endpoint]} <= late
        assert time.monotonic() < deadline, f"still told to try again: {late}"


async def test_every_endpoint_says_try_again_while_the_database_hangs(running: Stack) -> None:
    every = EveryEndpoint.of(running)
    before = {one.endpoint: one.status for one in await every.call()}
    assert set(before.values()) <= USUAL, "each request is a good one"

    async with httpx.AsyncClient(base_url=running.url, timeout=WAIT_S) as http:
        with frozen_database(running):
            answers = await every.call()
            health, ready = await http.get("/health"), await http.get("/ready", timeout=10)

    assert wrong(answers) == []
    refused = {one.endpoint for one in answers if one.code in TRY_LATER}
    assert set(every.endpoints) - refused == NEEDS_NO_DATABASE
    assert (health.status_code, ready.status_code) == (200, 503)
    assert not ready.json()["ready"]
    await until_ready(running)
    await every.until_let_in()
    await until_answered_as(every, before)


async def test_no_endpoint_fails_while_the_database_recovers_from_a_crash(running: Stack) -> None:
    every = EveryEndpoint.of(running)
    seen: Counter[str] = Counter()
    crash_database(running)
    deadline = time.monotonic() + OUTAGE_S
    while time.monotonic() < deadline:
        answers = await every.call()
        assert wrong(answers) == []
        seen.update(one.code or "fine" for one in answers)

    assert seen["try_again"] > 0, "the crash was over before anybody asked"
    await until_ready(running)
    assert running.process is not None
    assert running.process.poll() is None, "it lives on"


async def test_a_customer_is_told_to_try_again_and_loses_nothing(running: Stack) -> None:
    hello = await demo_customer(running)
    async with chat_client(hello["url"], hello["site_key"]) as customer:
        await customer.say("Before")
        with frozen_database(running):
            await customer.post("Meanwhile", "m2")
            await customer.until(lambda: bool(customer.refusals))
            bye = await _refused_hello(hello["url"], hello["site_key"])
        await until_ready(running)
        await customer.post("Meanwhile", "m2")
        await customer.until(lambda: "m2" in customer.acks)
        after = await customer.say("After")

    assert {frame["code"] for frame in customer.refusals} == {"try_again"}
    assert bye["code"] == "try_again"
    assert bye["retry_in_ms"] >= 0, "so that not all come back at once (LESSONS 18)"
    assert customer.seqs(after["conversation_id"])[:2] == [1, 2]


async def _refused_hello(url: str, site_key: str) -> dict[str, Any]:
    async with asyncio.timeout(WAIT_S), raw_chat(url) as socket:
        await socket.send(json.dumps({"type": "hello", "site_key": site_key}))
        frame: dict[str, Any] = json.loads(await socket.recv())
    return frame
