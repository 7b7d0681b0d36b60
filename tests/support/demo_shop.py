"""The demo shop of a running product as its own page and its agents call it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from services.demo.people import PASSWORD, SHOP_ID, DemoAgent
from shared.kernel.ids import IdKind, encode
from tests.support.agent_client import AgentClient
from tests.support.patience import WAIT_S
from tests.support.stack import Stack

SHOP = encode(IdKind.SHOP, SHOP_ID)


async def demo_customer(stack: Stack, customer: str | None = None) -> dict[str, Any]:
    """Return how a customer of the demo shop says hello, vouched for as its page does."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=WAIT_S) as http:
        site = (await http.get("/demo/api/site")).json()
        hello = {"url": stack.socket_url, "site_key": site["site_key"]}
        if customer is not None:
            answer = await http.post("/demo/api/customer-token", json={"ref": customer})
            hello["customer_token"] = answer.json()["token"]
    return hello


@asynccontextmanager
async def beside_the_page(stack: Stack, agent: DemoAgent) -> AsyncIterator[AgentClient]:
    """The REST calls of an agent whose page has the stream; away and without work at both ends."""
    async with httpx.AsyncClient(base_url=stack.url, timeout=WAIT_S) as http:
        who = {"shop_id": SHOP, "email": agent.email, "password": PASSWORD}
        signed = (await http.post("/v1/auth/sign-in", json=who)).raise_for_status().json()
        client = AgentClient(http, signed["token"], signed["agent"])
        await client.set_status("away")
        yield client
        await client.set_status("away")
        for mine in await client.get("/v1/routing/assignments"):
            await client.close(mine["conversation_id"])
