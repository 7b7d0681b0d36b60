"""One agent's stream between the bus and a response: bounded, and fresh after any loss."""

from __future__ import annotations

import asyncio

from services.gateway.api.agent_events import MAX_WAITING, AgentStream

EVENT = ("message.created", b"{}")


def test_a_stream_begins_with_a_snapshot() -> None:
    stream = AgentStream()

    assert stream.take_stale()
    assert not stream.take_stale()


async def test_events_wait_in_their_order() -> None:
    stream = AgentStream()
    stream.put(("one", b"1"))
    stream.put(("two", b"2"))
    await stream.wait(0)

    assert stream.take() == [("one", b"1"), ("two", b"2")]
    assert stream.take() == []


def test_a_stream_that_falls_behind_starts_afresh() -> None:
    """LESSONS 14: nothing is dropped silently; a snapshot takes the place of what did not fit."""
    stream = AgentStream()
    stream.take_stale()
    for _ in range(MAX_WAITING + 1):
        stream.put(EVENT)

    assert stream.take_stale()
    assert stream.take() == []


async def test_a_quiet_stream_waits_no_longer_than_told() -> None:
    stream = AgentStream()
    async with asyncio.timeout(5):
        await stream.wait(0.001)
    stream.wake()
    async with asyncio.timeout(5):
        await stream.wait(60)
