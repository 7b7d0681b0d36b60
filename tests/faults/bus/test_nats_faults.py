"""A NATS server that dies, stalls or throws a client out: publishes may go, the bus comes back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from shared.kit.bus import nats as nats_bus
from shared.kit.bus.interface import Bus, BusError, NoResponderError
from shared.kit.bus.nats import NatsBus
from tests.support.bus import Heard
from tests.support.nats import LOOPBACK, NatsServer, free_port, running_nats

BACK_S = 30.0
"""A reconnect may take three pings of 5 s to begin, when the link died silently."""
GAVE_UP_S = 5.0
"""Two looks a second apart, and what a busy machine adds."""
ASK_MS = 500


class Resynced:
    """Counts calls for a resync."""

    def __init__(self, bus: Bus) -> None:
        self._called = asyncio.Event()
        bus.on_resync(self._called.set)

    def forget(self) -> None:
        self._called.clear()

    async def wait(self) -> None:
        async with asyncio.timeout(BACK_S):
            await self._called.wait()


@pytest.fixture
def server() -> Iterator[NatsServer]:
    with running_nats() as server:
        yield server


@pytest.fixture
async def bus(server: NatsServer) -> AsyncIterator[NatsBus]:
    async with NatsBus([server.url], drain_s=0.1) as bus:
        yield bus


async def echo(payload: bytes) -> bytes:
    return payload


async def ask_until_answered(bus: Bus, subject: str) -> bytes:
    async with asyncio.timeout(BACK_S):
        while True:
            try:
                return await bus.request(subject, b"there?", timeout_ms=ASK_MS)
            except BusError:
                await asyncio.sleep(0.02)


async def publish_until_heard(bus: Bus, subject: str, heard: Heard) -> None:
    before = len(heard.payloads)
    async with asyncio.timeout(BACK_S):
        while len(heard.payloads) == before:
            await bus.publish(subject, b"again")
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_everything_flows_again_after_the_server_came_back(
    bus: NatsBus, server: NatsServer, end: str
) -> None:
    heard, resynced = Heard(), Resynced(bus)
    await bus.subscribe("news", heard)
    await bus.serve("echo", echo)
    getattr(server, end)()
    with pytest.raises(BusError):
        await bus.request("echo", b"", timeout_ms=ASK_MS)
    await bus.publish("news", b"into the void")
    resynced.forget()
    server.start()
    await resynced.wait()
    await publish_until_heard(bus, "news", heard)
    assert await ask_until_answered(bus, "echo") == b"there?"


async def test_a_request_says_at_once_that_nobody_took_it_once_the_server_is_known_to_be_away(
    bus: NatsBus, server: NatsServer
) -> None:
    await bus.serve("echo", echo)
    server.kill()
    with pytest.raises(BusError):
        await bus.request("echo", b"", timeout_ms=ASK_MS)
    async with asyncio.timeout(BACK_S):
        with pytest.raises(NoResponderError):
            await bus.request("echo", b"", timeout_ms=60_000)


async def test_a_place_taken_while_the_server_is_away_hears_once_it_is_back(
    bus: NatsBus, server: NatsServer
) -> None:
    server.kill()
    await asyncio.sleep(0.1)
    heard, gone, resynced = Heard(), Heard(), Resynced(bus)
    await bus.subscribe("news", heard)
    place = await bus.subscribe("news", gone)
    await bus.serve("echo", echo)
    await place.close()
    server.start()
    await resynced.wait()
    await publish_until_heard(bus, "news", heard)
    assert await ask_until_answered(bus, "echo") == b"there?"
    assert gone.payloads == []


async def test_ten_deaths_in_a_row_leave_one_place_not_ten(
    bus: NatsBus, server: NatsServer
) -> None:
    heard, resynced = Heard(), Resynced(bus)
    await bus.subscribe("news", heard)
    for _ in range(10):
        resynced.forget()
        server.kill()
        server.start()
        await resynced.wait()
    await publish_until_heard(bus, "news", heard)
    await asyncio.sleep(0.1)
    count = len(heard.payloads)
    await bus.publish("news", b"once")
    await asyncio.sleep(0.1)
    assert len(heard.payloads) == count + 1


async def test_a_client_thrown_out_by_the_server_is_replaced(bus: NatsBus) -> None:
    heard, resynced = Heard(), Resynced(bus)
    await bus.subscribe("news", heard)
    await bus.serve("echo", echo)
    # A server's -ERR ends a nats-py client for good: it never reconnects.
    await bus._client._process_err("'Maximum Connections Exceeded'")
    await resynced.wait()
    await publish_until_heard(bus, "news", heard)
    assert await ask_until_answered(bus, "echo") == b"there?"


async def test_a_client_that_gave_up_is_replaced_in_a_few_seconds(
    server: NatsServer, bus: NatsBus
) -> None:
    await bus.serve("echo", echo)
    resynced = Resynced(bus)
    server.kill()
    await asyncio.sleep(0.1)
    resynced.forget()
    reconnecting = bus._client._reconnection_task
    assert reconnecting is not None
    reconnecting.cancel()  # as an unforeseen error inside it would
    server.start()
    async with asyncio.timeout(GAVE_UP_S):
        await resynced.wait()
    assert await ask_until_answered(bus, "echo") == b"there?"


async def test_a_client_that_finds_no_way_back_for_long_is_replaced(
    server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_bus, "AWAY_S", 0.5)
    monkeypatch.setattr(nats_bus, "WATCH_S", 0.25)
    async with NatsBus([server.url], drain_s=0.1) as bus:
        await bus.serve("echo", echo)
        resynced, first = Resynced(bus), bus._client
        server.kill()
        await asyncio.sleep(1.5)
        resynced.forget()
        server.start()
        await resynced.wait()
        assert bus._client is not first
        assert await ask_until_answered(bus, "echo") == b"there?"


async def test_a_client_that_is_replaced_with_an_answer_unsaid_harms_nobody(
    server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uvloop refuses to write what waits to a transport that is closed, and nats-py tries."""
    monkeypatch.setattr(nats_bus, "AWAY_S", 0.5)
    monkeypatch.setattr(nats_bus, "WATCH_S", 0.25)
    asked, is_away = asyncio.Event(), asyncio.Event()

    async def answer_late(payload: bytes) -> bytes:
        asked.set()
        await is_away.wait()
        return payload

    async with NatsBus([server.url], drain_s=0.1) as bus:
        resynced = Resynced(bus)
        await bus.serve("echo", answer_late)
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(ask_until_answered(bus, "echo"))
            await asked.wait()
            server.kill()
            await asyncio.sleep(0.1)
            is_away.set()
            await asyncio.sleep(1.0)
            server.start()
            await resynced.wait()
        assert asking.result() == b"there?"


