"""The browser of end-to-end tests: one a test, gone with it; a page's errors fail the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.support.chromium import find_chromium, running_chromium

WINDOW_WIDTH, WINDOW_HEIGHT = 1280, 800
"""A small laptop's screen: what an agent in a shop sits before."""


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """A headless Chromium of this test's own."""
    async with running_chromium(find_chromium(), tmp_path) as browser:
        yield browser


@pytest.fixture
async def new_page(browser: Browser) -> AsyncIterator[Callable[[], Awaitable[Page]]]:
    """Return `await new_page()` -> the page of one more person, who shares nothing."""
    errors: list[str] = []

    async def new_page() -> Page:
        context = await browser.new_context(
            viewport={"width": WINDOW_WIDTH, "height": WINDOW_HEIGHT}
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        return page

    yield new_page
    for context in browser.contexts:
        await context.close()
    assert errors == [], "a page threw what nobody caught"


@pytest.fixture
async def page(new_page: Callable[[], Awaitable[Page]]) -> Page:
    """One page, for a test with one person."""
    return await new_page()
