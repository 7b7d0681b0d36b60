"""The console beside the main job: loaded again, on a narrow screen, and when it was set away."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, ViewportSize, expect

from services.demo.people import AGENTS, PASSWORD
from tests.support.agent_client import AgentClient, signed_in
from tests.support.chat_client import chat_client
from tests.support.demo_shop import SHOP, demo_customer
from tests.support.pages import ConsolePage, ShopPage
from tests.support.stack import Stack

ANNA, *_ = AGENTS
PHONE = ViewportSize(width=390, height=844)
ZOOMED = ViewportSize(width=640, height=400)
"""A laptop's 1280 x 800 at 200 %, which WCAG 1.4.4 asks for."""
LINE_MIN = 240
"""Pixels in which some thirty letters stand on one line; the buttons left it 30 on a phone."""
WHAT_CAN_BE_DONE = ("Pass conversation on", "Close with a follow-up", "Close conversation")
"""With a conversation; one of them stood alone in a row on a phone."""
EXPIRY_MS = 30_000
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmütze " * 12
NewPage = Callable[[], Awaitable[Page]]


class TestReload:
    async def test_an_agent_who_loads_the_page_again_goes_on_in_the_same_words(
        self, stack: Stack, new_page: NewPage, anna: AgentClient
    ) -> None:
        console = ConsolePage(await new_page())
        await console.sign_in(stack.url, ANNA)
        async with chat_client(**await demo_customer(stack)) as customer:
            await customer.say("Which tea keeps me awake?")
            await console.take()
            await console.page.keyboard.type("The black one, and")

            await console.page.reload()

            await expect(console.page.get_by_label("Your answer")).to_have_value(
                "The black one, and"
            )
            await expect(console.said("Which tea keeps me awake?")).to_be_visible()
            await expect(console.page.locator(".rail .unread")).to_have_count(0)
            await expect(console.page.get_by_label("Your answer")).to_be_focused()
            await console.answer(" the green one.")
            await customer.hears("The black one, and the green one.")
            await console.close()


@pytest.mark.parametrize("screen", [PHONE, ZOOMED], ids=["phone", "zoomed"])
class TestNarrow:
    async def test_an_agent_takes_and_answers_without_scrolling_to_the_buttons(
        self, stack: Stack, new_page: NewPage, anna: AgentClient, screen: ViewportSize
    ) -> None:
        console = ConsolePage(await new_page())
        page = console.page
        await page.set_viewport_size(screen)
        await console.sign_in(stack.url, ANNA)
        hello = await demo_customer(stack)
        async with chat_client(**hello) as first, chat_client(**hello) as second:
            await first.say(LONG)
            await expect(console.accept).to_be_in_viewport(ratio=1)
            await console.accept.click()
            for number in range(20):
                await first.say(f"Question {number}")
            await expect(page.get_by_label("Your answer")).to_be_in_viewport(ratio=1)
            assert await self.width_of_answer(page) >= LINE_MIN
            assert len({await self.top_of(page, name) for name in WHAT_CAN_BE_DONE}) == 1
            await expect(console.said("Question 19")).to_be_in_viewport()

            await second.say(LONG)
            parts = page.get_by_role("navigation", name="Parts of the console")
            for part in ("Conversation", "Customer", "Overview"):
                await parts.get_by_role("button", name=part).click()
                await expect(console.accept).to_be_in_viewport(ratio=1)
            await self.assert_fits(page)
            await parts.get_by_role("button", name="Conversation").click()
            await expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
            await page.get_by_label("Your answer").fill("One moment, please.")
            await page.get_by_role("button", name="Send").click()
            await first.hears("One moment, please.")
            await console.accept.click()
            await expect(page.get_by_label("Your answer")).to_be_in_viewport(ratio=1)
            await self.assert_fits(page)

    @staticmethod
    async def top_of(page: Page, button: str) -> float:
        box = await page.get_by_role("button", name=button).bounding_box()
        assert box is not None
        return box["y"]

    @staticmethod
    async def width_of_answer(page: Page) -> float:
        box = await page.get_by_label("Your answer").bounding_box()
        assert box is not None
        return box["width"]

    @staticmethod
    async def assert_fits(page: Page) -> None:
        across = "document.documentElement.scrollWidth - innerWidth"
        assert await page.evaluate(across) <= 0, "nothing is to be scrolled sideways"


class TestAway:
    async def test_an_agent_set_away_is_told_why_and_is_back_with_one_key(
        self, stack: Stack, new_page: NewPage, anna: AgentClient
    ) -> None:
        """Two offers that ran out set an agent away: they must not sit and wait for a third."""
        console = ConsolePage(await new_page())
        page = console.page
        await console.sign_in(stack.url, ANNA)
        hello = await demo_customer(stack)
        async with chat_client(**hello) as one, chat_client(**hello) as two:
            await one.say("Is there anybody?")
            await two.say("And for me?")

            away = page.get_by_role("heading", name="You were set to away")
            await expect(away).to_be_visible(timeout=EXPIRY_MS + 10_000)
            await expect(page.get_by_role("alert").filter(has=away)).to_contain_text(
                "two offers in a row ran out"
            )
            await page.get_by_role("button", name="I am available").press("Enter")

            await expect(console.accept).to_be_visible()
            await expect(away).to_have_count(0)
            for _ in range(2):
                await console.take()
                await page.get_by_role("button", name="Close conversation").press("Enter")


@asynccontextmanager
async def answered_at_last(stack: Stack) -> AsyncIterator[None]:
    """Have the one customer of the block taken and closed, failed or not: nobody waits on."""
    try:
        yield
    finally:
        async with signed_in(stack.url, SHOP, ANNA.email, PASSWORD) as anna:
            offer = (await anna.wait_for("offer.created")).body
            await anna.accept(offer["id"])
            await anna.close(offer["conversation_id"])


class TestHonestWidget:
    async def test_a_customer_is_promised_nobody_who_is_not_there(
        self, stack: Stack, page: Page, anna: AgentClient
    ) -> None:
        shop = ShopPage(page)
        await shop.visit(stack.url)
        line = page.locator("firstreply-widget .presence")
        await expect(line).to_have_text("Write to us here")

        async with answered_at_last(stack):
            await shop.write("Hello?")

            # The place in the line is told a moment later, and is as true.
            await expect(line).to_have_text(re.compile("Your message has arrived|You are next"))
            await expect(page.locator("firstreply-widget .presence-live")).to_have_count(0)

    async def test_a_customer_who_is_cut_off_sees_it_at_once(
        self, stack: Stack, page: Page, anna: AgentClient
    ) -> None:
        shop = ShopPage(page)
        await shop.visit(stack.url)
        line = page.locator("firstreply-widget .presence")
        await expect(line).to_have_text("Write to us here")

        await page.context.set_offline(True)

        await expect(line).to_have_text("You are offline")
        await page.context.set_offline(False)
        await expect(line).to_have_text("Write to us here")

    async def test_a_customer_sends_no_empty_message(
        self, stack: Stack, page: Page, anna: AgentClient
    ) -> None:
        shop = ShopPage(page)
        await shop.visit(stack.url)
        box = page.get_by_label("Your message")

        for nothing in ("   ", "\n\n", "\u200b\u3164"):
            await box.fill(nothing)
            await box.press("Enter")
        async with answered_at_last(stack):
            await shop.write("Something")

            await expect(page.locator("firstreply-widget .own")).to_have_count(1)
