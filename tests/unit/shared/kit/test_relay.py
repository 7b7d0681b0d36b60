"""The relay over a bus in every weather: each event applied once and in order, whatever dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.contracts.events import Envelope
from shared.kernel.vocabulary import Service
from shared.kit import relay as relay_module
from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import Bus
from shared.kit.bus.weather import Weather
from shared.kit.inbox import serve_events
from shared.kit.new_ids import new_id
from shared.kit.relay import Pace, Relay
from shared.kit.relay_lane import MAX_EVENTS, StreamKey
from shared.kit.system_clock import SystemClock
from shared.kit.tasks import background
from tests.support.events import SHOP, event, events
from tests.support.outbox import FakeOutbox
from tests.support.receiver import Receiver

QUICK = Pace(answer_ms=30, sweep_ms=20, catch_up_ms=1, delete_ms=2)
NO_SWEEP = Pace(sweep_ms=3_600_000)


@asynccontextmanager
async def relaying(outbox: FakeOutbox, bus: Bus, pace: Pace = QUICK) -> AsyncIterator[Relay]:
    relay = Relay(outbox, bus, Service.GATEWAY, SystemClock(), pace)
    async with background(relay=relay.run):
        yield relay


def expected(*committed: Envelope) -> dict[StreamKey, list[int]]:
    found: dict[StreamKey, list[int]] = {}
    for one in committed:
        found.setdefault((one.shop_id, one.stream), []).append(one.version)
    return found


class TestMemoryPath:
    async def test_an_offered_event_arrives_without_any_sweep(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        async with InProcessBus() as bus, relaying(outbox, bus, NO_SWEEP) as relay:
            await serve_events(bus, Service.ROUTER, receiver.apply)
            committed = events(3)
            outbox.commit(committed)
            relay.offer(committed)
            await receiver.wait_until(expected(*committed))
            await outbox.until_empty()

    async def test_each_receiver_gets_its_own(self) -> None:
        outbox, router, history = FakeOutbox(), Receiver(), Receiver()
        async with InProcessBus() as bus, relaying(outbox, bus, NO_SWEEP) as relay:
            await serve_events(bus, Service.ROUTER, router.apply)
            await serve_events(bus, Service.HISTORY, history.apply)
            committed = [event(1), event(1, receiver=Service.HISTORY, stream="conv_b")]
            outbox.commit(committed)
            relay.offer(committed)
            await router.wait_until({(SHOP, "conv_a"): [1]})
            await history.wait_until({(SHOP, "conv_b"): [1]})

    async def test_an_event_for_its_own_emitter_is_no_error(self) -> None:
        async with InProcessBus() as bus, relaying(FakeOutbox(), bus, NO_SWEEP) as relay:
            relay.offer([event(1, receiver=Service.GATEWAY)])

    async def test_a_receiver_that_is_away_holds_up_no_other(self) -> None:
        outbox, history = FakeOutbox(), Receiver()
        async with InProcessBus() as bus, relaying(outbox, bus) as relay:
            await serve_events(bus, Service.HISTORY, history.apply)
            committed = [event(1), event(1, receiver=Service.HISTORY)]
            outbox.commit(committed)
            relay.offer(committed)
            await history.wait_until({(SHOP, "conv_a"): [1]})
            assert Service.ROUTER in {row.receiver for row in outbox.rows.values()}


class TestBatches:
    async def test_the_first_event_goes_at_once_and_those_behind_it_come_together(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        pace = Pace(sweep_ms=3_600_000, together_ms=500)
        async with InProcessBus() as bus, relaying(outbox, bus, pace) as relay:
            await serve_events(bus, Service.ROUTER, receiver.apply)
            committed = events(30)
            outbox.commit(committed)
            async with asyncio.timeout(pace.together_ms / 1000):
                relay.offer(committed[:1])
                await receiver.wait_until(expected(*committed[:1]))
            for one in committed[1:]:
                relay.offer([one])
                await asyncio.sleep(0)
            await receiver.wait_until(expected(*committed))
        assert receiver.calls == 2

    async def test_full_batches_follow_one_another_without_a_rest(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        pace = Pace(sweep_ms=3_600_000, together_ms=3_600_000)
        async with InProcessBus() as bus, relaying(outbox, bus, pace) as relay:
            await serve_events(bus, Service.ROUTER, receiver.apply)
            committed = events(2 * MAX_EVENTS)
            outbox.commit(committed)
            relay.offer(committed)
            await receiver.wait_until(expected(*committed))
        assert receiver.calls == 2


class TestDeletions:
    async def test_one_deletion_at_a_time_whoever_asks_for_it(self) -> None:
        """The loop's and the sweep's met in the table once a second, and each held the other up."""
        outbox, receiver = FakeOutbox(delete_s=0.01), Receiver()
        async with InProcessBus() as bus, relaying(outbox, bus, NO_SWEEP) as relay:
            await serve_events(bus, Service.ROUTER, receiver.apply)
            for version in range(1, 30):
                committed = [event(version)]
                outbox.commit(committed)
                relay.offer(committed)
                await receiver.wait_until({(SHOP, "conv_a"): list(range(1, version + 1))})
                await relay.sweep()
            await outbox.until_empty()
        assert outbox.most_deletions_at_once == 1


class TestLeftBehind:
    async def test_events_committed_while_the_receiver_was_down_arrive_once_it_is_up(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        async with InProcessBus() as bus, relaying(outbox, bus) as relay:
            committed = [*events(20, stream="a"), *events(20, stream="b")]
            for one in committed:
                outbox.commit([one])
                relay.offer([one])
                await asyncio.sleep(0)
            await asyncio.sleep(0.1)
            await serve_events(bus, Service.ROUTER, receiver.apply)
            await receiver.wait_until(expected(*committed))
            await outbox.until_empty()

    async def test_events_of_a_dead_relay_arrive_by_the_next_ones_sweep(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        async with InProcessBus() as bus:
            committed = [*events(5, stream="a"), *events(5, stream="b")]
            outbox.commit(committed)
            async with relaying(outbox, bus, NO_SWEEP) as relay:
                relay.offer(committed)  # in its memory only, and it dies
            await serve_events(bus, Service.ROUTER, receiver.apply)
            async with relaying(outbox, bus):
                await receiver.wait_until(expected(*committed))
                await outbox.until_empty()

    async def test_an_answer_lost_in_a_crash_leads_to_no_second_effect(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        async with InProcessBus() as bus:
            outbox.commit(events(5))
            await receiver.apply(events(5))  # committed, and the relay died before the deletion
            await serve_events(bus, Service.ROUTER, receiver.apply)
            async with relaying(outbox, bus):
                await outbox.until_empty()
            assert receiver.applied == expected(*events(5))

    async def test_a_version_that_memory_lost_is_read_back_at_once(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        async with InProcessBus() as bus, relaying(outbox, bus, NO_SWEEP) as relay:
            await serve_events(bus, Service.ROUTER, receiver.apply)
            committed = events(5)
            outbox.commit(committed)
            relay.offer(committed[3:])
            await receiver.wait_until(expected(*committed))

    async def test_a_large_backlog_is_caught_up(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        committed = [one for n in range(40) for one in events(50, stream=f"s{n}")]
        outbox.commit(committed)
        async with InProcessBus() as bus:
            await serve_events(bus, Service.ROUTER, receiver.apply)
            async with relaying(outbox, bus):
                await receiver.wait_until(expected(*committed))
                await outbox.until_empty()


class TestBadStreams:
    async def test_a_stream_that_fails_holds_up_no_other(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        receiver.fail_for = {"bad"}
        async with InProcessBus() as bus, relaying(outbox, bus) as relay:
            await serve_events(bus, Service.ROUTER, receiver.apply)
            good = [*events(3, stream="a"), *events(3, stream="z")]
            bad = events(2, stream="bad")
            outbox.commit([*good, *bad])
            relay.offer([*good, *bad])
            await receiver.wait_until(expected(*good))
            receiver.fail_for = set()
            await receiver.wait_until(expected(*good, *bad))
            await outbox.until_empty()

    async def test_a_gap_the_outbox_cannot_close_is_told_and_holds_up_no_other(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        gaps = relay_module.GAPS.labels("gateway", "router")
        before = gaps._value.get()
        async with InProcessBus() as bus, relaying(outbox, bus) as relay:
            await serve_events(bus, Service.ROUTER, receiver.apply)
            committed = [event(2, stream="lost"), *events(3, stream="a")]
            outbox.commit(committed)
            relay.offer(committed)
            await receiver.wait_until({(SHOP, "lost"): [], (SHOP, "a"): [1, 2, 3]})
            await asyncio.sleep(0.05)
            assert gaps._value.get() > before
            assert [row.stream for row in outbox.rows.values()] == ["lost"]

    async def test_an_event_too_large_for_the_bus_holds_up_no_other(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        async with InProcessBus() as bus, relaying(outbox, bus) as relay:
            await serve_events(bus, Service.ROUTER, receiver.apply)
            committed = [event(1, stream="big", body="x" * 2_000_000), *events(3, stream="a")]
            outbox.commit(committed)
            relay.offer(committed)
            await receiver.wait_until({(SHOP, "a"): [1, 2, 3]})

    async def test_an_answer_that_is_no_answer_is_tried_again(self) -> None:
        outbox, receiver = FakeOutbox(), Receiver()
        async with InProcessBus() as bus, relaying(outbox, bus) as relay:

            async def nonsense(_: bytes) -> bytes:
                return b"nonsense"

            server = await bus.serve("events.router", nonsense)
            outbox.commit(events(1))
            relay.offer(events(1))
            await asyncio.sleep(0.02)
            await server.close()
            await serve_events(bus, Service.ROUTER, receiver.apply)
            await receiver.wait_until(expected(*events(1)))


class TestFailingOutbox:
    async def test_a_table_that_cannot_be_reached_for_a_while_stops_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outbox, receiver = FakeOutbox(), Receiver()

        async def away(*_: object, **__: object) -> None:
            raise OSError("the database is away")

        async with InProcessBus() as bus, relaying(outbox, bus) as relay:
            await serve_events(bus, Service.ROUTER, receiver.apply)
            with monkeypatch.context() as broken:
                for method in ("unsent", "after", "delete", "backlog"):
                    broken.setattr(outbox, method, away)
                outbox.commit(events(5))
                relay.offer(events(5)[2:])
                await asyncio.sleep(0.05)
            await receiver.wait_until(expected(*events(5)))
            await outbox.until_empty()


@pytest.mark.parametrize("seed", range(8))
async def test_in_every_weather_every_event_is_applied_once_and_in_order(seed: int) -> None:
    """Two relays, as two nodes have, over a bus that loses, doubles and holds up."""
    weather = Weather(seed, drop=0.15, double=0.15, delay=0.4, max_delay_ms=15)
    outbox, receiver = FakeOutbox(), Receiver()
    shops = [new_id(), new_id()]
    committed: list[Envelope] = []
    async with InProcessBus(weather) as bus:
        await serve_events(bus, Service.ROUTER, receiver.apply)
        async with relaying(outbox, bus) as first, relaying(outbox, bus) as second:
            for version in range(1, 31):
                batch = [event(version, stream=s, shop_id=i) for s in "abc" for i in shops]
                outbox.commit(batch)
                committed += batch
                (first, second)[version % 2].offer(batch)
                if version % 10 == 0:
                    await asyncio.sleep(0.005)
            await receiver.wait_until(expected(*committed))
            await outbox.until_empty()
    assert receiver.applied == expected(*committed)
