"""What every bus promises, asked of each implementation by the same words."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from typing import TypeAlias
from uuid import UUID

import pytest

from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import Bus, BusError, NoResponderError, RequestTimeoutError, Responder
from shared.kit.bus.limits import MAX_PAYLOAD
from shared.kit.bus.nats import NatsBus
from shared.kit.bus.responders import MAX_RUNNING
from shared.kit.new_ids import new_id
from tests.support.bus import Heard
from tests.support.nats import NatsServer, running_nats

Nodes: TypeAlias = tuple[Bus, Bus]
"""Two nodes on one bus: two connections to one NATS, or one in-process bus twice."""
SHORT_MS = 100
LONG_MS = 5_000
CLOSES = 30  # one in three left a request to its time-out once
SECRET = "password=hunter2"


@pytest.fixture(scope="session")
def nats_server() -> Iterator[NatsServer]:
    with running_nats() as server:
        yield server


@pytest.fixture(params=["in_process", "nats"])
async def nodes(request: pytest.FixtureRequest) -> AsyncIterator[Nodes]:
    async with AsyncExitStack() as stack:
        if request.param == "nats":
            server: NatsServer = request.getfixturevalue("nats_server")
            first = await stack.enter_async_context(NatsBus([server.url]))
            second = await stack.enter_async_context(NatsBus([server.url]))
            yield first, second
        else:
            bus = await stack.enter_async_context(InProcessBus())
            yield bus, bus


@pytest.fixture
def subject() -> str:
    """A subject of this test's own: the NATS server is everybody's."""
    name: UUID = new_id()
    return f"test.{name.hex}"


async def echo(payload: bytes) -> bytes:
    return payload


def answer(text: bytes) -> Responder:
    async def responder(_: bytes) -> bytes:
        return text

    return responder


class TestPublish:
    async def test_a_subscriber_hears_every_publish_in_order(
        self, nodes: Nodes, subject: str
    ) -> None:
        heard = Heard()
        await nodes[1].subscribe(subject, heard)
        sent = [b"%d" % number for number in range(1_000)]
        for payload in sent:
            await nodes[0].publish(subject, payload)
        assert await heard.wait_for(len(sent)) == sent

    async def test_a_subscriber_hears_from_the_moment_subscribe_returns(
        self, nodes: Nodes, subject: str
    ) -> None:
        for number in range(50):
            heard = Heard()
            await nodes[1].subscribe(f"{subject}.{number}", heard)
            await nodes[0].publish(f"{subject}.{number}", b"first")
            assert await heard.wait_for(1) == [b"first"]

    async def test_every_subscriber_hears(self, nodes: Nodes, subject: str) -> None:
        everyone = [Heard(), Heard(), Heard()]
        for node, heard in zip((nodes[0], nodes[1], nodes[1]), everyone, strict=True):
            await node.subscribe(subject, heard)
        await nodes[0].publish(subject, b"news")
        assert [await heard.wait_for(1) for heard in everyone] == [[b"news"]] * 3

    async def test_a_subscriber_hears_its_own_subject_only(
        self, nodes: Nodes, subject: str
    ) -> None:
        heard = Heard()
        await nodes[1].subscribe(subject, heard)
        await nodes[0].publish(f"{subject}.other", b"not for it")
        await nodes[0].publish(subject, b"for it")
        assert await heard.wait_for(1) == [b"for it"]

    async def test_a_closed_subscriber_hears_no_more(self, nodes: Nodes, subject: str) -> None:
        gone, there = Heard(), Heard()
        place = await nodes[1].subscribe(subject, gone)
        await nodes[1].subscribe(subject, there)
        await place.close()
        await place.close()
        await nodes[0].publish(subject, b"news")
        await there.wait_for(1)
        assert gone.payloads == []

    async def test_a_publish_that_nobody_hears_is_nobodys_error(
        self, nodes: Nodes, subject: str
    ) -> None:
        await nodes[0].publish(subject, b"hello?")

    async def test_a_handler_that_fails_still_hears_the_next(
        self, nodes: Nodes, subject: str
    ) -> None:
        heard = Heard()

        def fail_first(payload: bytes) -> None:
            heard(payload)
            if len(heard.payloads) == 1:
                raise LookupError("a fault of the handler")

        await nodes[1].subscribe(subject, fail_first)
        await nodes[0].publish(subject, b"1")
        await nodes[0].publish(subject, b"2")
        assert await heard.wait_for(2) == [b"1", b"2"]

    @pytest.mark.parametrize(
        "payload", [b"", b"\r\n", b"\x00\xff", "ü€🙂".encode(), b"x" * MAX_PAYLOAD]
    )
    async def test_bytes_arrive_as_they_left(
        self, nodes: Nodes, subject: str, payload: bytes
    ) -> None:
        heard = Heard()
        await nodes[1].subscribe(subject, heard)
        await nodes[0].publish(subject, payload)
        assert await heard.wait_for(1) == [payload]

    async def test_a_payload_no_server_would_carry_is_refused(
        self, nodes: Nodes, subject: str
    ) -> None:
        with pytest.raises(ValueError, match="at most"):
            await nodes[0].publish(subject, b"x" * (MAX_PAYLOAD + 1))
        with pytest.raises(ValueError, match="at most"):
            await nodes[0].request(subject, b"x" * (MAX_PAYLOAD + 1), timeout_ms=SHORT_MS)

    @pytest.mark.parametrize("bad", ["", "a..b", "a b", "a.*", "a.>", ".a", "a\r\nPUB b 0", "ä"])
    async def test_a_subject_that_is_not_plain_is_refused(self, nodes: Nodes, bad: str) -> None:
        attempts: list[Callable[[], Awaitable[object]]] = [
            lambda: nodes[0].publish(bad, b""),
            lambda: nodes[0].subscribe(bad, Heard()),
            lambda: nodes[0].serve(bad, echo),
            lambda: nodes[0].request(bad, b"", timeout_ms=SHORT_MS),
        ]
        for attempt in attempts:
            with pytest.raises(ValueError, match="subject"):
                await attempt()


class TestRequest:
    async def test_a_request_gets_its_own_answer_among_many(
        self, nodes: Nodes, subject: str
    ) -> None:
        await nodes[1].serve(subject, echo)
        asked = [b"%d" % number for number in range(300)]
        answers = await asyncio.gather(
            *(nodes[0].request(subject, payload, timeout_ms=LONG_MS) for payload in asked)
        )
        assert answers == asked

    async def test_several_servers_share_the_requests(self, nodes: Nodes, subject: str) -> None:
        await nodes[0].serve(subject, answer(b"first"))
        await nodes[1].serve(subject, answer(b"second"))
        answers = [await nodes[0].request(subject, b"who?", timeout_ms=LONG_MS) for _ in range(100)]
        assert set(answers) == {b"first", b"second"}

    async def test_a_request_to_nobody_says_so_at_once(self, nodes: Nodes, subject: str) -> None:
        await nodes[1].subscribe(f"{subject}.other", Heard())
        with pytest.raises(NoResponderError):
            await nodes[0].request(subject, b"", timeout_ms=60_000)

    async def test_a_subscriber_is_no_server_and_a_server_no_subscriber(
        self, nodes: Nodes, subject: str
    ) -> None:
        heard, asked = Heard(), Heard()

        async def answer(payload: bytes) -> bytes:
            asked(payload)
            return payload

        await nodes[1].subscribe(subject, heard)
        with pytest.raises(NoResponderError):
            await nodes[0].request(subject, b"request", timeout_ms=60_000)
        await nodes[1].serve(subject, answer)
        await nodes[0].publish(subject, b"publish")
        await heard.wait_for(1)
        await nodes[0].request(subject, b"request", timeout_ms=LONG_MS)
        assert (heard.payloads, asked.payloads) == ([b"publish"], [b"request"])

    async def test_a_server_that_closed_is_nobody(self, nodes: Nodes, subject: str) -> None:
        server = await nodes[1].serve(subject, echo)
        await nodes[0].request(subject, b"", timeout_ms=LONG_MS)
        await server.close()
        await server.close()
        with pytest.raises(NoResponderError):
            await nodes[0].request(subject, b"", timeout_ms=60_000)

    async def test_no_request_is_left_to_its_time_out_by_a_server_that_closes(
        self, nodes: Nodes, subject: str
    ) -> None:
        async def ask(place: str) -> None:
            with suppress(NoResponderError):
                await nodes[0].request(place, b"", timeout_ms=LONG_MS)

        async with asyncio.TaskGroup() as group:
            for place in (f"{subject}.{number}" for number in range(CLOSES)):
                closing = group.create_task((await nodes[1].serve(place, echo)).close())
                while not closing.done():
                    group.create_task(ask(place))
                    await asyncio.sleep(0)

    async def test_a_closing_server_answers_what_it_has_taken(
        self, nodes: Nodes, subject: str
    ) -> None:
        taken, go_on = asyncio.Event(), asyncio.Event()

        async def wait(_: bytes) -> bytes:
            taken.set()
            await go_on.wait()
            return b"answered"

        server = await nodes[1].serve(subject, wait)
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(nodes[0].request(subject, b"", timeout_ms=LONG_MS))
            await taken.wait()
            closing = group.create_task(server.close())
            await asyncio.sleep(0)
            go_on.set()
        assert asked.result() == b"answered"
        assert closing.done()

    async def test_a_late_answer_is_a_time_out_and_goes_to_nobody_else(
        self, nodes: Nodes, subject: str
    ) -> None:
        late = asyncio.Event()

        async def slow_first(payload: bytes) -> bytes:
            if payload == b"slow":
                await late.wait()
            return payload

        await nodes[1].serve(subject, slow_first)
        with pytest.raises(RequestTimeoutError):
            await nodes[0].request(subject, b"slow", timeout_ms=SHORT_MS)
        late.set()
        assert await nodes[0].request(subject, b"next", timeout_ms=LONG_MS) == b"next"

    async def test_a_failing_responder_is_an_error_without_its_secrets(
        self, nodes: Nodes, subject: str
    ) -> None:
        async def fail(payload: bytes) -> bytes:
            if payload == b"fail":
                raise LookupError(SECRET)
            return payload

        await nodes[1].serve(subject, fail)
        with pytest.raises(BusError) as caught:
            await nodes[0].request(subject, b"fail", timeout_ms=LONG_MS)
        assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r}"
        assert not isinstance(caught.value, NoResponderError)
        assert await nodes[0].request(subject, b"next", timeout_ms=LONG_MS) == b"next"

    async def test_an_answer_no_server_would_carry_is_an_error(
        self, nodes: Nodes, subject: str
    ) -> None:
        await nodes[1].serve(subject, answer(b"x" * (MAX_PAYLOAD + 1)))
        with pytest.raises(BusError):
            await nodes[0].request(subject, b"", timeout_ms=LONG_MS)

    async def test_a_cancelled_request_is_cancelled(self, nodes: Nodes, subject: str) -> None:
        taken = asyncio.Event()

        async def never(_: bytes) -> bytes:
            taken.set()
            await asyncio.sleep(0.2)
            return b""

        await nodes[1].serve(subject, never)
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(nodes[0].request(subject, b"", timeout_ms=60_000))
            await taken.wait()
            asked.cancel()
        assert asked.cancelled()

    async def test_a_server_works_on_a_bounded_number_at_once(
        self, nodes: Nodes, subject: str
    ) -> None:
        running, peak = 0, 0

        async def count(payload: bytes) -> bytes:
            nonlocal running, peak
            running += 1
            peak = max(peak, running)
            await asyncio.sleep(0.001)
            running -= 1
            return payload

        await nodes[1].serve(subject, count)
        await asyncio.gather(
            *(nodes[0].request(subject, b"", timeout_ms=LONG_MS) for _ in range(MAX_RUNNING * 3))
        )
        assert peak == MAX_RUNNING

    async def test_a_responder_may_ask_others_itself(self, nodes: Nodes, subject: str) -> None:
        async def ask_on(payload: bytes) -> bytes:
            return await nodes[1].request(f"{subject}.inner", payload, timeout_ms=LONG_MS)

        await nodes[0].serve(f"{subject}.inner", echo)
        await nodes[1].serve(subject, ask_on)
        assert await nodes[0].request(subject, b"deep", timeout_ms=LONG_MS) == b"deep"


class TestClose:
    async def test_a_closed_bus_carries_nothing(
        self, request: pytest.FixtureRequest, subject: str
    ) -> None:
        server: NatsServer = request.getfixturevalue("nats_server")
        for bus in (InProcessBus(), NatsBus([server.url])):
            async with bus:
                await bus.serve(subject, echo)
            await bus.publish(subject, b"")
            with pytest.raises(NoResponderError):
                await bus.request(subject, b"", timeout_ms=60_000)

    async def test_a_responder_that_never_ends_is_cancelled(
        self, request: pytest.FixtureRequest, subject: str
    ) -> None:
        server: NatsServer = request.getfixturevalue("nats_server")
        for bus in (InProcessBus(drain_s=0.05), NatsBus([server.url], drain_s=0.05)):
            taken, ended = asyncio.Event(), asyncio.Event()

            async def hang(
                _: bytes, taken: asyncio.Event = taken, e: asyncio.Event = ended
            ) -> bytes:
                taken.set()
                try:
                    await asyncio.Event().wait()
                finally:
                    e.set()
                return b""

            async with bus:
                await bus.serve(subject, hang)
                with pytest.raises(RequestTimeoutError):
                    await bus.request(subject, b"", timeout_ms=SHORT_MS)
                assert taken.is_set()
            assert ended.is_set()
