"""The two pages as their people use them: the shop's page with the widget, the agent's console."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Locator, Page, expect

from services.demo.people import PASSWORD, SHOP_ID, DemoAgent
from shared.kernel.ids import IdKind, encode
from tests.support.patience import WAIT_S

NOTE_MESSAGES = """(() => {
  window.messages = [];
  window.seen = { asked: 0, answered: 0 };
  const began = () => window.messages.push([Date.now(), null]);
  const ended = () => window.messages.forEach((one) => { one[1] ??= Date.now(); });
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (JSON.parse(data).type === "send") {
      began();
      this.addEventListener("message", ({ data }) => {
        if (JSON.parse(data).type === "accepted") ended();
      });
    }
    return send.call(this, data);
  };
  const fetch = window.fetch;
  window.fetch = async (input, init) => {
    const isMessage = init?.method === "POST" && String(input.url ?? input).endsWith("/items");
    const isSeen = String(input.url ?? input).endsWith("/seen");
    if (isMessage) began();
    if (isSeen) window.seen.asked++;
    const response = await fetch(input, init);
    if (isSeen) window.seen.answered++;
    if (isMessage) ended();
    return response;
  };
})()"""
"""Keeps when a page hands each message to the network, and when it reads that it is committed;
counts the offers it says it shows."""
POLL_S = 0.02
SEEN = "window.seen.asked > 0 && window.seen.asked === window.seen.answered"
FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}"""
MARGIN = 6
"""Pixels around an element in which its focus ring is drawn."""
TABS_MAX = 30


@dataclass(frozen=True)
class ShopPage:
    """A page of the demo shop, and its widget."""

    page: Page

    async def visit(self, url: str, customer: str | None = None) -> None:
        """Come to the shop, signed in as a customer or as nobody, and open the chat."""
        query = "?" + urlencode({"customer": customer}) if customer else ""
        await self.page.add_init_script(NOTE_MESSAGES)
        await self.page.goto(f"{url}/demo/{query}")
        await self.page.get_by_role("button", name="Chat with us").press("Enter")

    async def write(self, text: str) -> None:
        """Type a message, send it, see it acknowledged."""
        await self.page.get_by_label("Your message").fill(text)
        await self.page.get_by_label("Your message").press("Enter")
        own = self.page.locator("firstreply-widget .own:not(.waiting)")
        await expect(own.filter(has_text=text)).to_be_visible()

    def said(self, text: str) -> Locator:
        """Return the message of the talk with this text."""
        return self.page.locator("firstreply-widget .bubble").filter(has_text=text)


@dataclass(frozen=True)
class ConsolePage:
    """An agent's console, used without a mouse."""

    page: Page

    async def sign_in(self, url: str, agent: DemoAgent) -> None:
        """Sign in and be available."""
        await self.come_to(url)
        await self.type_sign_in(agent)
        await self.page.get_by_role("button", name="I am available").press("Enter")
        await expect(self.page.get_by_text("Ready for the next customer")).to_be_visible()

    async def come_to(self, url: str) -> None:
        """Open the sign-in page as the address of the demo shop does."""
        await self.page.add_init_script(NOTE_MESSAGES)
        await self.page.goto(f"{url}/console/?shop={encode(IdKind.SHOP, SHOP_ID)}")
        await expect(self.page.get_by_label("E-mail address")).to_be_focused()

    async def type_sign_in(self, agent: DemoAgent) -> None:
        """Type e-mail address and password; the first field has the focus already."""
        await self.page.keyboard.type(agent.email)
        await self.page.keyboard.press("Tab")
        await self.page.keyboard.type(PASSWORD)
        await self.page.keyboard.press("Enter")

    @property
    def accept(self) -> Locator:
        return self.page.get_by_role("button", name="Accept")

    @property
    def card(self) -> Locator:
        return self.page.get_by_label("Customer", exact=True)

    @property
    def orders(self) -> Locator:
        return self.card.locator(".order")

    def said(self, text: str) -> Locator:
        """Return the message of the open conversation with this text."""
        return self.page.locator(".transcript .bubble").filter(has_text=text)

    async def take(self) -> None:
        """Wait for an offer and accept it with its one key, once the router knows it is shown.

        A person is never faster than that; said after the accept it would be refused.
        """
        await expect(self.accept).to_be_visible()
        async with asyncio.timeout(WAIT_S):
            # The pages' policy lets no function poll in them.
            while not await self.page.evaluate(SEEN):  # noqa: ASYNC110
                await asyncio.sleep(POLL_S)
        await self.page.keyboard.press("a")
        await expect(self.page.get_by_label("Your answer")).to_be_focused()

    async def answer(self, text: str) -> None:
        """Type an answer, send it, see it committed."""
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Enter")
        committed = self.page.locator(".transcript .ours:not(.waiting)")
        await expect(committed.filter(has_text=text)).to_be_visible()

    async def close(self) -> None:
        """Close the conversation on the screen and leave it."""
        await self.page.get_by_role("button", name="Close conversation").press("Enter")
        await expect(self.page.get_by_role("button", name="Done")).to_be_focused()
        await self.page.keyboard.press("Enter")


async def only_message(page: Page) -> tuple[int, int]:
    """Return when the page's one message was sent, and known as committed: ms of the wall clock."""
    ((sent_at, committed_at),) = await page.evaluate("window.messages")
    return sent_at, committed_at


async def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until the wanted element has the focus; every stop on the way must be seen."""
    for _ in range(TABS_MAX):
        await page.keyboard.press(key)
        if await wanted.evaluate(f"wanted => ({FOCUSED})() === wanted"):
            return
    raise AssertionError(f"{TABS_MAX} times {key} did not lead to {wanted}")


async def keep_picture(page: Page, name: str) -> None:
    """Keep what is on the screen in the folder FIRSTREPLY_LOOK, where it says one."""
    if folder := os.environ.get("FIRSTREPLY_LOOK"):
        await page.screenshot(path=f"{folder}/{name}.png")


async def focus_is_seen(page: Page) -> bool:
    """Return whether the focused element looks other than it does without the focus."""
    focused = (await page.evaluate_handle(FOCUSED)).as_element()
    assert focused is not None
    box: Any = await focused.bounding_box()
    clip = {
        "x": max(0, box["x"] - MARGIN),
        "y": max(0, box["y"] - MARGIN),
        "width": box["width"] + 2 * MARGIN,
        "height": box["height"] + 2 * MARGIN,
    }
    with_focus = await page.screenshot(clip=clip, animations="disabled")  # type: ignore[arg-type]
    await focused.evaluate("at => at.blur()")
    without = await page.screenshot(clip=clip, animations="disabled")  # type: ignore[arg-type]
    await focused.evaluate("at => at.focus({ focusVisible: true })")
    return with_focus != without
