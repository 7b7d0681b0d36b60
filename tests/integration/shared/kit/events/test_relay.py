"""The whole way on a real PostgreSQL: commit, relay, effect with inbox position, deletion."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.contracts.events import Envelope
from shared.kernel.vocabulary import Service
from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import Bus
from shared.kit.bus.weather import Weather
from shared.kit.inbox import serve_events
from shared.kit.new_ids import new_id
from shared.kit.relay import Pace, Relay
from shared.kit.relay_lane import StreamKey
from shared.kit.system_clock import SystemClock
from shared.kit.tasks import background
from tests.integration.shared.kit.events.conftest import Pair
from tests.support.events import event, events
from tests.support.patience import WAIT_S

QUICK = Pace(answer_ms=500, sweep_ms=100, catch_up_ms=5, delete_ms=10)


@asynccontextmanager
async def relaying(pair: Pair, bus: Bus) -> AsyncIterator[Relay]:
    relay = Relay(pair.rows, bus, Service.GATEWAY, SystemClock(), QUICK)
    async with background(relay=relay.run):
        yield relay


async def until_applied(pair: Pair, committed: list[Envelope]) -> None:
    """Return once everything is applied, in order, and gone from the outbox."""
    expected: dict[StreamKey, list[int]] = {}
    for one in committed:
        expected.setdefault((one.shop_id, one.stream), []).append(one.version)
    async with asyncio.timeout(WAIT_S):
        while await pair.waiting():  # noqa: ASYNC110  the table has no event to wait for
            await asyncio.sleep(0.02)
    assert await pair.applied() == expected


async def test_a_committed_event_is_applied_and_deleted(pair: Pair) -> None:
    async with InProcessBus() as bus, relaying(pair, bus) as relay:
        await serve_events(bus, Service.ROUTER, pair.apply)
        await pair.commit(events(3))
        relay.offer(events(3))
        await until_applied(pair, events(3))


async def test_events_of_twelve_shops_go_in_one_batch(pair: Pair) -> None:
    """More shops than one scope takes: the receiver cuts the batch."""
    committed = [e for _ in range(12) for e in events(2, shop_id=new_id())]
    for one in committed:
        await pair.commit([one])
    async with InProcessBus() as bus:
        await serve_events(bus, Service.ROUTER, pair.apply)
        async with relaying(pair, bus) as relay:
            relay.offer(committed)
            await until_applied(pair, committed)


async def test_what_a_dead_node_left_is_swept_up(pair: Pair) -> None:
    committed = [*events(30, stream="a"), *events(30, stream="b")]
    await pair.commit(committed)
    async with InProcessBus() as bus:
        await serve_events(bus, Service.ROUTER, pair.apply)
        async with relaying(pair, bus):
            await until_applied(pair, committed)


async def test_a_backlog_beyond_one_sweep_is_caught_up(pair: Pair) -> None:
    committed = [e for n in range(60) for e in events(20, stream=f"s{n}")]
    await pair.commit(committed)
    async with InProcessBus() as bus:
        await serve_events(bus, Service.ROUTER, pair.apply)
        async with relaying(pair, bus):
            await until_applied(pair, committed)


@pytest.mark.parametrize("seed", range(3))
async def test_two_nodes_each_way_in_bad_weather_apply_everything_once(
    pair: Pair, seed: int
) -> None:
    """Two relays race for the rows, two receivers for the inbox, and the bus helps neither."""
    weather = Weather(seed, drop=0.1, double=0.2, delay=0.5, max_delay_ms=30)
    shops = [new_id(), new_id()]
    committed: list[Envelope] = []
    async with InProcessBus(weather) as bus:
        for _ in range(2):
            await serve_events(bus, Service.ROUTER, pair.apply)
        async with relaying(pair, bus) as first, relaying(pair, bus) as second:
            for version in range(1, 21):
                batch = [event(version, stream=s, shop_id=shop) for shop in shops for s in "abc"]
                await pair.commit(batch)
                committed += batch
                if version % 3:
                    (first, second)[version % 2].offer(batch)
            await until_applied(pair, committed)


async def test_a_relay_that_dies_again_and_again_loses_and_doubles_nothing(pair: Pair) -> None:
    committed: list[Envelope] = []
    async with InProcessBus() as bus:
        await serve_events(bus, Service.ROUTER, pair.apply)
        for version in range(1, 16):
            batch = [event(version, stream=stream) for stream in "abc"]
            await pair.commit(batch)
            committed += batch
            async with relaying(pair, bus) as relay:
                relay.offer(batch)
                await asyncio.sleep(0.001 * version)  # somewhere between request and deletion
        async with relaying(pair, bus):
            await until_applied(pair, committed)
