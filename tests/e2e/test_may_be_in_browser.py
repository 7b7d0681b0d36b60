"""Somebody not signed in left an address: the agent reads who it may be, the customer never."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

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
from tests.support.chat_client import ChatClient, chat_client
from tests.support.demo_shop import demo_customer
from tests.support.pages import ConsolePage, keep_picture
from tests.support.patience import WAIT_S
from tests.support.stack import Stack

ANNA, *_ = AGENTS
NAME = "Rosa Lindenblüh"
MINUTE_MS = 60_000

NewPage = Callable[[], Awaitable[Page]]


async def an_address_that_bought(stack: Stack) -> str:
    address = f"{new_id().hex}@mail.example"
    await bought(stack, address)
    return address


async def signed_in(stack: Stack, new_page: NewPage) -> ConsolePage:
    console = ConsolePage(await new_page())
    await console.come_to(stack.url)
    await console.type_sign_in(ANNA)
    return console


async def test_an_agent_reads_who_it_may_be_and_the_customer_never_does(
    stack: Stack, new_page: NewPage, anna: AgentClient
) -> None:
    """LESSONS 24 (ChatterMate GHSA-rfh4-6ghv-m2rr)."""
    address = await an_address_that_bought(stack)
    console = await signed_in(stack, new_page)
    async with chat_client(**await demo_customer(stack)) as customer:
        await customer.say("Is anybody there?")
        await customer.tell("leave_address", client_id="a1", address=address)
        await customer.until(lambda: "a1" in customer.acks)
        await console.page.get_by_role("button", name="I am available").press("Enter")
        card = console.page.get_by_role("complementary", name="Customer")
        await expect(console.accept).to_be_visible()
        await expect(card).to_contain_text(f"{NAME}, gave the same email. Not proven: do not tell.")
        await keep_picture(console.page, "may-be-offered")
        await console.take()
        await console.answer("Good day.")
        await expect(card).to_contain_text(NAME)
        await expect(card).to_contain_text("Not known yet")
        await keep_picture(console.page, "may-be-served")
        await console.page.reload()
        await expect(card).to_contain_text(f"{NAME}, gave the same email. Not proven: do not tell.")
        await keep_picture(console.page, "may-be-loaded-anew")
        await customer.hears("Good day.")
        assert NAME not in everything_told(customer)


async def test_an_address_that_is_left_while_an_agent_answers_says_it_at_once(
    stack: Stack, new_page: NewPage, anna: AgentClient
) -> None:
    address = await an_address_that_bought(stack)
    console = await signed_in(stack, new_page)
    async with chat_client(**await demo_customer(stack)) as customer:
        await customer.say("Where is my parcel?")
        await console.page.get_by_role("button", name="I am available").press("Enter")
        await expect(console.accept).to_be_visible()
        await console.take()
        card = console.page.get_by_role("complementary", name="Customer")
        await expect(card).to_contain_text("Not known yet")
        await expect(card).not_to_contain_text(NAME)
        await customer.tell("leave_address", client_id="a1", address=address)
        await expect(card).to_contain_text(f"{NAME}, gave the same email. Not proven: do not tell.")
        await keep_picture(console.page, "may-be-left-later")
        assert NAME not in everything_told(customer)


async def bought(stack: Stack, address: str) -> None:
    """Have somebody of that address order in the demo shop."""
    expires_at = SystemClock().now() + MINUTE_MS
    caller = Principal(
        shop_id=SHOP_ID, scopes=(Scope.ORDERS_WRITE,), name="till", expires_at=expires_at
    )
    token = sign_principal(Keyring.open(Path(stack.home, "keys.json")), caller)
    order = {
        "platform": "till",
        "reference": new_id().hex,
        "customer": {"shop_ref": address, "name": NAME, "email": address},
        "status": "paid",
        "placed_at": "2026-11-02T10:00:00Z",
        "currency": "EUR",
        "total_minor": 2_400,
    }
    async with httpx.AsyncClient(base_url=stack.url, timeout=WAIT_S) as http:
        head = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_id().hex}
        answer = await http.post("/v1/orders/batches", json={"orders": [order]}, headers=head)
    assert answer.is_success, answer.text


def everything_told(customer: ChatClient) -> str:
    return str([customer.items, customer.welcomes, customer.signs, customer.acks])
