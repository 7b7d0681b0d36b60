"""An invitation beside a shop's page: it asks, takes nothing, and is answered without a mouse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.test_site_colours_in_browser import a_shops_page
from tests.support.admin import Admin
from tests.support.agent_client import AgentClient
from tests.support.pages import focus_is_seen, tab_to
from tests.support.patience import WAIT_S
from tests.support.shop_people import operator_token
from tests.support.shop_server import ServedShop, ShopServer

NewPage = Callable[[], Awaitable[Page]]
TEXT = "<b>Any questions</b> before you order?"
ON_PAGE_MS = 1_000
POLL_S = 0.05
RULE = {"id": "looking-around", "text": TEXT, "page": "*", "on_page_ms": ON_PAGE_MS}


@pytest.fixture
async def admin(server: ShopServer, pair: ServedShop) -> AsyncIterator[Admin]:
    async with httpx.AsyncClient(base_url=server.url, timeout=WAIT_S) as http:
        yield Admin(http, operator_token(server, pair))


async def site_of(admin: Admin) -> str:
    (site,) = await admin.all("/v1/sites", "sites", limit=2)
    return f"/v1/sites/{site['id']}"


async def counts(admin: Admin) -> dict[str, Any]:
    (counted,) = (await admin.get(f"{await site_of(admin)}/invitations"))["rules"]
    return {name: counted[name] for name in ("opened", "accepted", "dismissed", "conversations")}


async def until_counted(admin: Admin, wanted: dict[str, int]) -> None:
    """Return once the figures are these: a widget does not wait until its part is counted."""
    deadline = time.monotonic() + WAIT_S
    while (found := await counts(admin)) != wanted:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(POLL_S)


def invitation(page: Page) -> Locator:
    return page.locator("firstreply-widget .invitation")


async def invited(page: Page, url: str) -> Locator:
    """Come to the shop and stay, until somebody asks; the focus is where it was."""
    await page.goto(url)
    asks = invitation(page)
    await expect(asks).to_be_visible()
    await expect(asks.get_by_role("status")).to_have_text(TEXT)
    assert await asks.locator("b").count() == 0
    assert await page.evaluate("document.activeElement === document.body")
    return asks


async def test_a_customer_who_looks_around_is_asked_and_writes_without_a_mouse(
    server: ShopServer, pair: ServedShop, agent: AgentClient, admin: Admin, new_page: NewPage
) -> None:
    """LESSONS 29: markup in a shop's words is shown as the text it is."""
    await admin.change(await site_of(admin), {"invitations": [RULE]})
    async with a_shops_page(server, pair) as url:
        page = await new_page()
        await page.emulate_media(reduced_motion="reduce")
        asks = await invited(page, url)
        assert await asks.evaluate("at => getComputedStyle(at).animationName") == "none"
        await tab_to(page, asks.get_by_role("button", name="Write to us"))
        assert await focus_is_seen(page)
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Your message")).to_be_focused()
        await expect(invitation(page)).to_have_count(0)
        await page.keyboard.type("Is the yellow one in stock?")
        await page.keyboard.press("Enter")
        own = page.locator("firstreply-widget .own:not(.waiting)")
        await expect(own).to_be_visible()
    await until_counted(admin, {"opened": 1, "accepted": 1, "dismissed": 0, "conversations": 1})


async def test_a_customer_who_waves_it_away_is_not_asked_on_the_next_page(
    server: ShopServer, pair: ServedShop, agent: AgentClient, admin: Admin, new_page: NewPage
) -> None:
    await admin.change(await site_of(admin), {"invitations": [RULE]})
    async with a_shops_page(server, pair) as url:
        page = await new_page()
        asks = await invited(page, url)
        await tab_to(page, asks.get_by_role("button", name="No, thank you"))
        await page.keyboard.press("Escape")
        await expect(invitation(page)).to_have_count(0)
        await expect(page.get_by_role("button", name="Chat with us")).to_be_focused()
        await page.reload()
        await expect(page.get_by_role("button", name="Chat with us")).to_be_visible()
        await page.wait_for_timeout(2 * ON_PAGE_MS)
        await expect(invitation(page)).to_have_count(0)
    await until_counted(admin, {"opened": 1, "accepted": 0, "dismissed": 1, "conversations": 0})
