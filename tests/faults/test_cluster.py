"""A cluster is one product: over two gateways, without NATS for a while, stopped and killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import pytest

from services.cluster.orphans import orphans_of
from services.demo.people import AGENTS
from shared.kernel.ids import IdKind, decode
from tests.support.busy_agent import TRY_LATER
from tests.support.chat_client import ChatClient, chat_client
from tests.support.cluster import AWAY_S, ROUNDS, nats_away, node_urls, pids_of
from tests.support.demo_shop import demo_customer
from tests.support.ledger import Ledger, ledger_of
from tests.support.patience import WAIT_S
from tests.support.postgres_holder import alive
from tests.support.screens import Screen, screen_of
from tests.support.stack import Stack

pytestmark = pytest.mark.watches_time

WHOLE_WITHIN_S = 2.0
"""The promise: every screen is whole so long after NATS is back."""
LOOK_S = 0.05
CUSTOMERS = 6
WRITE_EVERY_S = max(0.1, AWAY_S / 100)
"""However long NATS is away, a snapshot has all that was written: the newest 200 of each."""


def chat_url(url: str) -> str:
    return url.replace("http", "ws", 1) + "/v1/chat"


async def until_taken(screens: Sequence[Screen], count: int) -> None:
    """Have the agents take offers until they serve so many conversations."""
    async with asyncio.timeout(WAIT_S):
        while sum(len(screen.mine) for screen in screens) < count:
            for screen in screens:
                await screen.take_offers()
            await asyncio.sleep(LOOK_S)


async def test_a_customer_on_one_gateway_is_served_by_an_agent_on_the_other(
    cluster: Stack,
) -> None:
    urls = node_urls(cluster)
    hello = await demo_customer(cluster)
    async with (
        screen_of(AGENTS[0], cluster.url, urls["gateway-2"]) as agent,
        chat_client(chat_url(urls["gateway-1"]), hello["site_key"]) as customer,
    ):
        ack = await customer.say("Hello from gateway 1")
        await until_taken([agent], 1)
        (conversation_id,) = agent.mine
        grant = agent.mine[conversation_id]
        assert conversation_id == ack["conversation_id"]
        assert (await agent.client.say(conversation_id, "Hello from the other", grant)).is_success
        await customer.hears("Hello from the other")
        second = await customer.say("And once more")
        async with asyncio.timeout(WAIT_S):
            while second["seq"] not in agent.items.get(conversation_id, ()):
                agent.look()
                await asyncio.sleep(LOOK_S)


async def test_the_newest_connection_wins_over_two_gateways(cluster: Stack) -> None:
    urls = node_urls(cluster)
    hello = await demo_customer(cluster)
    first_url, second_url = chat_url(urls["gateway-1"]), chat_url(urls["gateway-2"])
    async with chat_client(first_url, hello["site_key"]) as first:
        await first.say("I shall look from my phone next")
        again = {"session_token": first.session_token}
        async with chat_client(second_url, hello["site_key"], **again) as second:
            await first.until(lambda: bool(first.byes))
            assert first.byes[0]["code"] == "replaced"
            assert [item["text"] for item in second.items.values()] == [
                "I shall look from my phone next"
            ]


class TestWithoutNats:
    @pytest.mark.timeout(240 + (20 + AWAY_S) * ROUNDS)
    async def test_every_screen_is_whole_within_two_seconds_of_the_return_of_nats(
        self, cluster: Stack, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with (
            self.busy_people(cluster) as (customers, screens),
            ledger_of(cluster.home) as ledger,
        ):
            figures = [
                await self.outage(cluster, customers, screens, ledger) for _ in range(ROUNDS)
            ]
        with capsys.disabled():
            print("\nNATS away:", json.dumps(figures))  # noqa: T201
        assert max(took for one in figures for took in one.values()) < WHOLE_WITHIN_S

    async def outage(
        self,
        cluster: Stack,
        customers: Sequence[ChatClient],
        screens: Sequence[Screen],
        ledger: Ledger,
    ) -> dict[str, float]:
        """Have everybody write while NATS is killed and comes back; return who was whole when."""
        async with self.everybody_writes(customers, screens):
            async with nats_away(cluster):
                newcomer = await self.write_first(cluster, customers[0])
                await asyncio.sleep(AWAY_S)
                assert missing(customers, screens, await ledger.last_seqs()), "it was not needed"
            back_at = time.monotonic()
            at_return = await ledger.last_seqs()
            whole_s = await self.until_whole(customers, screens, at_return, back_at)
            offered_s = await self.until_offered(screens, newcomer, back_at)
        stopped_at = time.monotonic()
        at_end = await ledger.last_seqs()
        quiet_s = await self.until_whole(customers, screens, at_end, stopped_at)
        await serve(screens, newcomer)
        return {"whole_s": whole_s, "offered_s": offered_s, "quiet_s": quiet_s}

    @staticmethod
    @asynccontextmanager
    async def busy_people(
        cluster: Stack,
    ) -> AsyncIterator[tuple[list[ChatClient], list[Screen]]]:
        """Six customers in conversation with three agents, on both gateways."""
        urls = list(node_urls(cluster).items())
        gateways = [url for name, url in urls if name.startswith("gateway")]
        hello = await demo_customer(cluster)
        async with AsyncExitStack() as stack:
            screens = [
                await stack.enter_async_context(
                    screen_of(agent, cluster.url, gateways[place % len(gateways)])
                )
                for place, agent in enumerate(AGENTS)
            ]
            customers = [
                await stack.enter_async_context(
                    chat_client(chat_url(gateways[place % len(gateways)]), hello["site_key"])
                )
                for place in range(CUSTOMERS)
            ]
            for taken, customer in enumerate(customers, 1):
                await customer.say("Is anybody there?")
                await until_taken(screens, taken)
                await answer(screens)  # who leaves one without an answer is offered no other
            yield customers, screens

    @staticmethod
    @asynccontextmanager
    async def everybody_writes(
        customers: Sequence[ChatClient], screens: Sequence[Screen]
    ) -> AsyncIterator[None]:
        """Customers and agents write all the time within the block."""

        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(write_for_ever(customers)),
                group.create_task(answer_for_ever(screens)),
            ]
            yield
            for task in tasks:
                task.cancel()

    @staticmethod
    async def write_first(cluster: Stack, like: ChatClient) -> str:
        """Have a new customer write; return the conversation, of which only the gateway knows."""
        async with chat_client(like.url, like.site_key) as newcomer:
            return str((await newcomer.say("I am new here"))["conversation_id"])

    @staticmethod
    async def until_whole(
        customers: Sequence[ChatClient],
        screens: Sequence[Screen],
        last_seqs: dict[UUID, int],
        since: float,
    ) -> float:
        """Wait until each screen has everything up to these seqs; return the seconds it took."""
        while lacks := missing(customers, screens, last_seqs):
            assert time.monotonic() - since < WAIT_S, lacks
            await asyncio.sleep(LOOK_S)
        return round(time.monotonic() - since, 2)

    @staticmethod
    async def until_offered(screens: Sequence[Screen], conversation_id: str, since: float) -> float:
        async with asyncio.timeout(WAIT_S):
            while not any(conversation_id in screen.offered for screen in screens):
                for screen in screens:
                    screen.look()
                await asyncio.sleep(LOOK_S)
        return round(time.monotonic() - since, 2)


async def serve(screens: Sequence[Screen], conversation_id: str) -> None:
    """Have an agent take a conversation and close it, so that there is room for the next."""
    await until_taken(screens, CUSTOMERS + 1)
    for screen in screens:
        if conversation_id in screen.mine:
            await screen.close(conversation_id)
            del screen.mine[conversation_id]


async def write_for_ever(customers: Sequence[ChatClient]) -> None:
    while True:
        for customer in customers:
            await customer.post(f"Still there? {time.monotonic()}")
        await asyncio.sleep(WRITE_EVERY_S)


async def answer(screens: Sequence[Screen]) -> None:
    """Have each agent answer; five seconds without NATS, nobody can say who is still signed in."""
    for screen in screens:
        for conversation_id, grant in screen.mine.items():
            said = await screen.client.say(conversation_id, "Still here.", grant)
            assert said.is_success or said.status_code in TRY_LATER, said.text


async def answer_for_ever(screens: Sequence[Screen]) -> None:
    while True:
        await answer(screens)
        await asyncio.sleep(WRITE_EVERY_S)


def missing(
    customers: Sequence[ChatClient], screens: Sequence[Screen], last_seqs: dict[UUID, int]
) -> list[str]:
    """Return what anybody ought to see and does not."""
    return [
        *(line for one in customers for line in lacking(one, last_seqs)),
        *(line for one in screens for line in one.missing(last_seqs)),
    ]


def lacking(customer: ChatClient, last_seqs: dict[UUID, int]) -> list[str]:
    """Return what a customer ought to know of the conversation and does not."""
    assert customer.conversation_id is not None
    last = last_seqs[decode(IdKind.CONVERSATION, customer.conversation_id)]
    lacks = set(range(1, last + 1)) - set(customer.seqs(customer.conversation_id))
    return [f"customer lacks {lacks}"] if lacks else []


async def test_a_killed_cluster_starts_again_and_ctrl_c_leaves_no_process_of_either(
    stack: Stack,
) -> None:
    stack.command = "cluster"
    await asyncio.to_thread(stack.start)
    before = pids_of(stack)
    os.kill(before["gateway-1"], signal.SIGSTOP)  # it cannot hear that it should stop
    await asyncio.to_thread(stack.kill)
    await asyncio.to_thread(stack.start)
    after = pids_of(stack)
    assert set(after) == set(before)
    assert living(before) == []
    assert set(orphans_of(stack.home)) == set(after.values()) - {after["postgres"]}

    hello = await demo_customer(stack)
    async with chat_client(hello["url"], hello["site_key"]) as customer:
        await customer.say("Hello?")
        assert await asyncio.to_thread(stack.stop) == 0
    assert living(after) == []
    assert customer.byes, "nobody said good-bye"  # twice, if it was quick to try the other gateway
    assert {bye["code"] for bye in customer.byes} == {"try_again"}
    assert all(bye["retry_in_ms"] > 0 for bye in customer.byes)


def living(pids: dict[str, int]) -> list[str]:
    return [name for name, pid in pids.items() if alive(pid)]
