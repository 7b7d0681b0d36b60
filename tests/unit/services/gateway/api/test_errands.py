"""Errands of one kind do not stand in the way of the other."""

from __future__ import annotations

import asyncio

from services.gateway.api.errands import HELLO, HELLOS_AT_ONCE, Errands


async def test_a_storm_of_hellos_does_not_delay_the_reads_of_those_who_are_in() -> None:
    storm, read = asyncio.Event(), asyncio.Event()
    waiting = 0

    async def hello() -> None:
        nonlocal waiting
        waiting += 1
        await storm.wait()

    async def read_items() -> None:
        read.set()

    async with asyncio.TaskGroup() as group:
        errands = Errands(group)
        for _ in range(10 * HELLOS_AT_ONCE):
            errands.run(HELLO, hello, lambda _: None)
        errands.run("read", read_items, lambda _: None)
        async with asyncio.timeout(5):
            await read.wait()

        assert waiting == HELLOS_AT_ONCE
        storm.set()
