"""Notes for colleagues, ended conversations found by words, and signing out, without a mouse."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from services.demo.people import AGENTS
from tests.support.agent_client import AgentClient
from tests.support.chat_client import chat_client
from tests.support.demo_shop import demo_customer
from tests.support.pages import ConsolePage, tab_to
from tests.support.stack import Stack

ANNA, *_ = AGENTS
NewPage = Callable[[], Awaitable[Page]]


async def test_an_agent_leaves_a_note_finds_it_again_and_signs_out(
    stack: Stack, new_page: NewPage, anna: AgentClient
) -> None:
    console = ConsolePage(await new_page())
    page = console.page
    await console.sign_in(stack.url, ANNA)
    async with chat_client(**await demo_customer(stack)) as customer:
        await customer.say("Has my porcelain quagga left?")
        await console.take()

        await page.keyboard.type("I am looking")
        await page.keyboard.press("Alt+n")
        note = page.get_by_label("Your note, for colleagues alone")
        await expect(note).to_be_focused()
        await expect(note).to_have_value("")
        await page.keyboard.type("Sent it twice already")
        await page.keyboard.press("Enter")
        kept = page.locator(".transcript .note:not(.waiting)")
        await expect(kept).to_contain_text("Sent it twice already")
        await expect(kept).to_contain_text("for colleagues alone")

        await expect(page.get_by_label("Your answer")).to_have_value("I am looking")
        await console.answer(" it up.")
        await customer.hears("I am looking it up.")
        await console.close()
        assert "Sent it twice already" not in json.dumps(list(customer.items.values()))

    search = page.get_by_label("Find ended conversations by words")
    await search.fill("quagga twice")  # typed, the last words of the close may take the focus
    found = page.get_by_role("search").get_by_role("button")
    await expect(found.filter(has_text="quagga")).to_be_visible()
    await tab_to(page, found.filter(has_text="quagga"))
    await page.keyboard.press("Enter")
    await expect(page.locator(".transcript .note")).to_contain_text("Sent it twice already")
    await expect(console.said("Has my porcelain quagga left?")).to_be_visible()

    kept_here = await page.evaluate("sessionStorage.getItem('firstreply.console.session')")
    await page.get_by_role("button", name="Sign out").press("Enter")
    await expect(page.get_by_label("E-mail address")).to_be_visible()
    head = {"Authorization": f"Bearer {json.loads(kept_here)['token']}"}
    answer = await anna.http.get("/v1/agents/me", headers=head)
    assert answer.status_code == 401
