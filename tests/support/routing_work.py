"""A gateway, history and consoles around routers that may die: they send until it is taken."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from shared.contracts import subjects
from shared.contracts.events import BatchAnswer, Envelope, EventBatch, StreamPosition
from shared.contracts.routing import ConnectedAgent, PresenceBeat
from shared.kernel.ids import IdKind, decode
from shared.kernel.vocabulary import AuthorKind, EventType, Service
from shared.kit.bus.interface import Bus, BusError
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from tests.support.router import NODE, a_message

BATCH = 200
REQUEST_MS = 2_000
CALL_S = 2.0
"""A router that stands still answers nothing: whoever called asks the other one."""
REST_S = 0.05
BEAT_S = 1.0
LOOK_S = 0.5
"""How often a console compares its screen with the tables, as its gateway does for it."""
SERVES_FOR_S = (0.05, 0.3)


@dataclass
class PlayedGateway:
    """Has the items of every conversation, and sends each until a router has taken it."""

    bus: Bus
    items: dict[UUID, list[Envelope]] = field(default_factory=dict)
    taken: dict[UUID, int] = field(default_factory=dict)
    untaken: set[UUID] = field(default_factory=set)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, shop_id: UUID, conversation_id: UUID, author: AuthorKind) -> None:
        """Commit an item."""
        items = self.items.setdefault(conversation_id, [])
        now = SystemClock().now()
        items.append(a_message(shop_id, conversation_id, len(items) + 1, now, author=author))
        self.untaken.add(conversation_id)
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self.untaken:
                if not await self._send():
                    await asyncio.sleep(REST_S)

    async def _send(self) -> bool:
        events = [event for one in self.untaken for event in self._after(one)][:BATCH]
        batch = EventBatch(events=tuple(events)).to_json()
        subject = subjects.events(Service.ROUTER)
        try:
            raw = await self.bus.request(subject, batch, timeout_ms=REQUEST_MS)
        except BusError:
            return False
        positions = BatchAnswer.model_validate_json(raw).positions
        for one in positions:
            self._note(decode(IdKind.CONVERSATION, one.stream), one.version)
        return bool(positions)

    def _after(self, conversation_id: UUID) -> Sequence[Envelope]:
        return self.items[conversation_id][self.taken.get(conversation_id, 0) :]

    def _note(self, conversation_id: UUID, version: int) -> None:
        self.taken[conversation_id] = max(version, self.taken.get(conversation_id, 0))
        if self.taken[conversation_id] >= len(self.items[conversation_id]):
            self.untaken.discard(conversation_id)


@dataclass
class PlayedReceiver:
    """Gateway or history as the router's relay sees it: takes each stream in its order."""

    positions: dict[tuple[UUID, str], int] = field(default_factory=dict)

    async def take(self, raw: bytes) -> bytes:
        """Answer a batch."""
        named = {(e.shop_id, e.stream): None for e in self._taken(raw)}
        return BatchAnswer(
            positions=tuple(
                StreamPosition(shop_id=shop, stream=stream, version=self.positions[shop, stream])
                for shop, stream in named
            )
        ).to_json()

    def _taken(self, raw: bytes) -> Sequence[Envelope]:
        events = EventBatch.model_validate_json(raw).events
        for event in events:
            key = (event.shop_id, event.stream)
            stands = self.positions.setdefault(key, 0)
            self.positions[key] = stands + (event.version == stands + 1)
        return events


@dataclass
class RouterDoor:
    """The routers as a front offers them: whoever answered last, then the others."""

    urls: Sequence[str]
    http: httpx.AsyncClient
    _here: int = 0

    async def call(self, method: str, path: str, token: str, body: Any = None) -> httpx.Response:
        """Ask until somebody says more than "later"; every request here may be repeated."""
        while True:
            here = self._here
            url = f"{self.urls[here % len(self.urls)]}{path}"
            try:
                headers = {"Authorization": f"Bearer {token}"}
                answer = await self.http.request(method, url, json=body, headers=headers)
                if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    return answer
            except httpx.HTTPError:
                self._here += here == self._here  # once for all who were let down together
            await asyncio.sleep(REST_S)


