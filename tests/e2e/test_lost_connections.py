"""A connection that dies without a word: neither side is left waiting at a dead end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

from services.demo.people import AGENTS, PASSWORD
from tests.support.agent_client import AgentClient, signed_in
from tests.support.demo_shop import SHOP
from tests.support.pages import ShopPage
from tests.support.silent_proxy import SilentProxy, silent_proxy
from tests.support.stack import Stack

ANNA, PIOTR, _ = AGENTS
SEEN_WITHIN_MS = 40_000
"""A beat of 15 s, 5 s of grace, a first pause; twice that for a busy machine."""
GONE_WITHIN_S = 25.0
"""15 s without an answer, and room for a busy machine."""
POLL_S = 0.2
NewPage = Callable[[], Awaitable[Page]]


def before(stack: Stack, proxy: SilentProxy) -> str:
    """Return the product's address by way of the proxy."""
    return stack.url.replace(str(urlsplit(stack.url).port), str(proxy.port))


def port_of(stack: Stack) -> int:
    port = urlsplit(stack.url).port
    assert port is not None
    return port


async def presence(agent: AgentClient) -> str:
    return str((await agent.get("/v1/agents/me"))["presence"])


async def until(agent: AgentClient, presence_is: str) -> None:
    """Return once the router says so: it hears of a stream after the stream has begun."""
    async with asyncio.timeout(GONE_WITHIN_S):
        while await presence(agent) != presence_is:  # noqa: ASYNC110  another process's state
            await asyncio.sleep(POLL_S)


async def test_a_waiting_customer_whose_connection_went_silent_sees_the_answer(
    stack: Stack, new_page: NewPage
) -> None:
    """LESSONS 13, Rocket.Chat #36023: can send, cannot receive."""
    async with (
        silent_proxy(port_of(stack)) as proxy,
        signed_in(stack.url, SHOP, PIOTR.email, PASSWORD) as piotr,
    ):
        shop = ShopPage(await new_page())
        await shop.visit(before(stack, proxy))
        await shop.write("Is anybody there?")
        offer = (await piotr.wait_for("offer.created")).body
        taken = await piotr.accept(offer["id"])
        await expect(shop.page.get_by_text(f"{PIOTR.name} joined")).to_be_visible()

        proxy.fall_silent()
        said = await piotr.say(offer["conversation_id"], "Yes, here I am.", taken["grant"])

        assert said.status_code == 201
        await expect(shop.said("Yes, here I am.")).to_be_visible(timeout=SEEN_WITHIN_MS)
        await piotr.close(offer["conversation_id"])
        await piotr.set_status("away")


async def test_an_agent_whose_machine_vanished_is_disconnected_within_seconds(
    stack: Stack, anna: AgentClient
) -> None:
    """LESSONS 3: the connection stays open for many minutes, the agent does not."""
    async with (
        silent_proxy(port_of(stack)) as proxy,
        signed_in(before(stack, proxy), SHOP, ANNA.email, PASSWORD, status=None),
    ):
        await until(anna, "connected")

        proxy.fall_silent()

        await until(anna, "disconnected")


async def test_an_agent_who_is_there_stays_connected(stack: Stack, anna: AgentClient) -> None:
    async with signed_in(stack.url, SHOP, ANNA.email, PASSWORD, status=None) as console:
        await until(anna, "connected")
        for _ in range(int(20 / POLL_S)):
            assert await presence(anna) == "connected"
            await asyncio.sleep(POLL_S)

        assert [event.type for event in console.events].count("snapshot") == 1
