"""Two gateway nodes on one database and one bus behave as one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.kernel.ids import IdKind, decode
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.in_process import InProcessBus
from tests.support.gateway import looking_inside
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway, served_gateway, standing_in


@asynccontextmanager
async def two_gateways(
    database: TestDatabase,
) -> AsyncIterator[tuple[ServedGateway, ServedGateway]]:
    keys = Keyring.ephemeral()
    async with (
        InProcessBus() as bus,
        standing_in(bus) as router,
        served_gateway(database, bus, router, keys) as one,
        served_gateway(database, bus, router, keys) as two,
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
