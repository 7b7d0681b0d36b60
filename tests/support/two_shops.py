"""A first shop at work, of which no id and no secret may reach a second one on the same server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id
from tests.support.agent_client import AgentClient
from tests.support.chat_client import chat_client
from tests.support.good_bodies import (
    ADMIN_BODIES,
    CONVERSATION_BODIES,
    CUSTOMER_BODIES,
    REQUESTS,
    is_administration,
    is_routing,
)
from tests.support.made_bodies import CUSTOMERS
from tests.support.shop_people import a_token, card_of, offered, program_token
from tests.support.shop_server import KNOWN_CUSTOMER, ServedShop, ShopServer

SECRETS = {
    "name": "Wilhelmina Quillfeather",
    "email": "wilhelmina@quill.example",
    "phone": "+31 20 555 0147",
    "city": "Zwolle-Zuid",
    "reference": "Q-90210",
    "title": "A brass astrolabe",
}
"""What the first shop knows of a customer whom both call the same."""
SAID = ("Has my astrolabe left?", "It leaves at noon, by pigeon.")
HOOKS = "/v1/routing/webhooks"
BODIES = (
    ADMIN_BODIES
    | CONVERSATION_BODIES
    | CUSTOMER_BODIES
    | {"/v1/agents/me/status": {"status": "available"}}
)
OF_THEIRS = re.compile(r"\{(\w+)_id\}")
"""A further place in a path, behind the one that is tried: something that nobody has."""


def the_order() -> dict[str, Any]:
    person = {name: SECRETS[name] for name in ("name", "email", "phone", "city")}
    line = {
        "line_no": 1,
        "product_ref": "p1",
        "title": SECRETS["title"],
        "quantity": 1,
        "unit_price_minor": 98_765,
    }
    return {
        "platform": "test",
        "reference": SECRETS["reference"],
        "customer": {"shop_ref": KNOWN_CUSTOMER, **person},
        "status": "paid",
        "placed_at": "2026-11-02T10:00:00.000Z",
        "currency": "EUR",
        "total_minor": 98_765,
        "lines": [line],
    }


async def take_the_order(http: httpx.AsyncClient, shop: ServedShop) -> None:
    key = {"Authorization": f"Bearer {shop.api_key}"}
    token = (await http.post("/v1/auth/tokens", headers=key)).json()["token"]
    head = {"Authorization": f"Bearer {token}"}
    answer = await http.post("/v1/orders/batches", json={"orders": [the_order()]}, headers=head)
    assert answer.json()["created"] == 1


@dataclass(frozen=True)
class Theirs:
    """The first shop at work, and every id and secret of it."""

    shop: ServedShop
    agent: AgentClient
    ids: dict[IdKind, str]
    session_token: str

    def words(self) -> Iterator[str]:
        """Everything that must not be on another shop's wire."""
        yield from SECRETS.values()
        yield from SAID
        yield from self.ids.values()
        yield from (self.session_token, self.shop.shop_id, self.shop.customer_secret)


@asynccontextmanager
async def first_shop(
    server: ShopServer, pair: ServedShop, agent: AgentClient
) -> AsyncIterator[Theirs]:
    """A verified customer who was answered, and who is offered again: all kinds of ids are live."""
    await take_the_order(agent.http, pair)
    who = {"customer_token": a_token(pair)}
    async with (
        chat_client(server.socket_url, pair.site_key, **who) as customer,
        chat_client(server.socket_url, pair.site_key, **who) as waiting,
    ):
        conversation_id = (await customer.say(SAID[0]))["conversation_id"]
        offer = await offered(agent, conversation_id)
        card = await card_of(offer, agent)
        assert {SECRETS["email"], SECRETS["name"]} <= set(_texts(card)), "it is known here"
        taken = await agent.accept(offer["id"])
        item = (await agent.say(conversation_id, SAID[1], taken["grant"])).json()
        await customer.hears(SAID[1])
        pending = await offered(agent, (await waiting.say(SAID[0]))["conversation_id"])
        assert customer.session_token is not None
        ids = {
            IdKind.CONVERSATION: conversation_id,
            IdKind.OFFER: pending["id"],
            IdKind.ASSIGNMENT: taken["assignment"]["id"],
            IdKind.ITEM: item["id"],
            IdKind.AGENT: agent.agent["id"],
            IdKind.CUSTOMER: card["customer"]["id"],
            IdKind.ORDER: card["orders"][0]["id"],
            IdKind.SESSION: customer.welcomes[0]["session_id"],
            IdKind.SHOP: pair.shop_id,
            IdKind.ROUTING_REQUEST: await _requested(agent, pair),
            **await _administrative_ids(agent, pair),
        }
        before = await _kept(agent, conversation_id)
        yield Theirs(pair, agent, ids, customer.session_token)
        assert await _kept(agent, conversation_id) == before, "nobody else changed anything"