@dataclass
class PlayedAgent:
    """An agent who takes what is offered, answers, and closes it a little later."""

    shop_id: UUID
    agent_id: UUID
    token: str
    door: RouterDoor
    gateway: PlayedGateway
    dice: random.Random
    taken: dict[str, str] = field(default_factory=dict)
    """Every assignment that was acknowledged, with its conversation."""
    refused: list[int] = field(default_factory=list)
    _offers: set[str] = field(default_factory=set)
    _served: set[str] = field(default_factory=set)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, payload: bytes) -> None:
        """Take what is published to this agent's streams."""
        event = json.loads(payload)
        if event["type"] == EventType.OFFER_CREATED:
            self._offers.add(event["body"]["id"])
            self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await self._wake.wait()
                self._wake.clear()
                if not self._offers:
                    await self._look(group)
                while self._offers:
                    await self._accept(self._offers.pop(), group)

    async def _look(self, group: asyncio.TaskGroup) -> None:
        offers = await self.door.call("GET", "/v1/routing/offers", self.token)
        mine = await self.door.call("GET", "/v1/routing/assignments", self.token)
        self._offers |= {one["id"] for one in offers.json()} if offers.is_success else set()
        for one in mine.json() if mine.is_success else ():
            self._serve(one["conversation_id"], group)

    async def _accept(self, offer_id: str, group: asyncio.TaskGroup) -> None:
        answer = await self.door.call("POST", f"/v1/routing/offers/{offer_id}/accept", self.token)
        if not answer.is_success:
            self.refused.append(answer.status_code)
            return
        assignment = answer.json()["assignment"]
        self.taken[assignment["id"]] = assignment["conversation_id"]
        self._serve(assignment["conversation_id"], group)

    def _serve(self, conversation_id: str, group: asyncio.TaskGroup) -> None:
        if conversation_id not in self._served:
            self._served.add(conversation_id)
            group.create_task(self._answer_and_close(conversation_id))

    async def _answer_and_close(self, conversation_id: str) -> None:
        named = decode(IdKind.CONVERSATION, conversation_id)
        self.gateway.say(self.shop_id, named, AuthorKind.AGENT)
        await asyncio.sleep(self.dice.uniform(*SERVES_FOR_S))
        path = f"/v1/routing/conversations/{conversation_id}/close"
        answer = await self.door.call("POST", path, self.token)
        if not answer.is_success:
            self.refused.append(answer.status_code)
            self._served.discard(conversation_id)  # it may come back to this very agent


@dataclass
class Work:
    """Everybody around the routers of some shops."""

    bus: Bus
    gateway: PlayedGateway
    agents: Sequence[PlayedAgent]
    receivers: Sequence[PlayedReceiver]
    dice: random.Random
    started: int = 0

    def arrive(self, count: int) -> None:
        """Have so many customers write their first words, at shops by chance."""
        for _ in range(count):
            shop_id = self.dice.choice(self.agents).shop_id
            self.gateway.say(shop_id, new_id(), AuthorKind.CUSTOMER)
        self.started += count

    def lost(self, assignments: dict[UUID, UUID]) -> list[str]:
        """Return the acknowledged assignments that the tables do not hold."""
        return [
            one
            for agent in self.agents
            for one in agent.taken
            if assignments.get(decode(IdKind.ASSIGNMENT, one)) != agent.agent_id
        ]

    async def beat(self) -> None:
        """Say who is connected, each second, until cancelled."""
        there = tuple(
            ConnectedAgent(shop_id=one.shop_id, agent_id=one.agent_id) for one in self.agents
        )
        beat = PresenceBeat(node_id=NODE, agents=there).to_json()
        while True:
            with suppress(BusError):
                await self.bus.publish(subjects.PRESENCE_BEAT, beat)
            await asyncio.sleep(BEAT_S)


@asynccontextmanager
async def at_work(work: Work) -> AsyncIterator[None]:
    """Have everybody do their part while the block runs."""
    for receiver, service in zip(work.receivers, (Service.GATEWAY, Service.HISTORY), strict=True):
        await work.bus.serve(subjects.events(service), receiver.take)
    for agent in work.agents:
        await work.bus.subscribe(subjects.live_agent(agent.agent_id), agent.hear)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work.beat()), group.create_task(work.gateway.run())]
        tasks += [group.create_task(_available(one)) for one in work.agents]
        tasks += [group.create_task(one.run()) for one in work.agents]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def _available(agent: PlayedAgent) -> None:
    await agent.door.call("PUT", "/v1/agents/me/status", agent.token, {"status": "available"})
