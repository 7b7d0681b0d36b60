"""The receiving end: groups of few shops, bad streams left alone, unreadable events left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

import pytest

from shared.contracts import subjects
from shared.contracts.events import BatchAnswer, Envelope, EventBatch
from shared.kernel.vocabulary import Service
from shared.kit import inbox
from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import BusError
from shared.kit.database import MAX_SHOPS
from shared.kit.inbox import serve_events
from shared.kit.new_ids import new_id
from shared.kit.relay_lane import Positions
from tests.support.events import SHOP, event, events
from tests.support.receiver import Receiver


class Recorder(Receiver):
    """A receiver that also remembers how its events were grouped."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[list[Envelope]] = []

    async def apply(self, events: Sequence[Envelope]) -> Positions:
        self.groups.append(list(events))
        return await super().apply(events)


@pytest.fixture
async def bus() -> AsyncIterator[InProcessBus]:
    async with InProcessBus() as bus:
        yield bus


@pytest.fixture
async def receiver(bus: InProcessBus) -> Recorder:
    receiver = Recorder()
    await serve_events(bus, Service.ROUTER, receiver.apply)
    return receiver


async def ask(bus: InProcessBus, payload: bytes) -> dict[str, int]:
    raw = await bus.request(subjects.events(Service.ROUTER), payload, timeout_ms=5_000)
    return {p.stream: p.version for p in BatchAnswer.model_validate_json(raw).positions}


async def send(bus: InProcessBus, *batch: Envelope) -> dict[str, int]:
    return await ask(bus, EventBatch(events=batch).to_json())


class TestGroups:
    async def test_events_are_applied_sorted_and_each_once(
        self, bus: InProcessBus, receiver: Recorder
    ) -> None:
        one, two, three = events(3)
        assert await send(bus, three, one, two, one) == {"conv_a": 3}
        assert [e.version for e in receiver.groups[0]] == [1, 2, 3]

    async def test_a_group_never_has_more_shops_than_a_scope(
        self, bus: InProcessBus, receiver: Recorder
    ) -> None:
        shops = [new_id() for _ in range(MAX_SHOPS * 2 + 3)]
        batch = [event(v, stream=f"s{n}", shop_id=s) for n, s in enumerate(shops) for v in (1, 2)]
        assert len(await send(bus, *batch)) == len(shops)
        sizes = [len({e.shop_id for e in group}) for group in receiver.groups]
        assert sizes == [MAX_SHOPS, MAX_SHOPS, 3]

    async def test_a_group_has_one_emitter(self, bus: InProcessBus, receiver: Recorder) -> None:
        await send(bus, event(1), event(1, emitter=Service.HISTORY, stream="card"))
        assert [{e.emitter for e in group} for group in receiver.groups] == [
            {Service.GATEWAY},
            {Service.HISTORY},
        ]

    async def test_an_empty_batch_has_an_empty_answer(
        self, bus: InProcessBus, receiver: Recorder
    ) -> None:
        assert await send(bus) == {}
        assert receiver.groups == []

    async def test_events_for_another_service_are_left_out(
        self, bus: InProcessBus, receiver: Recorder
    ) -> None:
        assert await send(bus, event(1), event(1, receiver=Service.HISTORY, stream="x")) == {
            "conv_a": 1
        }


class TestFailures:
    async def test_a_bad_stream_is_left_out_and_the_others_get_on(
        self, bus: InProcessBus, receiver: Recorder
    ) -> None:
        receiver.fail_for = {"bad"}
        batch = [*events(2, stream="a"), *events(2, stream="bad"), *events(2, stream="z")]
        assert await send(bus, *batch) == {"a": 2, "z": 2}
        assert receiver.applied[SHOP, "a"] == [1, 2]

    async def test_a_bad_shop_group_does_not_stop_the_next(
        self, bus: InProcessBus, receiver: Recorder
    ) -> None:
        receiver.fail_for = {"bad"}
        assert await send(
            bus, event(1, stream="bad"), event(1, emitter=Service.HISTORY, stream="good")
        ) == {"good": 1}

    async def test_when_nothing_gets_on_the_batch_fails(
        self, bus: InProcessBus, receiver: Recorder
    ) -> None:
        receiver.fail_for = {"a", "b"}
        with pytest.raises(BusError):
            await send(bus, event(1, stream="a"), event(1, stream="b"))
        assert receiver.calls == 3

    async def test_streams_not_reached_in_time_are_left_out(
        self, bus: InProcessBus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inbox, "ONE_BY_ONE_S", 0.02)
        good = Receiver()

        async def apply(events: Sequence[Envelope]) -> Positions:
            if len(events) > 1:
                raise LookupError("not as a group")
            if events[0].stream == "slow":
                await asyncio.sleep(60)
            return await good.apply(events)

        await serve_events(bus, Service.ROUTER, apply)
        batch = [event(1, stream=stream) for stream in ("a", "slow", "z")]
        assert await send(bus, *batch) == {"a": 1}
        with pytest.raises(BusError):
            await send(bus, *batch[1:])


class TestUnreadable:
    async def test_an_event_of_a_newer_release_is_left_and_the_others_get_on(
        self, bus: InProcessBus, receiver: Recorder
    ) -> None:
        novelty = json.loads(event(1, stream="new").to_json())
        novelty["type"] = "a.novelty"
        known = json.loads(event(1).to_json())
        known["unheard_of"] = True
        payload = json.dumps({"events": [novelty, known]}).encode()
        assert await ask(bus, payload) == {"conv_a": 1}

    @pytest.mark.parametrize("payload", [b"", b"[]", b'{"events": 1}', b"{", b"\xff"])
    async def test_what_is_no_batch_is_an_error(
        self, bus: InProcessBus, receiver: Recorder, payload: bytes
    ) -> None:
        with pytest.raises(BusError):
            await ask(bus, payload)
        assert receiver.groups == []
