"""Everything an agent does takes an Idempotency-Key: done once, answered alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id
from tests.support.agent_client import AgentClient
from tests.support.chat_client import chat_client
from tests.support.patience import WAIT_S
from tests.support.shop_people import at_work, offered
from tests.support.shop_server import ServedShop, ShopServer

CHANGING = {"post", "put", "patch", "delete"}
OF_AGENTS = ("/v1/agents/me/status", "/v1/routing/", "/v1/conversations", "/v1/agent-events")
OF_ADMINS = ("/v1/routing/webhooks", "/v1/routing/policy")
"""What is not made but changed and removed is as it is, however often."""


@dataclass(frozen=True)
class Desk:
    """An agent to whom a conversation is offered."""

    agent: AgentClient
    offer: dict[str, Any]

    @property
    def conversation(self) -> str:
        return f"/v1/conversations/{self.offer['conversation_id']}"

    async def call(self, path: str, key: str, body: Any = None) -> httpx.Response:
        method = "PUT" if path.endswith("/status") else "POST"
        headers = {**self.agent.headers, "Idempotency-Key": key}
        return await self.agent.http.request(method, path, json=body, headers=headers)

    async def twice(self, path: str, body: Any = None) -> httpx.Response:
        """Ask twice by one key; see that the answers are one."""
        key = new_id().hex
        first, again = await self.call(path, key, body), await self.call(path, key, body)
        assert first.is_success, f"{path}: {first.text}"
        assert (again.status_code, again.content) == (first.status_code, first.content), path
        return first


@asynccontextmanager
async def a_desk(server: ShopServer, shop: ServedShop) -> AsyncIterator[Desk]:
    async with (
        at_work(server, shop) as agent,
        chat_client(server.socket_url, shop.site_key) as customer,
    ):
        ack = await customer.say("Where is my teapot?")
        yield Desk(agent, await offered(agent, ack["conversation_id"]))


def test_every_endpoint_that_an_agent_changes_something_by_tells_of_the_key(
    server: ShopServer,
) -> None:
    document = httpx.get(f"{server.url}/openapi.json", timeout=WAIT_S).raise_for_status().json()
    silent = [
        f"{method} {path}"
        for path, methods in document["paths"].items()
        for method, told in methods.items()
        if method in CHANGING and path.startswith(OF_AGENTS) and not path.startswith(OF_ADMINS)
        if "Idempotency-Key" not in {one["name"] for one in told.get("parameters", [])}
    ]
    assert silent == []


async def test_whatever_an_agent_does_twice_by_one_key_is_done_once_and_answered_alike(
    server: ShopServer,
) -> None:
    async with a_desk(server, server.new_shop(agents=1, capacity=4)) as desk:
        offer = f"/v1/routing/offers/{desk.offer['id']}"
        await desk.twice(f"{offer}/seen")
        grant = (await desk.twice(f"{offer}/accept")).json()["grant"]
        await desk.twice(
            f"{desk.conversation}/items", {"text": "It is on its way.", "grant": grant}
        )
        await desk.twice(f"{desk.conversation}/notes", {"text": "A kind one."})
        for sign, body in (("typing", None), ("received", 1), ("read", 1)):
            seen = None if body is None else {"through_seq": body}
            await desk.twice(f"{desk.conversation}/{sign}", seen)
        await desk.twice("/v1/agents/me/status", {"status": "away"})
        await desk.twice("/v1/agent-events/pong", {"nonce": "n"})
        await desk.twice(f"/v1/routing{desk.conversation[3:]}/close")

        page = await desk.agent.get(f"{desk.conversation}/items")
    kinds = Counter(item["kind"] for item in page["items"])
    assert kinds == {"message": 2, "joined": 1, "note": 1, "ended": 1}


async def test_a_status_asked_for_again_by_its_key_does_not_undo_a_later_one(
    server: ShopServer, pair: ServedShop
) -> None:
    async with a_desk(server, pair) as desk:
        first = await desk.call("/v1/agents/me/status", "one", {"status": "available"})
        await desk.call("/v1/agents/me/status", "two", {"status": "away"})
        again = await desk.call("/v1/agents/me/status", "one", {"status": "available"})

        assert again.json() == first.json()
        assert (await desk.agent.get("/v1/agents/me"))["status"] == "away"


async def test_a_key_that_stood_for_another_request_is_refused(
    server: ShopServer, pair: ServedShop
) -> None:
    async with a_desk(server, pair) as desk:
        await desk.call("/v1/agents/me/status", "key", {"status": "available"})
        nobodys = f"/v1/routing/offers/{encode(IdKind.OFFER, new_id())}/accept"
        others = [
            await desk.call("/v1/agents/me/status", "key", {"status": "away"}),
            await desk.call(f"/v1/routing/offers/{desk.offer['id']}/accept", "key"),
            await desk.call(nobodys, "key"),
        ]

        told = [(one.status_code, one.json()["code"]) for one in others]
        assert told == [(422, "idempotency_conflict")] * 3
        assert (await desk.agent.get("/v1/routing/offers"))[0]["id"] == desk.offer["id"]
