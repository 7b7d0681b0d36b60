"""Who types, how far the other side read, and what it was like: as both people see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from services.demo.people import AGENTS
from tests.support.pages import ConsolePage, ShopPage
from tests.support.stack import Stack

ANNA = AGENTS[0]


@pytest.mark.usefixtures("anna")  # who leaves no work behind for the next test
async def test_two_people_see_each_other_type_and_read_and_the_customer_rates_it(
    stack: Stack, new_page: Callable[[], Awaitable[Page]]
) -> None:
    shop, console = ShopPage(await new_page()), ConsolePage(await new_page())
    await console.sign_in(stack.url, ANNA)
    await shop.visit(stack.url)
    await shop.write("Where is my teapot?")
    await console.take()
    own = shop.page.locator("firstreply-widget .own").last
    await expect(own).to_contain_text("Read")

    await console.page.keyboard.type("With the ca")
    await expect(shop.page.get_by_text(f"{ANNA.name} is typing…")).to_be_visible()
    await shop.page.get_by_label("Your message").press_sequentially("It is")
    await expect(console.page.locator(".transcript-frame .typing")).to_contain_text("is typing…")

    await shop.page.evaluate("addEventListener('firstreply:message', () => { window.told = 1; })")
    await console.answer("rrier.")
    await expect(shop.said("With the carrier.")).to_be_visible()
    assert await shop.page.evaluate("window.told") == 1
    await expect(shop.page.get_by_text("is typing…")).to_be_hidden()
    await expect(console.page.locator(".transcript .reach")).to_have_text("Read")

    await console.close()
    await assert_the_customer_rates_it_once(shop)


async def assert_the_customer_rates_it_once(shop: ShopPage) -> None:
    best = shop.page.get_by_role("button", name="5 of 5: Very good")
    await best.press("Enter")
    await expect(shop.page.get_by_text("Thank you for telling us.")).to_be_visible()
    await shop.page.reload()
    await shop.page.get_by_role("button", name="Chat with us").press("Enter")
    await expect(shop.page.get_by_text("Thank you for telling us.")).to_be_visible()
    await expect(best).to_have_count(0)
