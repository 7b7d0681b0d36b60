"""A conversation passed on with a note, and closed with a promise: without a mouse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from services.demo.people import AGENTS
from tests.support.agent_client import AgentClient
from tests.support.chat_client import chat_client
from tests.support.demo_shop import beside_the_page, demo_customer
from tests.support.pages import ConsolePage, keep_picture, tab_to
from tests.support.stack import Stack

ANNA, PIOTR, *_ = AGENTS
NewPage = Callable[[], Awaitable[Page]]


@pytest.fixture
async def piotr(stack: Stack) -> AsyncIterator[AgentClient]:
    """The second demo agent's REST calls, so that nothing stays with him."""
    async with beside_the_page(stack, PIOTR) as piotr:
        yield piotr


async def test_an_agent_passes_a_conversation_on_and_the_colleague_promises_a_follow_up(
    stack: Stack, new_page: NewPage, anna: AgentClient, piotr: AgentClient
) -> None:
    console, colleague = ConsolePage(await new_page()), ConsolePage(await new_page())
    page, his = console.page, colleague.page
    await console.sign_in(stack.url, ANNA)
    async with chat_client(**await demo_customer(stack)) as customer:
        await customer.say("My vase came in pieces.")
        await console.take()
        await console.answer("I am sorry.")
        await colleague.sign_in(stack.url, PIOTR)

        await page.get_by_role("button", name="Pass conversation on").press("Enter")
        dialog = page.get_by_role("dialog", name="Pass this conversation on")
        line = dialog.get_by_label("Back to the line")
        await expect(line).to_be_focused()
        await expect(dialog.get_by_role("button", name="Close", exact=True)).to_be_visible()
        await expect(dialog.get_by_label(PIOTR.name)).to_be_enabled()
        await page.keyboard.press("ArrowDown")
        await expect(dialog.get_by_label(PIOTR.name)).to_be_checked()
        await tab_to(page, dialog.get_by_label("Note for your colleague"))
        await page.keyboard.type("She wants a new one.")
        await keep_picture(page, "transfer")
        await tab_to(page, dialog.get_by_role("button", name="Pass on"))
        await page.keyboard.press("Enter")
        await expect(page.locator(".over")).to_contain_text(f"{PIOTR.name} serves")

        await his.get_by_role("button", name="I am sorry.").press("Enter")
        await expect(his.locator(".transcript .note")).to_contain_text("She wants a new one.")
        await expect(his.get_by_text("Passed on once")).to_be_visible()
        await his.get_by_role("button", name="Close with a follow-up").press("Enter")
        await his.keyboard.type("A new vase is on its way.")
        await keep_picture(his, "promise")
        await his.keyboard.press("Tab")
        await his.get_by_role("button", name="Close and remember").press("Enter")
        await his.get_by_role("button", name="Done").press("Enter")

    follow_ups = his.get_by_role("region", name="Follow-ups")
    await expect(follow_ups).to_contain_text("A new vase is on its way.")
    await keep_picture(his, "follow-ups")
    await follow_ups.get_by_role("button", name="Solved").press("Enter")
    await expect(follow_ups).to_have_count(0)
