"""What an agent's console shows, put together from its stream as the console does it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from services.demo.people import PASSWORD, SHOP_ID, DemoAgent
from shared.kernel.ids import IdKind, decode, encode
from tests.support.agent_client import AgentClient
from tests.support.busy_agent import TRY_LATER
from tests.support.patience import WAIT_S

SHOP = encode(IdKind.SHOP, SHOP_ID)
BACKOFF_S = 0.1


@dataclass
class Screen:
    """One agent at a console: keeps a stream over every loss, takes each offer, and looks.

    Attributes:
        items: seqs seen of each conversation.
        offered: conversations offered so far.
        mine: conversations taken.
    """

    client: AgentClient
    stream_url: str
    items: dict[str, set[int]] = field(default_factory=dict)
    offered: set[str] = field(default_factory=set)
    mine: dict[str, str] = field(default_factory=dict)
    streams: int = 0
    _read: int = 0

    async def keep(self) -> None:
        """Keep a stream until cancelled."""
        while True:
            try:
                async with httpx.AsyncClient(base_url=self.stream_url, timeout=WAIT_S) as http:
                    self.client.events.clear()
                    self._read = 0
                    reader = AgentClient(http, self.client.token, {}, self.client.events)
                    self.streams += 1
                    await reader.read_stream()
            except* (httpx.HTTPError, TimeoutError):
                pass
            await asyncio.sleep(BACKOFF_S)

    def look(self) -> None:
        """Take in what the stream has said since the last look."""
        for event in self.client.events[self._read :]:
            match event.type:
                case "snapshot":
                    for item in event.body["items"]:
                        self._see(item)
                    self.offered |= {one["conversation_id"] for one in event.body["offers"]}
                case "message.created":
                    self._see(event.body)
                case "offer.created":
                    self.offered.add(event.body["conversation_id"])
                case _:
                    pass
        self._read = len(self.client.events)

    async def take_offers(self) -> None:
        """Accept whatever is offered now; what another got first is none of ours."""
        for offer in await self.client.get("/v1/routing/offers"):
            answer = await self.client.post(f"/v1/routing/offers/{offer['id']}/accept")
            if answer.is_success:
                taken = answer.json()
                self.mine[taken["assignment"]["conversation_id"]] = taken["grant"]

    async def take_one(self) -> None:
        """Take the first conversation that is offered."""
        async with asyncio.timeout(WAIT_S):
            while not self.mine:
                await self.take_offers()
                await asyncio.sleep(BACKOFF_S)

    def missing(self, last_seqs: dict[UUID, int]) -> list[str]:
        """Return what this agent ought to see of their conversations and does not."""
        self.look()
        return [
            f"{one} lacks {lacks}"
            for one in self.mine
            if (lacks := _range(last_seqs, one) - self.items.get(one, set()))
        ]

    async def leave(self) -> None:
        """Go away without work."""
        await self.set_status("away")
        for conversation_id in self.mine:
            await self.close(conversation_id)

    async def set_status(self, status: str) -> None:
        """Say that one is available or away, however often that has to be said."""
        path, body = "/v1/agents/me/status", {"status": status}
        await _until_taken(
            lambda: self.client.http.put(path, json=body, headers=self.client.headers)
        )

    async def close(self, conversation_id: str) -> None:
        """Close a conversation, however often that has to be said."""
        path = f"/v1/routing/conversations/{conversation_id}/close"
        await _until_taken(lambda: self.client.post(path))

    def _see(self, item: dict[str, object]) -> None:
        self.items.setdefault(str(item["conversation_id"]), set()).add(int(str(item["seq"])))


async def _until_taken(call: Callable[[], Awaitable[httpx.Response]]) -> None:
    """Repeat a command while a router is taking over."""
    async with asyncio.timeout(WAIT_S):
        while (await call()).status_code in TRY_LATER:  # noqa: ASYNC110  it is asked each time
            await asyncio.sleep(BACKOFF_S)


def _range(last_seqs: dict[UUID, int], conversation_id: str) -> set[int]:
    return set(range(1, last_seqs.get(decode(IdKind.CONVERSATION, conversation_id), 0) + 1))


@asynccontextmanager
async def screen_of(agent: DemoAgent, url: str, stream_url: str) -> AsyncIterator[Screen]:
    """An available agent with calls to one place and a stream from another; leaves without work."""
    async with httpx.AsyncClient(base_url=url, timeout=WAIT_S) as http:
        who = {"shop_id": SHOP, "email": agent.email, "password": PASSWORD}
        signed = (await http.post("/v1/auth/sign-in", json=who)).raise_for_status().json()
        screen = Screen(AgentClient(http, signed["token"], signed["agent"]), stream_url)
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(screen.keep())
            try:
                async with asyncio.timeout(WAIT_S):
                    while not screen.client.events:  # noqa: ASYNC110  the snapshot is not awaited
                        await asyncio.sleep(BACKOFF_S)
                await screen.set_status("available")
                yield screen
            finally:
                keeping.cancel()
        await screen.leave()
