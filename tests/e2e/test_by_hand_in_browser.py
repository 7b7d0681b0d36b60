"""Conversations go by hand: out of the line, over to a supervisor, on to a colleague; no mouse."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import Page, expect

from shared.kernel.vocabulary import EventType
from tests.support.admin import Admin
from tests.support.agent_client import AgentClient, signed_in
from tests.support.chat_client import ChatClient
from tests.support.pages import keep_picture, tab_to
from tests.support.patience import WAIT_S
from tests.support.shop_people import operator_token
from tests.support.shop_server import PASSWORD, ServedShop, ShopServer

QUESTION = "Does the kettle whistle?"
BOSS = "vera@agents.example"


@pytest.fixture
async def served(agent: AgentClient, customer: ChatClient) -> str:
    """What a customer asks whom the shop's first agent has accepted, and left alone since."""
    await customer.say(QUESTION)
    offer = (await agent.wait_for(EventType.OFFER_CREATED)).body
    await agent.accept(offer["id"])
    return QUESTION


async def console(server: ShopServer, shop: ServedShop, email: str, page: Page) -> None:
    """Sign in to the console."""
    await page.goto(f"{server.url}/console/?shop={shop.shop_id}")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("Password", exact=True).press("Enter")


async def supervisor(server: ShopServer, shop: ServedShop, *roles: str) -> None:
    """Give the shop a supervisor who is this besides."""
    vera = {"name": "Vera", "email": BOSS, "password": PASSWORD, "roles": ("supervisor", *roles)}
    async with httpx.AsyncClient(base_url=server.url, timeout=WAIT_S) as http:
        await Admin(http, operator_token(server, shop)).make("/v1/agents", vera)


async def test_an_agent_takes_somebody_out_of_the_whole_line(
    server: ShopServer, pair: ServedShop, page: Page, customer: ChatClient
) -> None:
    await console(server, pair, pair.agents[0], page)
    await expect(page.get_by_role("heading", name="You are away")).to_be_visible()
    line = page.get_by_role("button", name="Whole line")
    await line.press("Enter")
    await expect(page.get_by_text("Nobody waits in the shop.")).to_be_visible()

    await customer.say(QUESTION)
    take = page.get_by_role("button", name=f"Take New customer: {QUESTION}")
    await tab_to(page, take)
    await keep_picture(page, "line")
    await page.keyboard.press("Enter")

    answer = page.get_by_label("Your answer")
    await expect(answer).to_be_focused()
    await page.keyboard.type("It sings.")
    await page.keyboard.press("Enter")
    await customer.hears("It sings.")
    await expect(take).to_be_hidden()


async def test_a_supervisor_passes_on_what_an_agent_has(
    server: ShopServer, pair: ServedShop, page: Page, served: str
) -> None:
    await supervisor(server, pair)
    await console(server, pair, BOSS, page)
    async with signed_in(server.url, pair.shop_id, pair.agents[1], PASSWORD):
        row = page.get_by_role("main").get_by_role("button").filter(has_text=served)
        await expect(row).to_contain_text(f"{pair.agents[0]} has it")
        await row.press("Enter")
        dialog = page.get_by_role("dialog")
        whom = dialog.get_by_label(f"Pass it on from {pair.agents[0]}")
        await expect(whom.locator("option")).to_have_count(2)
        await tab_to(page, whom)
        await page.keyboard.press("ArrowDown")
        await keep_picture(page, "pass-on")
        await tab_to(page, dialog.get_by_role("button", name="Pass on"))
        await page.keyboard.press("Enter")

        await expect(row).to_contain_text(f"{pair.agents[1]} has it")
        await expect(dialog).to_be_hidden()
        await expect(row).to_be_focused()


async def test_a_supervisor_who_serves_takes_over_and_answers(
    served: str, server: ShopServer, pair: ServedShop, page: Page, customer: ChatClient
) -> None:
    await supervisor(server, pair, "agent")
    await console(server, pair, BOSS, page)
    await page.get_by_role("button", name="Wallboard").press("Enter")
    row = page.get_by_role("main").get_by_role("button").filter(has_text=served)
    await expect(row).to_contain_text(f"{pair.agents[0]} has it")
    await row.press("Enter")
    over = page.get_by_role("dialog").get_by_role("button", name="Take it over")
    await tab_to(page, over)
    await keep_picture(page, "take-over")
    await page.keyboard.press("Enter")

    await expect(page.get_by_label("Your answer")).to_be_focused()
    await page.keyboard.type("It sings.")
    await page.keyboard.press("Enter")
    await customer.hears("It sings.")
