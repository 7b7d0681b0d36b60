"""A closed shop's widget: it says when somebody is there, and asks where to answer until then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from playwright.async_api import Page, expect

from shared.kit.system_clock import SystemClock
from tests.e2e.test_site_colours_in_browser import a_shops_page
from tests.support.admin import Admin
from tests.support.patience import WAIT_S
from tests.support.shop_people import operator_token, until_hours_told
from tests.support.shop_server import ServedShop, ShopServer


def open_in_two_days() -> dict[str, Any]:
    today = datetime.fromtimestamp(SystemClock().now() / 1000, UTC)
    day = (today + timedelta(days=2)).strftime("%a").lower()
    span = {"day": day, "opens": "09:00", "closes": "17:00"}
    return {"time_zone": "UTC", "spans": [span]}


async def close(server: ShopServer, shop: ServedShop) -> None:
    async with httpx.AsyncClient(base_url=server.url, timeout=WAIT_S) as http:
        admin = Admin(http, operator_token(server, shop))
        (queue,) = await admin.all("/v1/queues", "queues", limit=2)
        await admin.change(f"/v1/queues/{queue['id']}", {"hours": open_in_two_days()})


async def test_a_customer_of_a_closed_shop_leaves_an_address_without_a_mouse(
    server: ShopServer, pair: ServedShop, new_page: Callable[[], Awaitable[Page]]
) -> None:
    await close(server, pair)
    await until_hours_told(server, pair)
    async with a_shops_page(server, pair) as url:
        page = await new_page()
        await page.goto(url)
        await page.get_by_role("button", name="Chat with us").press("Enter")
        await expect(page.get_by_text("We are closed. We open on ")).to_be_visible()
        address = page.get_by_label("Where may we answer you?")
        await expect(address).to_have_count(0)
        await page.get_by_label("Your message").fill("Is the yellow one in stock?")
        await page.get_by_label("Your message").press("Enter")

        await address.fill("nowhere")
        await address.press("Enter")
        await expect(page.get_by_text("Nobody can be reached there.")).to_be_visible()
        await expect(address).to_be_focused()
        await address.fill("rui@loja.example")
        await address.press("Enter")
        await expect(page.get_by_text("We will answer you at rui@loja.example.")).to_be_visible()
        await expect(address).to_have_count(0)
        await expect(page.get_by_label("Your message")).to_be_focused()
