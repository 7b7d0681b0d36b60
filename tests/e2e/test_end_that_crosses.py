"""The agent closes while the customer writes on: the message is answered where it was written.

Decision 0007, seen by the people it is about: the whole product, whose services are kept from
hearing of each other by a lock on the row where the one that hears counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from shared.kernel.vocabulary import Service
from tests.support.agent_client import AgentClient
from tests.support.chat_client import ChatClient
from tests.support.patience import WAIT_S
from tests.support.shop_people import offered
from tests.support.shop_server import ShopServer

LOOK_EVERY_S = 0.01
HEARD_ALL = """
    SELECT i.version = c.last_seq FROM gateway.conversations c
    JOIN router.inbox i ON i.shop_id = c.shop_id AND i.stream = c.wire_id
    WHERE c.wire_id = $1 AND i.emitter = 'gateway'
    """


@asynccontextmanager
async def deaf(server: ShopServer, service: Service, conversation_id: str) -> AsyncIterator[None]:
    """Let a service hear nothing of a conversation from the other one while the block runs."""
    connection = await asyncpg.connect(server.database_url("postgres"))
    try:
        async with connection.transaction():
            locked = await connection.fetch(
                f"SELECT version FROM {service}.inbox WHERE stream = $1 FOR UPDATE",  # noqa: S608
                conversation_id,
            )
            assert len(locked) == 1, "there is a row to lock"
            yield
    finally:
        await connection.close()


async def nothing_under_way(server: ShopServer, conversation_id: str) -> None:
    """Wait until the router has heard every item: nothing else waits for what is locked next."""
    connection = await asyncpg.connect(server.database_url("postgres"))
    try:
        async with asyncio.timeout(WAIT_S):
            while not await connection.fetchval(HEARD_ALL, conversation_id):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY_S)
    finally:
        await connection.close()


async def served(server: ShopServer, customer: ChatClient, agent: AgentClient) -> str:
    """Bring a customer's question to its agent and return the conversation, all heard of it."""
    ack = await customer.say("Where is my parcel?")
    conversation_id: str = ack["conversation_id"]
    offer = await offered(agent, conversation_id)
    await agent.accept(offer["id"])
    await customer.until(lambda: "joined" in kinds(customer, conversation_id))
    await nothing_under_way(server, conversation_id)
    return conversation_id


def kinds(customer: ChatClient, conversation_id: str) -> list[str]:
    """Return what the customer was told of others in a conversation, in order."""
    places = sorted(place for place in customer.items if place[0] == conversation_id)
    return [customer.items[place]["kind"] for place in places]


async def offered_again(agent: AgentClient, conversation_id: str, but: set[str]) -> dict[str, Any]:
    """Return an offer of the conversation that the agent has not answered yet."""
    event = await agent.wait_for(
        "offer.created",
        lambda body: bool(body["conversation_id"] == conversation_id and body["id"] not in but),
    )
    return event.body


def offers_of(agent: AgentClient, conversation_id: str) -> set[str]:
    return {
        event.body["id"]
        for event in agent.events
        if event.type == "offer.created" and event.body["conversation_id"] == conversation_id
    }


async def test_an_agent_answers_a_reopened_conversation_before_the_gateway_knows_of_any_of_it(
    server: ShopServer, agent: AgentClient, customer: ChatClient
) -> None:
    conversation_id = await served(server, customer, agent)
    before = offers_of(agent, conversation_id)
    async with deaf(server, Service.GATEWAY, conversation_id):
        await agent.close(conversation_id)
        ack = await customer.say("One thing more!")
        offer = await offered_again(agent, conversation_id, before)
        taken = await agent.accept(offer["id"])
        answer = await agent.say(conversation_id, "I am still here.", taken["grant"])

        assert (answer.status_code, ack["conversation_id"]) == (201, conversation_id)
        await customer.hears("I am still here.")
    await customer.until(lambda: kinds(customer, conversation_id).count("joined") == 2)
    later = await customer.say("Thank you!")

    assert later["conversation_id"] == conversation_id
    assert kinds(customer, conversation_id) == ["joined", "message", "joined"]
    assert customer.seqs(conversation_id) == list(range(1, later["seq"] + 1))


async def test_a_customer_who_writes_on_before_the_router_knows_stays_in_the_conversation(
    server: ShopServer, agent: AgentClient, customer: ChatClient
) -> None:
    conversation_id = await served(server, customer, agent)
    before = offers_of(agent, conversation_id)
    async with deaf(server, Service.ROUTER, conversation_id):
        async with deaf(server, Service.GATEWAY, conversation_id):
            # The router has committed the end; the row it counts this stream on is not part of it.
            await agent.close(conversation_id)
            await customer.say("One thing more!")
        await customer.until(lambda: "left" in kinds(customer, conversation_id))
        second = await customer.say("Are you there?")
        assert second["conversation_id"] == conversation_id
    await customer.drop()
    offer = await offered_again(agent, conversation_id, before)
    taken = await agent.accept(offer["id"])
    answer = await agent.say(conversation_id, "Yes, still here.", taken["grant"])

    assert answer.status_code == 201, answer.text
    await customer.hears("Yes, still here.")
    assert "ended" not in kinds(customer, conversation_id)
    last = max(customer.seqs(conversation_id))
    assert customer.seqs(conversation_id) == list(range(1, last + 1))
