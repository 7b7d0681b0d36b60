"""One agent's stream between the bus and a response: bounded, and fresh after any loss."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from starlette.types import Message

from services.gateway.api.agent_stream import MAX_WAITING, AgentStream, EventStream
from services.gateway.usecases.feed_ports import RawEvent
from tests.support.gateway import ANNA, SHOP

EVENT = RawEvent("message.created", b"{}")


def test_a_stream_begins_with_a_snapshot() -> None:
    stream = AgentStream(SHOP, ANNA)

    assert stream.take_stale()
    assert not stream.take_stale()


async def test_events_wait_in_their_order() -> None:
    stream = AgentStream(SHOP, ANNA)
    stream.put(RawEvent("one", b"1"))
    stream.put(RawEvent("two", b"2"))
    await stream.wait(0)

    assert stream.take() == [RawEvent("one", b"1"), RawEvent("two", b"2")]
    assert stream.take() == []


def test_a_stream_that_falls_behind_starts_afresh() -> None:
    """LESSONS 14: nothing is dropped silently; a snapshot takes the place of what did not fit."""
    stream = AgentStream(SHOP, ANNA)
    stream.take_stale()
    for _ in range(MAX_WAITING + 1):
        stream.put(EVENT)

    assert stream.take_stale()
    assert stream.take() == []


async def test_a_quiet_stream_waits_no_longer_than_told() -> None:
    stream = AgentStream(SHOP, ANNA)
    async with asyncio.timeout(5):
        await stream.wait(0.001)
    stream.wake()
    async with asyncio.timeout(5):
        await stream.wait(60)


async def test_a_stream_stuck_in_a_full_socket_is_cut_at_its_limit() -> None:
    """A machine that vanished reads nothing: its stream may be in the middle of a write."""
    stream = AgentStream(SHOP, ANNA)
    closed = asyncio.Event()

    async def chunks() -> AsyncGenerator[bytes, None]:
        try:
            stream.limit.reschedule(asyncio.get_running_loop().time() + 0.01)
            yield b": a chunk that nobody reads"
        finally:
            closed.set()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("the client stays silent")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async with asyncio.timeout(5):
        await EventStream(stream, chunks())({"type": "http"}, receive, send)

    assert closed.is_set()