async def test_a_server_that_is_away_when_a_client_is_replaced_is_asked_again(
    server: NatsServer,
) -> None:
    async with NatsBus([server.url], connect_timeout_ms=200, drain_s=0.1) as bus:
        heard, resynced = Heard(), Resynced(bus)
        await bus.subscribe("news", heard)
        server.kill()
        await bus._client._process_err("'Maximum Connections Exceeded'")
        await asyncio.sleep(0.5)
        server.start()
        await resynced.wait()
        await publish_until_heard(bus, "news", heard)


async def test_a_server_closed_on_a_stalled_link_leaves_no_ghost(
    bus: NatsBus, server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_bus, "FLUSH_TIMEOUT_S", 0.2)
    heard, resynced = Heard(), Resynced(bus)
    await bus.subscribe("news", heard)
    place = await bus.serve("echo", echo)
    server.stall()
    await place.close()
    server.go_on()
    await resynced.wait()
    await publish_until_heard(bus, "news", heard)
    with pytest.raises(NoResponderError):
        await bus.request("echo", b"", timeout_ms=ASK_MS)


async def test_a_cancel_that_nats_py_swallows_is_raised_all_the_same() -> None:
    """nats-py catches a cancel that hits a publish waiting for its flush queue."""

    async def swallow() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(nats_bus._uncancelled(swallow()))
        await asyncio.sleep(0)
        task.cancel()
    assert task.cancelled()


async def test_a_stalled_server_ends_in_a_time_out_and_then_in_a_new_connection(
    bus: NatsBus, server: NatsServer
) -> None:
    await bus.serve("echo", echo)
    resynced = Resynced(bus)
    server.stall()
    with pytest.raises(BusError):
        await bus.request("echo", b"", timeout_ms=ASK_MS)
    server.go_on()
    assert await ask_until_answered(bus, "echo") == b"there?"
    server.stall()
    server.kill()
    server.start()
    await resynced.wait()
    assert await ask_until_answered(bus, "echo") == b"there?"


async def test_a_bus_without_a_server_says_so_and_shows_no_credentials() -> None:
    bus = NatsBus([f"nats://user:hunter2@{LOOPBACK}:{free_port()}"], connect_timeout_ms=300)
    with pytest.raises(BusError, match="no NATS server answered") as caught:
        async with bus:
            pass
    assert "hunter2" not in str(caught.value)


async def test_a_bus_closes_cleanly_while_the_server_is_away(server: NatsServer) -> None:
    async with asyncio.timeout(BACK_S):
        async with NatsBus([server.url], drain_s=0.1) as bus:
            await bus.serve("echo", echo)
            await bus.subscribe("news", Heard())
            server.kill()
            await asyncio.sleep(0.05)
