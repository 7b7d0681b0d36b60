"""Two gateway nodes on one database and one bus behave as one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from services.gateway.domain.pulse import GONE_AFTER_MS, PING_EVERY_MS
from shared.contracts.stream import StreamEvent
from shared.contracts.subjects import live_agent
from shared.kernel.ids import IdKind, decode
from shared.kernel.vocabulary import EventType, Presence
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.in_process import InProcessBus
from tests.support.clock import VirtualClock
from tests.support.gateway import ANNA, PIOTR, looking_inside
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway, served_gateway, standing_in


@asynccontextmanager
async def two_gateways(
    database: TestDatabase, clock: VirtualClock | None = None
) -> AsyncIterator[tuple[ServedGateway, ServedGateway]]:
    keys = Keyring.ephemeral()
    async with (
        InProcessBus() as bus,
        standing_in(bus) as router,
        served_gateway(database, bus, router, keys, clock) as one,
        served_gateway(database, bus, router, keys, clock) as two,
    ):
        yield one, two


async def test_a_customer_hears_an_agent_on_the_other_node(database: TestDatabase) -> None:
    async with two_gateways(database) as (one, two), one.customer() as customer:
        ack = await customer.say("Hello?")
        conversation_id = decode(IdKind.CONVERSATION, ack["conversation_id"])

        await two.http.post(
            f"/v1/conversations/{ack['conversation_id']}/items",
            json={"text": "From afar", "grant": two.grant(conversation_id)},
            headers={**two.headers(), "Idempotency-Key": "a1"},
        )

        await customer.hears("From afar")


async def test_the_newest_connection_wins_across_nodes(database: TestDatabase) -> None:
    async with two_gateways(database) as (one, two), one.customer() as first:
        await first.say("Hello?")

        async with two.customer(session_token=first.session_token) as second:
            await first.until(lambda: bool(first.byes))

            assert first.byes[0]["code"] == "replaced"
            assert [item["text"] for item in second.items.values()] == ["Hello?"]


async def test_a_session_raced_on_two_nodes_is_one_conversation(database: TestDatabase) -> None:
    """The same first message resent on another node is the same message."""
    async with two_gateways(database) as (one, two), one.customer() as first:
        await first.post("Hello?", "m1")
        async with two.customer(session_token=first.session_token) as second:
            ack = await second.say("Hello?", "m1")
            await asyncio.sleep(0)

        assert ack["seq"] == 1
    async with looking_inside(database) as admin:
        assert await admin.fetchval("SELECT count(*) FROM gateway.conversations") == 1
        assert await admin.fetchval("SELECT count(*) FROM gateway.items") == 1


class Streamed:
    """An agent's stream on one node, under a clock that only the test moves."""

    def __init__(
        self, served: ServedGateway, response: httpx.Response, clock: VirtualClock
    ) -> None:
        self._served = served
        self._lines = response.aiter_lines()
        self._clock = clock

    async def next(self) -> tuple[str, Any]:
        name = ""
        async for line in self._lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))
        raise EOFError("the stream ended")

    async def after(self, span_ms: int) -> str | None:
        """Let time pass, have something happen, and return the ping that comes before it."""
        self._clock.advance(span_ms)
        happened = StreamEvent(type=EventType.AGENT_UPDATED, body={"load": 1})
        await self._served.router.bus.publish(live_agent(ANNA), happened.to_json())
        name, body = await self.next()
        if name != "ping":
            return None
        assert (await self.next())[0] == "agent.updated"
        return str(body["nonce"])


@asynccontextmanager
async def streamed(served: ServedGateway, clock: VirtualClock) -> AsyncIterator[Streamed]:
    async with served.http.stream("GET", "/v1/agent-events", headers=served.headers()) as response:
        stream = Streamed(served, response, clock)
        assert (await stream.next())[0] == "snapshot"
        yield stream


async def pong(served: ServedGateway, nonce: str | None, **options: Any) -> int:
    response = await served.http.post(
        "/v1/agent-events/pong", json={"nonce": nonce}, headers=served.headers(**options)
    )
    return response.status_code


async def ends(stream: Streamed) -> bool:
    try:
        await stream.after(0)
    except EOFError:
        return True
    return False


class TestAnswers:
    async def test_a_console_that_answers_at_any_node_stays_connected(
        self, database: TestDatabase
    ) -> None:
        clock = VirtualClock()
        async with two_gateways(database, clock) as (one, two), streamed(one, clock) as stream:
            for served in (two, one, two):
                nonce = await stream.after(PING_EVERY_MS)
                assert await pong(served, nonce) == 204
                await asyncio.sleep(0.05)  # the answer crosses the bus before time goes on
            nonce = await stream.after(PING_EVERY_MS)

            assert nonce is not None, "twenty seconds on, it is asked again"
            assert [change.presence for change in one.router.presence] == [Presence.CONNECTED]

    async def test_a_console_that_answers_nothing_is_gone_after_fifteen_seconds(
        self, database: TestDatabase
    ) -> None:
        """LESSONS 3: a vanished machine leaves its connection open, and answers nothing."""
        clock = VirtualClock()
        async with two_gateways(database, clock) as (one, _), streamed(one, clock) as stream:
            for _ in range(2):
                assert await stream.after(PING_EVERY_MS) is not None

            clock.advance(GONE_AFTER_MS - 2 * PING_EVERY_MS)

            assert await ends(stream)
            await one.router.until(lambda: len(one.router.presence) == 2)
            assert one.router.presence[-1].presence is Presence.DISCONNECTED

    async def test_another_agents_answer_and_a_made_up_one_keep_nobody_connected(
        self, database: TestDatabase
    ) -> None:
        clock = VirtualClock()
        async with two_gateways(database, clock) as (one, two), streamed(one, clock) as stream:
            nonce = await stream.after(PING_EVERY_MS)
            for served in (one, two):
                assert await pong(served, nonce, agent_id=PIOTR) == 204
                assert await pong(served, "nonsense") == 204
            assert await pong(one, None) == 422
            refused = await one.http.post("/v1/agent-events/pong", json={"nonce": nonce})
            assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")

            clock.advance(GONE_AFTER_MS - PING_EVERY_MS)

            assert await ends(stream)
