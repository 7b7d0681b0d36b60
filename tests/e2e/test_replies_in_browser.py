"""Canned replies in the console, without a mouse: a slash lists them, Enter puts one in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page, expect

from services.demo.answers import demo_replies
from services.demo.data import demo_orders
from services.demo.people import AGENTS
from tests.support.agent_client import AgentClient
from tests.support.chat_client import chat_client
from tests.support.demo_shop import demo_customer
from tests.support.pages import ConsolePage
from tests.support.stack import Stack

ANNA, *_ = AGENTS
ROSA = next(one.customer for one in demo_orders() if one.customer.name)
LABEL = next(one.text for one in demo_replies() if one.key == "return-label")
NewPage = Callable[[], Awaitable[Page]]


async def test_an_agent_puts_a_reply_in_by_a_slash_and_a_few_letters(
    stack: Stack, new_page: NewPage, anna: AgentClient
) -> None:
    console = ConsolePage(await new_page())
    page = console.page
    await console.sign_in(stack.url, ANNA)
    async with chat_client(**await demo_customer(stack, ROSA.shop_ref)) as customer:
        await customer.say("May I send it back?")
        await console.take()
        answer = page.get_by_label("Your answer")
        replies = page.get_by_role("listbox", name="Canned replies")
        await expect(answer).to_be_focused()

        await looks_through(page, answer, replies)
        await page.keyboard.type("label")
        await expect(replies.get_by_role("option")).to_have_count(1)
        await expect(page.locator(".replies-said")).to_contain_text("Canned replies: 1")
        await page.keyboard.press("Enter")

        await expect(replies).to_have_count(0)
        assert ROSA.name is not None
        said = f"Hi! {LABEL.replace('{first_name}', ROSA.name.split()[0])}"
        await expect(answer).to_have_value(said)
        await page.keyboard.press("Enter")
        await customer.hears(said)

        await page.get_by_role("button", name="Replies").click()
        await expect(replies.get_by_role("option").first).to_be_visible()
        await page.keyboard.press("Escape")
        await answer.fill("")

        await page.get_by_role("button", name="Replies").press("Enter")
        await page.keyboard.type("giraffe")
        await expect(page.locator(".replies-said")).to_contain_text("No canned reply has")
        await page.keyboard.press("Escape")
        await answer.fill("")
        await console.close()


async def looks_through(page: Page, answer: Locator, replies: Locator) -> None:
    """List all of them, step to the second, and let them be."""
    await page.keyboard.type("Hi! /")
    await expect(replies.get_by_role("option").nth(1)).to_be_visible()
    await page.keyboard.press("ArrowDown")
    chosen = await replies.get_by_role("option", selected=True).get_attribute("id")
    assert chosen == await replies.get_by_role("option").nth(1).get_attribute("id")
    assert await answer.get_attribute("aria-activedescendant") == chosen
    await page.keyboard.press("Escape")
    await expect(replies).to_have_count(0)
    await expect(answer).to_have_value("Hi! /")
