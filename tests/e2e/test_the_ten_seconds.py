"""What the first answer's ten seconds stand on: an offer at once, no refusal, an honest figure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import asyncpg
import httpx
import pytest

from shared.kernel.clock import Instant, Millis, from_iso
from shared.kit.system_clock import SystemClock
from tests.support.agent_client import AgentClient, StreamedEvent
from tests.support.chat_client import ChatClient, chat_client
from tests.support.patience import WAIT_S
from tests.support.shop_people import at_work, offered
from tests.support.shop_server import ServedShop, ShopServer

pytestmark = pytest.mark.watches_time

TOLERANCE_MS: Millis = 50
"""The issue's own: the first-response time against the wall clock."""
OFFERED_WITHIN_MS: Millis = 100
"""The issue's own, and LESSONS 2: from the customer's message received to the offer."""
AT_ONCE = 10
ROUNDS = 5
ANSWERS = 100
OVERTAKING = 10
THINKING_S = 0.3


@dataclass(frozen=True)
class Team:
    """Agents and customers of one shop, all connected."""

    agents: list[AgentClient]
    customers: list[ChatClient]

    async def ask_at_once(self, text: str) -> tuple[float, list[dict[str, Any]]]:
        """Have every customer write in the same instant; return it and the acknowledgements."""
        starting = asyncio.Barrier(len(self.customers) + 1)

        async def ask(customer: ChatClient) -> dict[str, Any]:
            await starting.wait()
            return await customer.say(text)

        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(ask(customer)) for customer in self.customers]
            await starting.wait()
            asked_at = time.perf_counter()
        return asked_at, [task.result() for task in asking]

    async def go_home(self) -> None:
        """End every conversation, and forget what was said."""
        for agent in self.agents:
            for mine in await agent.get("/v1/routing/assignments"):
                await agent.close(mine["conversation_id"])
            agent.events.clear()
        for customer in self.customers:
            await customer.hears("The conversation ended.")
            customer.items.clear()


async def a_team(
    stack: AsyncExitStack, server: ShopServer, shop: ServedShop, *, customers: int
) -> Team:
    enter = stack.enter_async_context
    agents = [await enter(at_work(server, shop, number)) for number in range(len(shop.agents))]
    site = (server.socket_url, shop.site_key)
    return Team(agents, [await enter(chat_client(*site)) for _ in range(customers)])


class TestOffers:
    @pytest.fixture
    async def team(self, server: ShopServer) -> AsyncIterator[Team]:
        """Ten agents who take one conversation each, and ten customers."""
        shop = server.new_shop(agents=AT_ONCE, capacity=1)
        async with AsyncExitStack() as stack:
            yield await a_team(stack, server, shop, customers=AT_ONCE)

    async def test_ten_conversations_at_once_with_ten_idle_agents_are_all_offered_within_100_ms(
        self, team: Team
    ) -> None:
        """LESSONS 2 (Rocket.Chat, libredesk, Live Helper Chat): by both clocks, and one each.

        The slowest of ten counts. Of five rounds it is the middle one by the server's instants. On
        the streams it is the second best: there the reading of ten streams in this process, beside
        the product and whatever else the machine runs, is part of the figure.
        """
        rounds = [await one_round(team) for _ in range(ROUNDS)]

        decided, arrived = zip(*rounds, strict=True)
        assert median(decided) <= OFFERED_WITHIN_MS, f"by the server's instants: {decided}"
        assert sorted(arrived)[1] <= OFFERED_WITHIN_MS, f"on the agents' streams: {arrived}"


def live(agent: AgentClient) -> list[StreamedEvent]:
    """The offers before an agent; the first who asked had second ones, which gave way."""
    ended = {event.body["offer_id"] for event in agent.events if event.type == "offer.ended"}
    created = (event for event in agent.events if event.type == "offer.created")
    return [event for event in created if event.body["id"] not in ended]


async def one_round(team: Team) -> tuple[Millis, Millis]:
    """Have all ask, be offered, taken and ended; return the slowest offer by either clock."""
    asked_at, acks = await team.ask_at_once("Anybody?")
    async with asyncio.timeout(WAIT_S):
        while any(len(live(agent)) != 1 for agent in team.agents):  # noqa: ASYNC110  its process's
            await asyncio.sleep(0.005)
    offers = [live(agent)[0] for agent in team.agents]
    slowest = max(offer.read_at for offer in offers) - asked_at
    taken = [
        await agent.accept(offer.body["id"])
        for agent, offer in zip(team.agents, offers, strict=True)
    ]
    conversations = {ack["conversation_id"] for ack in acks}
    assert len(conversations) == AT_ONCE
    assert {offer.body["conversation_id"] for offer in offers} == conversations
    assert {each["assignment"]["conversation_id"] for each in taken} == conversations
    decided = [
        from_iso(offer.body["created_at"]) - from_iso(each["state"]["queued_at"])
        for offer, each in zip(offers, taken, strict=True)
    ]
    await team.go_home()
    return max(decided), round(slowest * 1_000)


