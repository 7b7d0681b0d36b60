"""What only the in-process bus does: overflow, and weather by seed."""

import asyncio
from collections import Counter

import pytest

from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import BusError, RequestTimeoutError
from shared.kit.bus.responders import Responders
from shared.kit.bus.weather import Weather
from tests.support.bus import Heard


async def echo(payload: bytes) -> bytes:
    return payload


async def settle() -> None:
    """Let everything that a weather of at most 1 ms holds up arrive."""
    await asyncio.sleep(0.02)


class TestOverflow:
    async def test_a_full_queue_calls_for_one_resync_and_keeps_what_it_has(self) -> None:
        async with InProcessBus(queue_limit=3) as bus:
            heard, calls = Heard(), Counter[str]()
            bus.on_resync(lambda: calls.update(["resync"]))
            await bus.subscribe("news", heard)
            for number in range(10):
                await bus.publish("news", b"%d" % number)
            assert await heard.wait_for(3) == [b"0", b"1", b"2"]
            assert calls["resync"] == 1
            await bus.publish("news", b"after")
            await heard.wait_for(4)
            for number in range(10):
                await bus.publish("news", b"%d" % number)
            assert calls["resync"] == 2

    async def test_one_full_queue_takes_nothing_from_the_others(self) -> None:
        async with InProcessBus(queue_limit=3) as bus:
            full, other = Heard(), Heard()
            await bus.subscribe("busy", full)
            await bus.subscribe("quiet", other)
            for _ in range(10):
                await bus.publish("busy", b"")
            await bus.publish("quiet", b"heard")
            assert await other.wait_for(1) == [b"heard"]

    async def test_a_callback_that_fails_does_not_keep_the_others_from_hearing(self) -> None:
        async with InProcessBus(queue_limit=1) as bus:
            called = asyncio.Event()

            def fail() -> None:
                raise LookupError("a fault of the owner")

            bus.on_resync(fail)
            bus.on_resync(called.set)
            await bus.subscribe("news", Heard())
            await bus.publish("news", b"1")
            await bus.publish("news", b"2")
            assert called.is_set()

    async def test_a_busy_subscriber_gives_the_others_their_turn(self) -> None:
        async with InProcessBus() as bus:
            busy, other = Heard(), Heard()
            await bus.subscribe("busy", busy)
            await bus.subscribe("quiet", other)
            for _ in range(5_000):
                await bus.publish("busy", b"")
            await bus.publish("quiet", b"")
            await other.wait_for(1)
            assert len(busy.payloads) < 5_000
            await busy.wait_for(5_000)


class TestWeather:
    def test_the_same_seed_is_the_same_weather(self) -> None:
        first, second = (Weather(7, drop=0.3, double=0.3, delay=0.5) for _ in range(2))
        assert [first.copies() for _ in range(100)] == [second.copies() for _ in range(100)]

    async def test_a_storm_loses_doubles_and_shuffles_publishes(self) -> None:
        weather = Weather(1, drop=0.2, double=0.2, delay=0.5, max_delay_ms=1)
        async with InProcessBus(weather) as bus:
            heard = Heard()
            await bus.subscribe("news", heard)
            sent = [b"%d" % number for number in range(500)]
            for payload in sent:
                await bus.publish("news", payload)
            await settle()
            times = Counter(heard.payloads)
            assert 0 < len(times) < len(sent)
            assert max(times.values()) == 2
            assert heard.payloads != sorted(heard.payloads, key=int)

    async def test_a_lost_request_and_a_lost_answer_are_both_time_outs(self) -> None:
        asked = Heard()

        async def answer(payload: bytes) -> bytes:
            asked(payload)
            return payload

        async with InProcessBus(Weather(3, drop=0.5)) as bus:
            await bus.serve("echo", answer)
            answered = 0
            for _ in range(40):
                try:
                    answered += await bus.request("echo", b"1", timeout_ms=5) == b"1"
                except RequestTimeoutError:
                    continue
            assert 0 < answered < len(asked.payloads) < 40

    async def test_a_doubled_request_is_answered_once(self) -> None:
        asked = Heard()

        async def answer(payload: bytes) -> bytes:
            asked(payload)
            return payload

        async with InProcessBus(Weather(double=1.0)) as bus:
            await bus.serve("echo", answer)
            assert await bus.request("echo", b"1", timeout_ms=1_000) == b"1"
            await asked.wait_for(2)

    async def test_what_is_held_up_is_forgotten_when_the_bus_closes(self) -> None:
        heard = Heard()
        async with InProcessBus(Weather(delay=1.0, max_delay_ms=60_000)) as bus:
            await bus.subscribe("news", heard)
            await bus.publish("news", b"late")
        assert heard.payloads == []


class TestClosed:
    async def test_a_closed_bus_takes_no_subscribers_and_no_servers(self) -> None:
        bus = InProcessBus()
        for attempt in (bus.subscribe("news", Heard()), bus.serve("echo", echo)):
            with pytest.raises(BusError):
                await attempt

    async def test_a_request_beyond_the_bound_is_left_to_its_time_out(self) -> None:
        answers = []

        async def reply(answer: bytes | None) -> None:
            answers.append(answer)

        async with asyncio.TaskGroup() as group:
            responders = Responders("echo", echo, group, max_taken=2)
            for _ in range(5):
                responders.take(b"1", reply)
            await responders.drain()
            responders.take(b"2", reply)
        assert answers == [b"1", b"1"]

    async def test_a_reply_that_cannot_be_sent_ends_with_its_request(self) -> None:
        async def reply(_: bytes | None) -> None:
            raise OSError("the transport is away")

        async with asyncio.TaskGroup() as group:
            responders = Responders("echo", echo, group)
            responders.take(b"1", reply)
            await responders.drain()
