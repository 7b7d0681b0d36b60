"""The running shops and the browser of end-to-end tests; a page's errors fail its test.

With FIRSTREPLY_E2E=cluster the product is a cluster, and the tests are the same.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from services.demo.people import AGENTS
from tests.support.agent_client import AgentClient
from tests.support.chat_client import ChatClient, chat_client
from tests.support.checkout import CHECKOUT
from tests.support.chromium import find_chromium, running_chromium
from tests.support.demo_shop import beside_the_page
from tests.support.patience import WAIT_MS
from tests.support.shop_people import at_work
from tests.support.shop_server import ServedShop, ShopServer, running_shop_server
from tests.support.stack import Stack, running_stack

WINDOW_WIDTH, WINDOW_HEIGHT = 1280, 800
"""A small laptop's screen: what an agent in a shop sits before."""
PICTURES = CHECKOUT / "test-results"
"""Where the pages of a failed test are kept to be looked at."""
SIGNS = ("/typing", "/received", "/read")
"""Latest values, lost without harm: one sent between an accept and the gateway's hearing of it, or
as the conversation passes to somebody else, is not found, and the browser says so of itself."""
FAILED = pytest.StashKey[bool]()
expect.set_options(timeout=WAIT_MS)

INSTALLATION = os.environ.get("FIRSTREPLY_E2E", "up")
"""The command that starts the product: `up` or `cluster`."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failed test until its pages are closed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The product as a stranger starts it; its database's own user may pass the folder."""
    with tempfile.TemporaryDirectory(prefix="fr-e2e-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with running_stack(folder, command=INSTALLATION) as stack:
            yield stack


@pytest.fixture
async def anna(stack: Stack) -> AsyncIterator[AgentClient]:
    """The first demo agent's REST calls, beside her page."""
    async with beside_the_page(stack, AGENTS[0]) as anna:
        yield anna


@pytest.fixture(scope="session")
def server() -> Iterator[ShopServer]:
    """The whole product in a process of its own; each test has shops that it shares with nobody."""
    with running_shop_server() as server:
        yield server


@pytest.fixture
def pair(server: ShopServer) -> ServedShop:
    """A shop with two agents."""
    return server.new_shop(agents=2, capacity=4)


@pytest.fixture
def other(server: ShopServer) -> ServedShop:
    """Another shop, which must never be met."""
    return server.new_shop(agents=1, capacity=4)


@pytest.fixture
async def agent(server: ShopServer, pair: ServedShop) -> AsyncIterator[AgentClient]:
    """An agent of the first shop, available."""
    async with at_work(server, pair) as agent:
        yield agent


@pytest.fixture
async def customer(server: ShopServer, pair: ServedShop) -> AsyncIterator[ChatClient]:
    """A customer of the first shop whom nobody knows."""
    async with chat_client(server.socket_url, pair.site_key) as customer:
        yield customer


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
        if line.type == "error" and not line.location["url"].endswith(SIGNS):
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
