"""Two gateways and one conversation: the same messages raced on both, and one killed in the middle.

The ledger is twofold: PostgreSQL, and what the customer wrote down of every send, acknowledgement
and delivery.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.demo.people import AGENTS
from shared.kernel.ids import IdKind, decode
from shared.kit.new_ids import new_id
from tests.support.busy_agent import TRY_LATER
from tests.support.chat_client import ChatClient
from tests.support.cluster import ROUNDS, kill_process, node_urls
from tests.support.demo_shop import demo_customer
from tests.support.journal import JournalledClient
from tests.support.ledger import Acknowledged, ledger_of
from tests.support.patience import WAIT_S
from tests.support.screens import Screen, screen_of
from tests.support.stack import Stack
from tests.support.unique_words import a_word

pytestmark = pytest.mark.watches_time

RACERS = int(os.environ.get("FIRSTREPLY_RACERS", "6"))
"""Sessions whose messages are raced; `make faults-gateway` takes 50."""
IDS = 20
"""client_ids of each: under the burst that a node takes of one customer."""
SEED = 5
AT_ONCE = 32
"""Requests that are on their way to one gateway."""
PAUSE_S = 0.05
TALK_S = (0.5, 1.5)
GATEWAYS = ("gateway-1", "gateway-2")


@pytest.mark.timeout(240 + 30 * ROUNDS)
async def test_a_customer_whose_gateway_is_killed_goes_on_at_the_other_without_a_gap(
    cluster: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = node_urls(cluster)
    site_key = (await demo_customer(cluster))["site_key"]
    customer = JournalledClient(chat_url(urls["gateway-1"]), site_key)
    said: list[str] = []
    async with (
        # Through the front, as a console's: a gateway that dies again and again is started again
        # ever later, and an agent who is away that long is rightly taken for gone.
        screen_of(AGENTS[0], cluster.url, cluster.url) as agent,
        asyncio.TaskGroup() as group,
    ):
        running = group.create_task(customer.run())
        await customer.until(lambda: customer.connected, WAIT_S)
        await customer.say("Is anybody there?")
        await agent.take_one()
        talks = [
            group.create_task(write(customer)),
            group.create_task(answer_for_ever(agent, said)),
        ]
        await kill_them_in_turn(cluster, customer)
        for task in talks:
            task.cancel()
        await customer.until(lambda: not customer.unacknowledged, WAIT_S)
        figures = await judged(cluster, customer, said)
        running.cancel()
    with capsys.disabled():
        print("\nmoved to the other gateway:", json.dumps(figures))  # noqa: T201
    assert figures["connections"] > 2 * ROUNDS
    wrong = ("lost", "doubled", "told_twice", "inversions", "missing")
    assert {what: figures[what] for what in wrong} == dict.fromkeys(wrong, 0)
    assert customer.conversation_id in agent.mine, "it is still the same conversation"


async def kill_them_in_turn(cluster: Stack, customer: ChatClient) -> None:
    """Kill the gateway that the customer is at, again and again; the customer goes to the other."""
    dice = random.Random(SEED)  # noqa: S311
    urls = node_urls(cluster)
    for number in range(2 * ROUNDS):
        await asyncio.sleep(dice.uniform(*TALK_S))
        dead, other = GATEWAYS[number % 2], GATEWAYS[1 - number % 2]
        customer.url = chat_url(urls[other])
        await asyncio.to_thread(kill_process, cluster, dead)
        await customer.until(lambda: customer.connected, WAIT_S)


async def judged(cluster: Stack, customer: JournalledClient, said: list[str]) -> dict[str, Any]:
    """Compare what the customer knows with what stands, once the customer knows all of it."""
    assert customer.conversation_id is not None
    async with ledger_of(cluster.home) as ledger:
        last = (await ledger.last_seqs())[decode(IdKind.CONVERSATION, customer.conversation_id)]
        known = customer.seqs
        every = list(range(1, last + 1))
        await customer.until(lambda: known(str(customer.conversation_id))[:last] == every, WAIT_S)
        acks = [
            Acknowledged(ack["conversation_id"], ack["seq"], customer.sent[client_id])
            for client_id, ack in customer.acks.items()
        ]
        verdict = await ledger.judge(acks, set(customer.sent.values()) | set(said))
        assert await ledger.violations() == {}, "gaps among them"
    account = customer.account()
    heard = {item["text"] for item in customer.items.values()}
    return {
        "acknowledged": len(acks),
        "heard": len(said),
        "connections": customer.connections,
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled) + len(customer.doubles),
        "told_twice": len(account.doubled),
        "inversions": len(account.inversions),
        "missing": len(set(said) - heard),
    }


async def write(customer: JournalledClient) -> None:
    while True:
        await customer.post(f"Still there? {a_word()}")
        await asyncio.sleep(2 * PAUSE_S)


async def answer_for_ever(agent: Screen, said: list[str]) -> None:
    """Answer; what a dying gateway leaves unanswered is sent again under its key."""
    while True:
        ((conversation_id, grant),) = agent.mine.items()
        text, key = f"Still here: {a_word()}", new_id().hex
        while not await accepted(agent, conversation_id, text, grant, key):  # noqa: ASYNC110  it asks
            await asyncio.sleep(PAUSE_S)
        said.append(text)
        await asyncio.sleep(2 * PAUSE_S)


async def accepted(
    agent: Screen, conversation_id: str, text: str, grant: str | None, key: str
) -> bool:
    try:
        answer = await agent.client.say(conversation_id, text, grant, key)
    except httpx.HTTPError:
        return False
    assert answer.is_success or answer.status_code in TRY_LATER, answer.text
    return answer.is_success


async def test_the_same_client_ids_raced_on_two_gateways_are_each_one_message(
    cluster: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(SEED)  # noqa: S311
    site_key = (await demo_customer(cluster))["site_key"]
    urls = [node_urls(cluster)[name] for name in GATEWAYS]
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        doors = [await stack.enter_async_context(door_of(url)) for url in urls]
        racers = [group.create_task(race(doors, site_key, dice)) for _ in range(RACERS)]
    told = [racer.result() for racer in racers]
    async with ledger_of(cluster.home) as ledger:
        acks = [ack for one in told for ack in one.values()]
        verdict = await ledger.judge(acks, {ack.text for ack in acks})
        assert await ledger.violations() == {}, "gaps among them"
    with capsys.disabled():
        figures = {"sends": 2 * RACERS * IDS, "messages": len(acks), "lost": len(verdict.lost)}
        print("\nraced on two gateways:", json.dumps(figures))  # noqa: T201
    assert (verdict.lost, verdict.doubled) == ((), ())
    for one in told:
        assert len({ack.conversation_id for ack in one.values()}) == 1
        assert sorted(ack.seq for ack in one.values()) == list(range(1, IDS + 1))


@dataclass(frozen=True)
class Door:
    """One gateway's REST, by which so many go at once as it has connections.

    Nobody waits within the client: it looks through its whole line whenever a request ends, which
    for thousands takes longer than the gateway does.
    """

    http: httpx.AsyncClient
    gate: asyncio.Semaphore

    async def post(self, path: str, **what: Any) -> httpx.Response:
        async with self.gate:
            return await self.http.post(path, **what)


@asynccontextmanager
async def door_of(url: str) -> AsyncIterator[Door]:
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=url, timeout=WAIT_S, limits=limits) as http:
        yield Door(http, asyncio.Semaphore(AT_ONCE))


async def race(
    doors: Sequence[Door], site_key: str, dice: random.Random
) -> dict[str, Acknowledged]:
    """Send each message of a new session to both gateways at once, each in an order of its own.

    Returns what was acknowledged by client_id; both gateways said the same.
    """
    hello = await doors[0].post("/v1/chat/sessions", json={"site_key": site_key})
    token = hello.raise_for_status().json()["session_token"]
    texts = {new_id().hex: f"Where is parcel {a_word()}?" for _ in range(IDS)}
    async with asyncio.TaskGroup() as group:
        sends = [
            group.create_task(send(door, token, client_id, texts[client_id]))
            for door in doors
            for client_id in dice.sample(list(texts), IDS)
        ]
    answers: dict[str, Acknowledged] = {}
    for ack in (one.result() for one in sends):
        place = Acknowledged(ack["conversation_id"], ack["seq"], texts[ack["client_id"]])
        assert answers.setdefault(ack["client_id"], place) == place, "they do not agree"
    return answers


async def send(door: Door, token: str, client_id: str, text: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": client_id}
    while True:
        answer = await door.post("/v1/chat/messages", json={"text": text}, headers=headers)
        if answer.status_code not in TRY_LATER:
            told: dict[str, Any] = answer.raise_for_status().json()
            return {**told, "client_id": client_id}
        await asyncio.sleep(PAUSE_S)


def chat_url(url: str) -> str:
    return url.replace("http", "ws", 1) + "/v1/chat"
