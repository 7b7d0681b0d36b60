"""A supervisor sees who waits, with whom and why, without an agent's rights and without a mouse."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from services.demo.people import AGENTS, PASSWORD, SUPERVISOR
from shared.kernel.vocabulary import EventType
from tests.support.agent_client import signed_in
from tests.support.chat_client import chat_client
from tests.support.demo_shop import SHOP, demo_customer
from tests.support.stack import Stack

QUESTION = "Is the <b>green</b> kettle back?"


@pytest.mark.usefixtures("anna")
async def test_a_supervisor_sees_who_waits_and_why(
    stack: Stack, new_page: Callable[[], Awaitable[Page]]
) -> None:
    page = await new_page()
    await page.goto(f"{stack.url}/console/?shop={SHOP}")
    await page.get_by_label("E-mail address").fill(SUPERVISOR.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("Password", exact=True).press("Enter")
    await expect(page.get_by_role("heading", name="Waiting for an answer")).to_be_visible()

    async with (
        signed_in(stack.url, SHOP, AGENTS[0].email, PASSWORD) as anna,
        chat_client(**await demo_customer(stack)) as customer,
    ):
        await customer.say(QUESTION)
        row = page.get_by_role("main").get_by_role("button").filter(has_text=QUESTION)
        await expect(row).to_contain_text("Asked: Anna de Wit")
        await row.press("Enter")
        why = page.get_by_role("dialog")
        await expect(why).to_contain_text("The customer wrote: offered to Anna de Wit")
        await expect(why).to_contain_text("not connected")
        await page.keyboard.press("Escape")
        await expect(why).to_be_hidden()
        await expect(row).to_be_focused()

        offer = (await anna.wait_for(EventType.OFFER_CREATED, _is_the_question)).body
        await anna.accept(offer["id"])
        await expect(row).to_contain_text("Anna de Wit has it")
        await anna.say(offer["conversation_id"], "It is.")
        await expect(row).to_be_hidden()
        await anna.close(offer["conversation_id"])


def _is_the_question(offer: dict[str, Any]) -> bool:
    return bool(offer["preview"] == QUESTION)
