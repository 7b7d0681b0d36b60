"""The people of the shop server's shops: agents at work, bare customers, what they show and say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from shared.contracts.claims import Principal
from shared.kernel.ids import IdKind, decode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.customer_tokens import sign_customer_token
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.system_clock import SystemClock
from tests.support.agent_client import AgentClient, signed_in
from tests.support.chat_client import chat_client, raw_chat
from tests.support.patience import WAIT_S
from tests.support.shop_server import KNOWN_CUSTOMER, PASSWORD, ServedShop, ShopServer

MINUTE_MS = 60_000


@asynccontextmanager
async def at_work(
    server: ShopServer, shop: ServedShop, number: int = 0
) -> AsyncIterator[AgentClient]:
    """One agent of a shop, available."""
    who = (shop.shop_id, shop.agents[number], PASSWORD)
    async with signed_in(server.url, *who) as agent:
        yield agent


async def program_token(http: httpx.AsyncClient, api_key: str) -> str:
    """Return what a program gets for its key."""
    head = {"Authorization": f"Bearer {api_key}"}
    token: str = (await http.post("/v1/auth/tokens", headers=head)).json()["token"]
    return token


def operator_token(server: ShopServer, shop: ServedShop) -> str:
    """Return what lets the installation's operator into a shop."""
    principal = Principal(
        shop_id=decode(IdKind.SHOP, shop.shop_id),
        scopes=(Scope.ADMIN, Scope.OPERATOR),
        name="root",
        expires_at=SystemClock().now() + MINUTE_MS,
    )
    return sign_principal(Keyring.open(server.home / "keys.json"), principal)


async def until_hours_told(server: ShopServer, shop: ServedShop) -> None:
    """Return once a hello is told the shop's hours, which the next ones are then told from memory.

    A hello waits a quarter of a second for them, and on a busy machine goes without.
    """
    async with asyncio.timeout(WAIT_S):
        told = None
        while told is None:
            async with chat_client(server.socket_url, shop.site_key) as customer:
                told = customer.welcomes[0].get("hours")


async def offered(agent: AgentClient, conversation_id: str) -> dict[str, Any]:
    """Return the offer of a conversation to this agent."""
    event = await agent.wait_for(
        "offer.created", lambda body: bool(body["conversation_id"] == conversation_id)
    )
    return event.body


async def card_of(offer: dict[str, Any], agent: AgentClient) -> dict[str, Any]:
    """Return the card of an offer: inside it, or after it when history took more than 50 ms."""
    if offer["card"] is not None:
        inside: dict[str, Any] = offer["card"]
        return inside
    later = await agent.wait_for(
        "card.ready", lambda body: bool(body["conversation_id"] == offer["conversation_id"])
    )
    after: dict[str, Any] = later.body["card"]
    return after


def a_send(client_id: str = "m1", text: str = "Hello?") -> str:
    return json.dumps({"type": "send", "client_id": client_id, "text": text})


@asynccontextmanager
async def open_chat(
    server: ShopServer, shop: ServedShop, **fields: Any
) -> AsyncIterator[ClientConnection]:
    """A bare socket that is welcome already."""
    async with raw_chat(server.socket_url) as socket:
        await socket.send(json.dumps({"type": "hello", "site_key": shop.site_key, **fields}))
        assert json.loads(await socket.recv())["type"] == "welcome"
        yield socket


async def last_words(server: ShopServer, frame: str | bytes) -> tuple[str, str, int | None]:
    """Send one frame; return code and detail of the server's last word, and its close code."""
    words: dict[str, Any] = {}
    async with asyncio.timeout(WAIT_S), raw_chat(server.socket_url) as socket:
        await socket.send(frame)
        with suppress(ConnectionClosed):
            while True:
                words = json.loads(await socket.recv())
    return words.get("code", ""), words.get("detail", ""), socket.close_code


def a_hello(shop: ServedShop, **fields: Any) -> str:
    return json.dumps({"type": "hello", "site_key": shop.site_key, **fields})


def a_token(shop: ServedShop, subject: str = KNOWN_CUSTOMER, life_ms: int = MINUTE_MS) -> str:
    return sign_customer_token(
        shop.customer_secret.encode(),
        subject=subject,
        expires_at=SystemClock().now() + life_ms,
    )