async def _requested(agent: AgentClient, shop: ServedShop) -> str:
    """Have work routed some day."""
    head = await let_in(agent, shop, REQUESTS) | {"Idempotency-Key": "a-call"}
    later = {"not_before": "2100-01-01T10:00:00Z"}
    made = await agent.http.post(REQUESTS, json=CONVERSATION_BODIES[REQUESTS] | later, headers=head)
    assert made.is_success, made.text
    return str(made.json()["id"])


async def _administrative_ids(agent: AgentClient, shop: ServedShop) -> dict[IdKind, str]:
    found = await administered(agent, shop)
    places = {
        "site_id": IdKind.SITE,
        "queue_id": IdKind.QUEUE,
        "key_id": IdKind.API_KEY,
        "webhook_id": IdKind.WEBHOOK,
    }
    return {kind: found[place] for place, kind in places.items()}


async def _kept(agent: AgentClient, conversation_id: str) -> list[Any]:
    stems = ("/v1/conversations/{}/items", "/v1/routing/conversations/{}")
    return [await agent.get(stem.format(conversation_id)) for stem in stems]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


@asynccontextmanager
async def heard(agent: AgentClient) -> AsyncIterator[bytearray]:
    """Collect the very bytes of another event stream of this agent."""
    raw = bytearray()
    began = asyncio.Event()

    async def listen() -> None:
        stream = agent.http.stream("GET", "/v1/agent-events", headers=agent.headers)
        async with stream as response:
            async for chunk in response.aiter_raw():
                raw.extend(chunk)
                began.set()

    async with asyncio.TaskGroup() as group:
        listening = group.create_task(listen())
        await began.wait()
        yield raw
        listening.cancel()


async def let_in(agent: AgentClient, shop: ServedShop, path: str) -> dict[str, str]:
    """Return what lets this shop's own people in: one of its programs, or its agent."""
    if is_routing(path):
        return {"Authorization": f"Bearer {await program_token(agent.http, shop.api_key)}"}
    if not is_administration(path):
        return agent.headers
    return {"Authorization": f"Bearer {await program_token(agent.http, shop.admin_key)}"}


OF_NOBODY = {
    "file_id": IdKind.FILE,
    "contact_id": IdKind.CONTACT,
    "connection_id": IdKind.CONNECTION,
    "request_id": IdKind.ROUTING_REQUEST,
    "answer_id": IdKind.ANSWER,
}
"""Things of which nobody in these shops has one."""


def nobodys(place: re.Match[str]) -> str:
    kinds = {
        "merge": IdKind.MERGE,
        "event": IdKind.EVENT,
        "decision": IdKind.DECISION,
    }
    return encode(kinds[place[1]], new_id())


async def operations_of(http: httpx.AsyncClient) -> list[tuple[str, str]]:
    document = (await http.get("/openapi.json")).json()
    return [
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if not path.startswith(("/v1/auth", CUSTOMERS)) and path != "/v1/agent-events"
    ]


async def administered(eve: AgentClient, shop: ServedShop) -> dict[str, str]:
    """Return an id of each thing that this shop's admin sees."""
    head = await let_in(eve, shop, "/v1/sites")
    found = {"shop_id": shop.shop_id, "agent_id": eve.agent["id"], "site_key": shop.site_key}
    hook = await eve.http.post(
        HOOKS, json=ADMIN_BODIES[HOOKS], headers=head | {"Idempotency-Key": "a-hook"}
    )
    assert hook.is_success, hook.text
    for place, path, name in (
        ("webhook_id", HOOKS, "webhooks"),
        ("site_id", "/v1/sites", "sites"),
        ("queue_id", "/v1/queues", "queues"),
        ("key_id", "/v1/api-keys", "api_keys"),
    ):
        listed = (await eve.http.get(path, headers=head)).json()[name]
        found[place] = listed[0]["id"]
    return found


async def decided(eve: AgentClient, conversation_id: str) -> dict[str, str]:
    """Return an id of a decision about a conversation."""
    page = await eve.get(f"/v1/routing/conversations/{conversation_id}/decisions")
    return {"decision_id": page["decisions"][0]["id"]}
