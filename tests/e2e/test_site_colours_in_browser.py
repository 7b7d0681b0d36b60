"""A site's colours, set over REST, on a page of the shop's own that says nothing of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.admin import Admin
from tests.support.pages import focus_is_seen
from tests.support.patience import WAIT_S
from tests.support.shop_people import operator_token
from tests.support.shop_server import HOST, ServedShop, ShopServer

YELLOW = {"accent": "#ffd400", "text": "#1c1c1c"}
ON_YELLOW = {"background-color": "rgb(255, 212, 0)", "color": "rgb(28, 28, 28)"}
OWN_LOOK = {"background-color": "rgb(15, 92, 77)", "color": "rgb(255, 255, 255)"}
INK = "rgb(28, 36, 33)"
"""The widget's text: a ring of yellow would not be seen on white."""
NewPage = Callable[[], Awaitable[Page]]


@asynccontextmanager
async def a_shops_page(server: ShopServer, shop: ServedShop) -> AsyncIterator[str]:
    """Serve a page with the tag and nothing else, from another origin than the widget's."""
    tag = f'<script async src="{server.url}/widget.js" data-site-key="{shop.site_key}"></script>'
    page = f'<!doctype html><link rel="icon" href="data:,"><title>Fern</title>{tag}'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readline():
            writer.write(f"{head}Connection: close\r\n\r\n{page}".encode())
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, HOST, 0) as listening:
        yield f"http://{HOST}:{listening.sockets[0].getsockname()[1]}/"


async def paint(server: ShopServer, shop: ServedShop, colours: dict[str, str]) -> None:
    """Give the shop's only site its colours, as the operator's command line does."""
    async with httpx.AsyncClient(base_url=server.url, timeout=WAIT_S) as http:
        admin = Admin(http, operator_token(server, shop))
        (site,) = await admin.all("/v1/sites", "sites", limit=2)
        await admin.change(f"/v1/sites/{site['id']}", {"colours": colours})


async def looks(part: Locator, look: dict[str, str]) -> None:
    await expect(part).to_be_visible()
    for name, value in look.items():
        await expect(part).to_have_css(name, value)


@pytest.mark.parametrize(
    ("colours", "look"),
    [(YELLOW, ON_YELLOW), (None, OWN_LOOK)],
    ids=["the site's own colours", "none"],
)
async def test_the_widget_shows_a_sites_colours_and_a_focus_that_is_seen_in_them(
    server: ShopServer, pair: ServedShop, new_page: NewPage, colours: Any, look: Any
) -> None:
    if colours:
        await paint(server, pair, colours)
    async with a_shops_page(server, pair) as url:
        page = await new_page()
        await page.goto(url)
        launcher = page.get_by_role("button", name="Chat with us")
        await looks(launcher, {**look, "opacity": "1"})
        await launcher.focus()
        assert await focus_is_seen(page)
        await launcher.press("Enter")
        await looks(page.locator("firstreply-widget .header"), look)
        message = page.get_by_label("Your message")
        await expect(message).to_be_focused()
        ring = INK if colours else OWN_LOOK["background-color"]
        await looks(message, {"outline-color": ring, "outline-style": "solid"})
        await message.fill("Is the yellow one in stock?")
        await looks(page.locator("firstreply-widget .send"), look)
        await message.press("Enter")
        await looks(page.locator("firstreply-widget .own .bubble"), {**look, "opacity": "1"})
