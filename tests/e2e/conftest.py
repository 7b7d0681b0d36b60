"""The browser of end-to-end tests: one a test, gone with it; a page's errors fail the test."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page

from tests.support.checkout import CHECKOUT
from tests.support.chromium import find_chromium, running_chromium

WINDOW_WIDTH, WINDOW_HEIGHT = 1280, 800
"""A small laptop's screen: what an agent in a shop sits before."""
PICTURES = CHECKOUT / "test-results"
"""Where the pages of a failed test are kept to be looked at."""
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failed test until its pages are closed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """A headless Chromium of this test's own."""
    async with running_chromium(find_chromium(), tmp_path) as browser:
        yield browser


@pytest.fixture
async def new_page(
    browser: Browser, request: pytest.FixtureRequest
) -> AsyncIterator[Callable[[], Awaitable[Page]]]:
    """Return `await new_page()` -> the page of one more person, who shares nothing."""
    errors: list[str] = []

    def note(line: ConsoleMessage) -> None:
        if line.type == "error":
            errors.append(f"{line.location['url']}: {line.text}")

    async def new_page() -> Page:
        context = await browser.new_context(
            viewport={"width": WINDOW_WIDTH, "height": WINDOW_HEIGHT}
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on("console", note)
        return page

    yield new_page
    if request.node.stash.get(FAILED, False):
        await _take_pictures(browser, request.node.name)
    for context in browser.contexts:
        await context.close()
    assert errors == [], "a page threw what nobody caught, or complained in its console"


@pytest.fixture
async def page(new_page: Callable[[], Awaitable[Page]]) -> Page:
    """One page, for a test with one person."""
    return await new_page()


async def _take_pictures(browser: Browser, test: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    pages = [page for context in browser.contexts for page in context.pages]
    for number, page in enumerate(pages, 1):
        name = re.sub(r"[^a-z0-9]+", "-", test.lower())
        await page.screenshot(path=PICTURES / f"{name}-{number}.png")
