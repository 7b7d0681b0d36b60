"""A customer sends a picture, the agent sees it and sends a PDF back, in two browser pages."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect

from services.demo.people import AGENTS
from tests.support.pages import ConsolePage, ShopPage
from tests.support.sample_files import PDF, a_png
from tests.support.stack import Stack

ANNA, *_ = AGENTS
PICTURES = os.environ.get("FIRSTREPLY_PICTURES")
"""A folder for screenshots, to be looked at by people."""
NewPage = Callable[[], Awaitable[Page]]


def picked(name: str, data: bytes, media_type: str) -> FilePayload:
    return {"name": name, "mimeType": media_type, "buffer": data}


async def bytes_of(path: Path) -> bytes:
    return await asyncio.to_thread(path.read_bytes)


async def look(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), animations="disabled")


@pytest.mark.usefixtures("anna")  # who leaves no work behind for the next test
async def test_a_customer_sends_a_picture_and_the_agent_sends_a_pdf_back(
    stack: Stack, new_page: NewPage
) -> None:
    shop, console = ShopPage(await new_page()), ConsolePage(await new_page())
    await console.sign_in(stack.url, ANNA)
    await shop.visit(stack.url)
    choose = shop.page.locator("firstreply-widget input[type=file]")
    box = shop.page.get_by_label("Your message")

    await choose.set_input_files(picked("empty.pdf", b"", "application/pdf"))
    await expect(shop.page.get_by_role("alert").filter(has_text="empty")).to_be_visible()
    await look(shop.page, "widget-refused")
    await shop.page.get_by_role("button", name="Remove empty.pdf").click()
    await choose.set_input_files(picked("teapot.png", a_png(320, 240), "image/png"))
    await expect(shop.page.get_by_role("button", name="Remove teapot.png")).to_be_visible()
    await look(shop.page, "widget-laid")
    await box.fill("This is how it arrived")
    await box.press("Enter")
    await expect(shop.page.get_by_role("img", name="Picture: teapot.png")).to_be_visible()

    await console.take()
    seen = console.page.get_by_role("img", name="Picture: teapot.png")
    await expect(seen).to_be_visible()
    await seen.evaluate("picture => picture.decode()")
    await console.page.locator(".composer input[type=file]").set_input_files(
        picked("bill.pdf", PDF, "application/pdf")
    )
    await expect(console.page.get_by_role("button", name="Remove bill.pdf")).to_be_visible()
    await look(console.page, "console-laid")
    await console.page.get_by_label("Your answer").press("Enter")

    chip = shop.page.get_by_role("button", name="Download bill.pdf")
    await expect(chip).to_be_visible()
    await look(console.page, "console-sent")
    async with shop.page.expect_download() as download:
        await chip.press("Enter")
    taken = await download.value
    assert taken.suggested_filename == "bill.pdf"
    assert await bytes_of(Path(await taken.path())) == PDF
    await look(shop.page, "widget-talk")