class TestAnswers:
    @pytest.fixture
    async def team(self, server: ShopServer) -> AsyncIterator[Team]:
        """An agent with room for everybody."""
        shop = server.new_shop(agents=1, capacity=ANSWERS)
        async with AsyncExitStack() as stack:
            yield await a_team(stack, server, shop, customers=ANSWERS)

    async def test_a_conversation_accepted_and_answered_at_once_is_never_refused(
        self, team: Team
    ) -> None:
        """A hundred times, one by one, as fast as the wire goes."""
        (agent,) = team.agents
        for customer in team.customers:
            conversation_id = (await customer.say("Anybody?"))["conversation_id"]
            await take_and_answer(agent, await offered(agent, conversation_id))
            await customer.hears(f"Answer to {conversation_id}")

    async def test_an_answer_that_overtakes_the_event_of_its_assignment_is_never_refused(
        self, server: ShopServer, team: Team
    ) -> None:
        """Here the grant alone opens the conversation: the gateway hears of nothing meanwhile."""
        (agent,) = team.agents
        for customer in team.customers[:OVERTAKING]:
            conversation_id = (await customer.say("Anybody?"))["conversation_id"]
            offer = await offered(agent, conversation_id)
            async with held_up_events(server):
                await take_and_answer(agent, offer)
            await customer.hears(f"Answer to {conversation_id}")
            joined = f"{agent.agent['name']} joined the conversation."
            assert (await customer.hears(joined))["seq"] == 3, "it did overtake the event"

    async def test_a_hundred_at_once_are_answered_as_they_come_and_never_refused(
        self, team: Team
    ) -> None:
        """The same while everything else is under way."""
        (agent,) = team.agents
        _, acks = await team.ask_at_once("Anybody?")
        known: set[str] = set()
        async with asyncio.TaskGroup() as group:
            for _ in range(ANSWERS):
                offer = await agent.wait_for("offer.created", lambda body: body["id"] not in known)
                known.add(offer.body["id"])
                group.create_task(take_and_answer(agent, offer.body))

        for customer, ack in zip(team.customers, acks, strict=True):
            await customer.hears(f"Answer to {ack['conversation_id']}")


@asynccontextmanager
async def held_up_events(server: ShopServer) -> AsyncIterator[None]:
    """Keep the gateway from taking any event while the block runs."""
    admin = await asyncpg.connect(server.database_url("postgres"))
    try:
        async with admin.transaction():
            await admin.execute("LOCK TABLE gateway.inbox IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await admin.close()


async def take_and_answer(agent: AgentClient, offer: dict[str, Any]) -> None:
    """Accept, and answer with nothing between the two but the way of the grant."""
    taken = await agent.accept(offer["id"])
    answer = f"Answer to {offer['conversation_id']}"
    said = await agent.say(offer["conversation_id"], answer, taken["grant"])
    assert said.status_code == httpx.codes.CREATED, said.text


class TestFirstResponse:
    async def test_the_first_response_time_is_the_wall_clocks(
        self, agent: AgentClient, customer: ChatClient
    ) -> None:
        """Exactly by the server's instants, within 50 ms by the clock of those who wait."""
        clock = SystemClock()
        asked_at = clock.now()
        conversation_id = (await customer.say("Anybody?"))["conversation_id"]
        taken = await agent.accept((await offered(agent, conversation_id))["id"])
        await asyncio.sleep(THINKING_S)
        item = (await agent.say(conversation_id, "Here", taken["grant"])).json()
        answered_at = clock.now()
        told = await agent.wait_for(
            "conversation.responded", lambda body: body["conversation_id"] == conversation_id
        )

        measured: Millis = told.body["first_response_ms"]
        received_at: Instant = from_iso(told.body["queued_at"])
        assert measured == from_iso(item["created_at"]) - received_at
        assert abs((answered_at - asked_at) - measured) <= TOLERANCE_MS
        state = await agent.get(f"/v1/routing/conversations/{conversation_id}")
        assert state["first_response_ms"] == measured
        assert from_iso(state["respond_by"]) - received_at == 10_000
