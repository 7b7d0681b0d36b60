"""One subscription of a subject for all who hear it on this node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.gateway.clients.topics import Topics
from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import Handler, Subscription


class CountingBus(InProcessBus):
    """Counts subscriptions made."""

    made = 0

    async def subscribe(self, subject: str, handler: Handler) -> Subscription:
        self.made += 1
        await asyncio.sleep(0)
        return await super().subscribe(subject, handler)


@pytest.fixture
async def bus() -> AsyncIterator[CountingBus]:
    async with CountingBus() as running:
        yield running


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_many_members_share_one_subscription(bus: CountingBus) -> None:
    topics = Topics(bus)
    heard: list[bytes] = []
    async with asyncio.TaskGroup() as group:
        for member in range(5):
            group.create_task(topics.join("live.x", member, heard.append))

    await bus.publish("live.x", b"hello")
    await settle()

    assert (bus.made, heard) == (1, [b"hello"])
    assert sorted(topics.members("live.x")) == [0, 1, 2, 3, 4]  # type: ignore[type-var]


async def test_the_last_to_leave_closes_the_subscription(bus: CountingBus) -> None:
    topics = Topics(bus)
    heard: list[bytes] = []
    async with asyncio.TaskGroup() as group:
        runner = group.create_task(topics.run())
        await topics.join("live.x", "one", heard.append)
        await topics.join("live.x", "two", heard.append)
        topics.leave("live.x", "one")
        await settle()
        await bus.publish("live.x", b"first")
        await settle()
        topics.leave("live.x", "two")
        topics.leave("live.x", "two")
        topics.leave("live.y", "two")
        await settle()
        await bus.publish("live.x", b"second")
        await settle()
        runner.cancel()

    assert heard == [b"first"]
    assert topics.members("live.x") == ()


async def test_who_comes_back_at_once_misses_nothing(bus: CountingBus) -> None:
    topics = Topics(bus)
    heard: list[bytes] = []
    async with asyncio.TaskGroup() as group:
        runner = group.create_task(topics.run())
        for number in range(20):
            await topics.join("live.x", "one", heard.append)
            await bus.publish("live.x", b"%d" % number)
            await settle()
            topics.leave("live.x", "one")
            if number % 2:
                await settle()
        runner.cancel()

    assert heard == [b"%d" % number for number in range(20)]
