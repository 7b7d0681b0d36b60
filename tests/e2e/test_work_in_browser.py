"""Work of another service in an agent's console: offered, taken, done; without a mouse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from playwright.async_api import Page, expect

from services.demo.people import AGENTS, SHOP_ID
from shared.contracts.claims import Principal
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from tests.support.agent_client import AgentClient
from tests.support.pages import ConsolePage, keep_picture
from tests.support.patience import WAIT_S
from tests.support.stack import Stack

ANNA, *_ = AGENTS
CALL = {
    "external_id": "call-4711",
    "title": "Call back: Rui Costa, parcel lost",
    "url": "https://calls.example/4711",
    "attributes": {"phone": "+351 211 000 000", "waiting since": "this morning"},
    "needs": {"channel": "voice"},
    "target_ms": 60_000,
}
HOUR_MS = 3_600_000
PRESS_A_AT_THE_OFFER = """
    new MutationObserver((_changes, seen) => {
      if (!document.querySelector(".offer-keys")) return;
      seen.disconnect();
      document.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyA" }));
    }).observe(document.body, { childList: true, subtree: true });
    """
"""A browser tells observers as soon as the script that drew is through, before it paints: no
hand is faster."""


async def test_an_agent_takes_a_call_that_another_service_asks_for_and_is_done_with_it(
    stack: Stack, page: Page, anna: AgentClient
) -> None:
    console = ConsolePage(page)
    await console.sign_in(stack.url, ANNA)
    async with a_service(stack) as service, asked(service) as made:
        offer = page.locator(".offer")
        await expect(offer.get_by_role("heading", name=str(CALL["title"]))).to_be_visible()
        link = offer.get_by_role("link", name="Open call-4711")
        assert await link.get_attribute("href") == CALL["url"]
        await expect(offer).to_contain_text("+351 211 000 000")
        await keep_picture(page, "work-offer")
        await page.keyboard.press("a")

        work = page.get_by_role("region", name=str(CALL["title"]))
        await expect(work).to_contain_text("Taken after")
        await expect(work.get_by_role("textbox")).to_have_count(0)
        await expect(work.get_by_role("link", name="Open call-4711")).to_be_visible()
        await expect(page.get_by_role("navigation", name="Offers")).to_contain_text("call-4711")
        await keep_picture(page, "work")
        await work.get_by_role("button", name="Pass this work on").press("Enter")
        dialog = page.get_by_role("dialog", name="Pass this work on")
        await expect(dialog.get_by_label("Note for your colleague")).to_have_count(0)
        await page.keyboard.press("Escape")

        await work.get_by_role("button", name="Done with it").press("Enter")
        await expect(page.locator(".over")).to_contain_text("This work is over.")
        await keep_picture(page, "work-over")
        await page.get_by_role("button", name="Done", exact=True).press("Enter")
        await expect(page.get_by_text("Ready for the next customer")).to_be_visible()
        told = (await service.get(f"/v1/routing-requests/{made['id']}")).json()
        assert (told["end_reason"], told["agent"]["name"]) == ("completed", ANNA.name)


async def test_work_that_is_called_off_leaves_the_console_and_says_so(
    stack: Stack, page: Page, anna: AgentClient
) -> None:
    console = ConsolePage(page)
    await console.sign_in(stack.url, ANNA)
    async with a_service(stack) as service, asked(service) as made:
        await expect(console.accept).to_be_visible()
        await page.keyboard.press("a")
        await expect(page.get_by_role("button", name="Done with it")).to_be_visible()
        await service.post(f"/v1/routing-requests/{made['id']}/cancel")
        await expect(page.locator(".over")).to_contain_text("This work is over.")


async def test_a_key_pressed_in_the_instant_an_offer_is_drawn_accepts_it(
    stack: Stack, page: Page, anna: AgentClient
) -> None:
    await ConsolePage(page).sign_in(stack.url, ANNA)
    await page.evaluate(PRESS_A_AT_THE_OFFER)
    async with a_service(stack) as service, asked(service):
        await expect(page.get_by_role("button", name="Done with it")).to_be_visible()


def a_service(stack: Stack) -> httpx.AsyncClient:
    """Return the calls of a program of the demo shop that may have work routed."""
    principal = Principal(
        shop_id=SHOP_ID,
        scopes=(Scope.ROUTING_WRITE,),
        name="telephone exchange",
        expires_at=SystemClock().now() + HOUR_MS,
    )
    token = sign_principal(Keyring.open(stack.home / "keys.json"), principal)
    return httpx.AsyncClient(
        base_url=stack.url, headers={"Authorization": f"Bearer {token}"}, timeout=WAIT_S
    )


@asynccontextmanager
async def asked(service: httpx.AsyncClient) -> AsyncIterator[dict[str, Any]]:
    """Ask for work; whatever becomes of it, it is nobody's at the end of the block."""
    key = {"Idempotency-Key": new_id().hex}
    answer = await service.post("/v1/routing-requests", json=CALL, headers=key)
    made: dict[str, Any] = answer.raise_for_status().json()
    try:
        yield made
    finally:
        await service.post(f"/v1/routing-requests/{made['id']}/cancel")
