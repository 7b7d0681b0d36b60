"""What is no longer an agent's, or never was, is refused in words and goes to whom it belongs."""

from __future__ import annotations

from typing import Any

import asyncpg
import httpx
import pytest

from shared.kernel.ids import IdKind, decode, encode
from shared.kit.new_ids import new_id
from tests.support.agent_client import AgentClient
from tests.support.chat_client import ChatClient, chat_client
from tests.support.refusals import assert_fit_for_people
from tests.support.shop_people import at_work, offered
from tests.support.shop_server import ServedShop, ShopServer


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal that is fit for people."""
    assert_fit_for_people(answer.text, answer.json()["detail"])
    return answer.status_code, answer.json()["code"]


async def act(agent: AgentClient, offer: dict[str, Any], verb: str) -> httpx.Response:
    return await agent.post(f"/v1/routing/offers/{offer['id']}/{verb}")


async def one_offer(customer: ChatClient, agent: AgentClient, text: str) -> dict[str, Any]:
    return await offered(agent, (await customer.say(text))["conversation_id"])


async def answers(agent: AgentClient, customer: ChatClient, offer: dict[str, Any]) -> None:
    """Take an offer, answer, and see that the conversation is whole with the customer."""
    taken = await agent.accept(offer["id"])
    (await agent.say(offer["conversation_id"], "Here", taken["grant"])).raise_for_status()
    await customer.hears("Here")
    reach = max(customer.seqs(offer["conversation_id"]))
    assert customer.seqs(offer["conversation_id"]) == list(range(1, reach + 1))


class TestGone:
    async def test_an_offer_that_a_colleague_took_says_who_took_it(
        self, server: ShopServer, pair: ServedShop, agent: AgentClient, customer: ChatClient
    ) -> None:
        mine = await one_offer(customer, agent, "Anybody?")
        async with at_work(server, pair, 1) as colleague:
            theirs = await offered(colleague, mine["conversation_id"])
            await answers(colleague, customer, theirs)

            refused = [await act(agent, mine, verb) for verb in ("accept", "decline", "seen")]
            again = await act(colleague, theirs, "accept")

        assert {refusal(one) for one in refused} == {(409, "taken")}
        assert {one.json()["detail"] for one in refused} == {
            f"{pair.agents[1]} has taken this conversation."
        }
        assert again.status_code == 200

    async def test_an_offer_that_was_declined_is_gone_and_the_next_one_is_good(
        self, server: ShopServer, pair: ServedShop, agent: AgentClient, customer: ChatClient
    ) -> None:
        mine = await one_offer(customer, agent, "Anybody?")
        assert (await act(agent, mine, "decline")).status_code == 204
        assert (await act(agent, mine, "decline")).status_code == 204

        refused = [await act(agent, mine, verb) for verb in ("accept", "seen")]

        assert {refusal(one) for one in refused} == {(409, "offer_gone")}
        async with at_work(server, pair, 1) as colleague:
            await answers(colleague, customer, await offered(colleague, mine["conversation_id"]))

    async def test_an_offer_that_was_rescinded_is_gone_and_comes_again(
        self, agent: AgentClient, customer: ChatClient
    ) -> None:
        mine = await one_offer(customer, agent, "Anybody?")
        await agent.set_status("away")

        refused = [await act(agent, mine, verb) for verb in ("accept", "decline", "seen")]

        assert {refusal(one) for one in refused} == {(409, "offer_gone")}
        await agent.set_status("available")
        next_one = await agent.wait_for("offer.created", lambda body: body["id"] != mine["id"])
        await answers(agent, customer, next_one.body)

    async def test_a_colleagues_offer_is_as_little_there_as_one_that_never_was(
        self, server: ShopServer, pair: ServedShop, agent: AgentClient, customer: ChatClient
    ) -> None:
        theirs = await one_offer(customer, agent, "Anybody?")
        never = theirs | {"id": encode(IdKind.OFFER, new_id())}
        async with at_work(server, pair, 1) as colleague:
            await colleague.set_status("away")
            for verb in ("accept", "decline", "seen"):
                seen = []
                for offer in (theirs, never):
                    answer = await act(colleague, offer, verb)
                    assert refusal(answer) == (404, "not_found")
                    seen.append(answer.json() | {"request_id": ""})
                assert seen[0] == seen[1]
        await answers(agent, customer, theirs)


class TestNotMine:
    async def test_only_who_serves_a_conversation_writes_into_it_and_closes_it(
        self, server: ShopServer, pair: ServedShop, agent: AgentClient, customer: ChatClient
    ) -> None:
        offer = await one_offer(customer, agent, "Anybody?")
        conversation_id = offer["conversation_id"]
        taken = await agent.accept(offer["id"])
        async with at_work(server, pair, 1) as colleague:
            bare = await colleague.say(conversation_id, "Mine now")
            borrowed = await colleague.say(conversation_id, "Mine now", taken["grant"])
            closed = await colleague.post(f"/v1/routing/conversations/{conversation_id}/close")

        assert {refusal(bare), refusal(borrowed)} == {(403, "not_assigned")}
        assert refusal(closed) == (404, "not_found")
        await agent.say(conversation_id, "Still mine", taken["grant"])
        await customer.hears("Still mine")
        kept = (await agent.get(f"/v1/conversations/{conversation_id}/items"))["items"]
        assert "Mine now" not in [item["text"] for item in kept]

    async def test_an_ended_conversation_takes_nothing_more_and_closes_once(
        self, agent: AgentClient, customer: ChatClient
    ) -> None:
        offer = await one_offer(customer, agent, "Anybody?")
        conversation_id = offer["conversation_id"]
        await answers(agent, customer, offer)
        # The router hears of the answer by its own way: its figure must not come after the end.
        await agent.wait_for(
            "conversation.responded", lambda body: body["conversation_id"] == conversation_id
        )
        ended = await agent.close(conversation_id)
        await customer.hears("The conversation ended.")

        late = await agent.say(conversation_id, "One more thing")

        assert refusal(late) == (409, "already_ended")
        assert refusal(await act(agent, offer, "accept")) == (409, "offer_gone")
        assert await agent.close(conversation_id) == ended
        assert customer.seqs(conversation_id) == [1, 2, 3, 4]


@pytest.fixture
def alone(server: ShopServer) -> ServedShop:
    """A shop with one agent, who takes two at once."""
    return server.new_shop(agents=1, capacity=2)


async def test_an_agent_above_capacity_is_refused_and_the_offer_stays(
    server: ShopServer, alone: ServedShop
) -> None:
    """LESSONS 6: a limit is a number, checked again at the accept."""
    async with (
        at_work(server, alone) as agent,
        chat_client(server.socket_url, alone.site_key) as first,
        chat_client(server.socket_url, alone.site_key) as second,
    ):
        one, two = [await one_offer(who, agent, "Anybody?") for who in (first, second)]
        await agent.accept(one["id"])
        await lower_capacity(server, alone)

        refused = await act(agent, two, "accept")

        assert refusal(refused) == (409, "at_capacity")
        assert [each["id"] for each in await agent.get("/v1/routing/offers")] == [two["id"]]
        await agent.close(one["conversation_id"])
        await answers(agent, second, two)


async def lower_capacity(server: ShopServer, shop: ServedShop) -> None:
    """Do what no endpoint does: administration withdraws the offers above the new capacity.

    A router that finds its token taken reads the tables again.
    """
    admin = await asyncpg.connect(server.database_url("postgres"))
    try:
        shop_id = decode(IdKind.SHOP, shop.shop_id)
        for table, change in (("agents", "capacity = 1"), ("leases", "token = token + 1")):
            done = await admin.execute(
                f"UPDATE router.{table} SET {change} WHERE shop_id = $1",  # noqa: S608  ours
                shop_id,
            )
            assert done == "UPDATE 1"
    finally:
        await admin.close()
