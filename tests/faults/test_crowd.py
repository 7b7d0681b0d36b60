"""Many idle customers on one process, half of whom come back in the same instant after a kill.

LESSONS 18: a storm of reconnects must neither be refused for good nor take the database away from
those who write. `make faults-gateway` has ten thousand of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest

from bench.gateway_loads import rss_kib
from services.gateway.app import HOT_POOL
from shared.kit.database import POOL_SIZE
from shared.kit.open_files import take_open_files
from tests.support.crowd import Guest, come_some_at_a_time, watched_pool, whole
from tests.support.demo_shop import demo_customer
from tests.support.stack import Stack

pytestmark = pytest.mark.watches_time

IDLE = int(os.environ.get("FIRSTREPLY_CROWD", "800"))
"""Sockets on the one process; half of them come back. `make faults-gateway` takes 10,000."""
TALKER_EVERY = 10
"""Every tenth has written, and has something to lose."""
IDLE_FOR_S = float(os.environ.get("FIRSTREPLY_CROWD_IDLE_S", "1"))
"""`make faults-gateway` takes longer than a ping's interval: each was asked, and answered."""
BACK_WITHIN_S = 30.0
POOL_MAX = 2 * POOL_SIZE + HOT_POOL
"""What `open_database` may have for the gateway's role: the pool, its overflow, the hot calls."""
OWN_FILES = 500
ROOM = {
    "FIRSTREPLY_GATEWAY_ARRIVALS_BURST": "100000",
    "FIRSTREPLY_GATEWAY_ARRIVALS_PER_S": "10000",
}
"""All customers come from two hundred addresses here."""


@pytest.mark.timeout(300)
async def test_half_of_a_crowd_is_back_within_thirty_seconds_of_a_kill(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take_open_files() > IDLE + OWN_FILES, "this system gives too few open files"
    await asyncio.to_thread(lambda: stack.start(**ROOM))
    site_key = (await demo_customer(stack))["site_key"]
    port = urlsplit(stack.url).port
    assert port is not None
    guests = [Guest(port, number, site_key) for number in range(IDLE)]
    figures: dict[str, Any] = {"idle": IDLE}
    try:
        await settle_in(stack, guests, figures)
        await storm(stack, guests[: IDLE // 2], figures)
    finally:
        for guest in guests:
            guest.leave()
    with capsys.disabled():
        print("\ncrowd:", json.dumps(figures))  # noqa: T201
    assert await asyncio.to_thread(stack.stop) == 0
    assert figures["back_s"] < BACK_WITHIN_S
    assert figures["pool_max"] <= POOL_MAX
    assert set(figures["refused"]) <= {"try_again"}


async def settle_in(stack: Stack, guests: list[Guest], figures: dict[str, Any]) -> None:
    """Have everybody there at the same time, some with a conversation."""
    assert stack.process is not None
    before = rss_kib(stack.process.pid)
    await come_some_at_a_time(guests)
    for guest in guests[::TALKER_EVERY]:
        await guest.say(f"Where is parcel {guest.number}?")
    await asyncio.sleep(IDLE_FOR_S)
    assert all(guest.there for guest in guests), "an idle socket was cut"
    figures["kib_each"] = round((rss_kib(stack.process.pid) - before) / len(guests), 1)


async def storm(stack: Stack, guests: list[Guest], figures: dict[str, Any]) -> None:
    """Kill the process, start it again, and have these come back all at once, from the kill on."""
    killed_at = time.monotonic()
    await asyncio.to_thread(stack.kill)
    back_after: list[float] = []

    async def come_back() -> None:
        tokens = [guest.token for guest in guests]
        welcomes = await whole(guests, lambda: back_after.append(time.monotonic() - killed_at))
        assert [guest.token for guest in guests] == tokens, "a session was not gone on with"
        for guest, welcome in zip(guests, welcomes, strict=True):
            said = {item["seq"]: item["text"] for item in welcome["items"]}
            assert {seq: said.get(seq) for seq in guest.words} == guest.words

    async with watched_pool(stack.home) as counts, asyncio.TaskGroup() as group:
        group.create_task(come_back())
        await asyncio.to_thread(lambda: stack.start(**ROOM))
        figures["started_s"] = round(time.monotonic() - killed_at, 1)
    figures |= {
        "pool_max": max(counts),
        "came_back": len(back_after),
        "back_s": round(max(back_after), 1),
        "back_p50_s": round(statistics.median(back_after), 1),
        "refused": dict(sum((guest.refusals for guest in guests), Counter())),
    }
