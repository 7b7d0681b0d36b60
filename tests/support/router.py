"""A running router with everybody around it played by the test: gateway, history, consoles."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from uuid import UUID

import httpx

from services.router.app import RunningRouter, run_router
from services.router.config import RouterSettings
from shared.contracts import subjects
from shared.contracts.claims import Principal
from shared.contracts.events import BatchAnswer, Envelope, EventBatch, StreamPosition
from shared.contracts.items import (
    Author,
    ConversationSummary,
    CustomerRef,
    Item,
    MessageCreated,
)
from shared.contracts.routing import ConnectedAgent, PresenceBeat, PresenceChange
from shared.kernel import ids
from shared.kernel.clock import Clock
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import (
    AuthorKind,
    Channel,
    EventType,
    ItemKind,
    Presence,
    Scope,
    Service,
    Visibility,
)
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import Bus
from shared.kit.new_ids import new_id
from shared.kit.web.app import create_app
from tests.support.patience import WAIT_MS, WAIT_S
from tests.support.postgres import TestDatabase

PASSWORD = "correct horse battery"
SITE, SESSION, NODE = UUID(int=0x517E), UUID(int=0x5E55), UUID(int=0x90DE)
DAY_MS = 86_400_000

Heard: TypeAlias = dict[Service, list[Envelope]]
"""The durable events that each receiver has taken."""


@dataclass
class Console:
    """One signed-in agent: its stream's events and its REST calls."""

    http: httpx.AsyncClient
    shop_id: UUID
    agent_id: UUID
    token: str
    events: list[tuple[str, Any]] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, payload: bytes) -> None:
        event = json.loads(payload)
        self.events.append((event["type"], event["body"]))
        self._more.set()

    @property
    def offers(self) -> list[Any]:
        return self.of(EventType.OFFER_CREATED)

    def of(self, event_type: EventType) -> list[Any]:
        return [body for kind, body in self.events if kind == event_type]

    async def wait_for(self, event_type: EventType, count: int = 1) -> Any:
        """Return the count-th event of this type, past or to come."""
        async with asyncio.timeout(WAIT_S):
            while len(self.of(event_type)) < count:
                self._more.clear()
                await self._more.wait()
        return self.of(event_type)[count - 1]

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.http.request(method, path, json=body, headers=headers)

    async def accept(self, offer: Any) -> httpx.Response:
        return await self.call("POST", f"/v1/routing/offers/{offer['id']}/accept")

    async def decline(self, offer: Any) -> httpx.Response:
        return await self.call("POST", f"/v1/routing/offers/{offer['id']}/decline")

    async def close(self, conversation_id: str) -> httpx.Response:
        return await self.call("POST", f"/v1/routing/conversations/{conversation_id}/close")


@dataclass
class Rig:
    """The router between a pretended gateway and pretended consoles, over a real database."""

    database: TestDatabase
    bus: Bus
    clock: Clock
    keys: Keyring
    router: RunningRouter
    http: httpx.AsyncClient
    events: Heard

    async def shop(self) -> UUID:
        shop_id = new_id()
        await self.router.set_up.create_shop(shop_id, "A shop")
        return shop_id

    async def agent(self, shop_id: UUID, name: str = "Anna", **more: Any) -> UUID:
        agent_id = new_id()
        await self.router.set_up.create_agent(
            shop_id,
            agent_id,
            **{
                "name": name,
                "email": f"{agent_id.hex}@shop.example",
                "password": PASSWORD,
                **more,
            },
        )
        return agent_id

    def token(self, shop_id: UUID, agent_id: UUID | None, *scopes: Scope) -> str:
        principal = Principal(
            shop_id=shop_id,
            scopes=scopes or (Scope.AGENT,),
            agent_id=agent_id,
            name="Anna",
            expires_at=self.clock.now() + DAY_MS,
        )
        return sign_principal(self.keys, principal)

    async def console(
        self, shop_id: UUID, agent_id: UUID | None = None, *, status: str = "available", **more: Any
    ) -> Console:
        """Return an agent who is connected and has said a status."""
        agent_id = agent_id or await self.agent(shop_id, **more)
        console = Console(self.http, shop_id, agent_id, self.token(shop_id, agent_id))
        await self.bus.subscribe(subjects.live_agent(agent_id), console.hear)
        await self.presence(shop_id, agent_id, Presence.CONNECTED)
        said = {"status": status}
        answer = await console.call("PUT", "/v1/agents/me/status", said)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            # Its database stood still for a second: a console tries again.
            answer = await console.call("PUT", "/v1/agents/me/status", said)
        assert answer.status_code == httpx.codes.OK, answer.text
        return console

    def here(self, console: Console) -> Console:
        """Return the same agent, who calls this router."""
        return replace(console, http=self.http)

    async def presence(
        self, shop_id: UUID, agent_id: UUID, presence: Presence, node: UUID = NODE
    ) -> None:
        change = PresenceChange(node_id=node, shop_id=shop_id, agent_id=agent_id, presence=presence)
        await self.bus.publish(subjects.PRESENCE_CHANGE, change.to_json())

    async def beat(self, *agents: Console, node: UUID = NODE) -> None:
        there = tuple(ConnectedAgent(shop_id=a.shop_id, agent_id=a.agent_id) for a in agents)
        beat = PresenceBeat(node_id=node, agents=there)
        await self.bus.publish(subjects.PRESENCE_BEAT, beat.to_json())

    async def message(
        self, shop_id: UUID, conversation_id: UUID, version: int = 1, **more: Any
    ) -> int | None:
        """Commit an item at the gateway; return the router's position of its stream."""
        event = a_message(shop_id, conversation_id, version, self.clock.now(), **more)
        answer = await self.send(event)
        stands = {(one.shop_id, one.stream): one.version for one in answer.positions}
        return stands.get((shop_id, event.stream))

    async def send(self, *events: Envelope) -> BatchAnswer:
        return await send(self.bus, *events)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not true():  # noqa: ASYNC110  what it waits for lives in many places
                await asyncio.sleep(0.005)

    async def until_async(self, true: Callable[[], Awaitable[bool]]) -> None:
        """The same, of what has to be asked for."""
        async with asyncio.timeout(WAIT_S):
            while not await true():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def told(self, receiver: Service, count: int) -> list[Envelope]:
        """Return the durable events a receiver has got, once there are so many."""
        await self.until(lambda: len(self.events[receiver]) >= count)
        return self.events[receiver]


async def send(bus: Bus, *events: Envelope) -> BatchAnswer:
    """Hand events to a router, as the gateway's relay does; return where their streams stand."""
    batch = EventBatch(events=events).to_json()
    raw = await bus.request(subjects.events(Service.ROUTER), batch, timeout_ms=WAIT_MS)
    return BatchAnswer.model_validate_json(raw)


def a_message(
    shop_id: UUID,
    conversation_id: UUID,
    version: int,
    now: int,
    *,
    author: AuthorKind = AuthorKind.CUSTOMER,
    customer: CustomerRef | None = None,
    kind: ItemKind = ItemKind.MESSAGE,
    text: str = "Where is my parcel?",
    created_at: int | None = None,
    visibility: Visibility = Visibility.EVERYONE,
) -> Envelope:
    """The durable event of one item; its seq is its version."""
    item = Item(
        id=new_id(),
        conversation_id=conversation_id,
        seq=version,
        kind=kind,
        visibility=visibility,
        author=Author(kind=author),
        text=text,
        created_at=now if created_at is None else created_at,
    )
    summary = _summary(conversation_id, customer, now)
    body = MessageCreated(item=item, conversation=summary, received_at=now)
    return Envelope(
        event_id=new_id(),
        type=EventType.MESSAGE_CREATED,
        emitter=Service.GATEWAY,
        receiver=Service.ROUTER,
        shop_id=shop_id,
        stream=ids.encode(IdKind.CONVERSATION, conversation_id),
        version=version,
        occurred_at=now,
        body=body.model_dump(mode="json"),
    )


def _summary(conversation_id: UUID, customer: CustomerRef | None, now: int) -> ConversationSummary:
    return ConversationSummary(
        id=conversation_id,
        site_id=SITE,
        session_id=SESSION,
        channel=Channel.CHAT,
        customer=customer,
        started_at=now,
    )


def settings_of(database: TestDatabase, router_id: UUID | None = None) -> RouterSettings:
    """What a router on this database is told."""
    return RouterSettings(
        database_url=database.service_url(Service.ROUTER).dsn,
        sweep_url=database.sweep_url(Service.ROUTER).dsn,
        id=router_id,
        webhooks_to_this_machine=True,
    )


@asynccontextmanager
async def running_router(
    database: TestDatabase,
    clock: Clock,
    *,
    keys: Keyring | None = None,
    bus: Bus | None = None,
    events: Heard | None = None,
    router_id: UUID | None = None,
) -> AsyncIterator[Rig]:
    """Run a router on a bus of its own, where the others are pretended, unless one is given."""
    keys = keys or Keyring.ephemeral()
    settings = settings_of(database, router_id)
    async with AsyncExitStack() as stack:
        if bus is None:
            bus = await stack.enter_async_context(InProcessBus())
            events = await pretended_receivers(bus)
        router = await stack.enter_async_context(
            run_router(settings, clock=clock, bus=bus, keys=keys)
        )
        app = create_app(
            title="router", routers=router.routers, statuses=router.statuses, checks=router.checks
        )
        http = await stack.enter_async_context(
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router")
        )
        yield Rig(database, bus, clock, keys, router, http, events or {})


async def pretended_receivers(bus: Bus) -> Heard:
    """Take a router's durable events as gateway and history do; return what they have taken."""
    events: Heard = {Service.GATEWAY: [], Service.HISTORY: []}
    for receiver, heard in events.items():
        await bus.serve(subjects.events(receiver), _taking(heard))
    return events


def _taking(heard: list[Envelope]) -> Callable[[bytes], Any]:
    async def take(raw: bytes) -> bytes:
        batch = EventBatch.model_validate_json(raw).events
        known = {(one.shop_id, one.stream, one.version) for one in heard}
        heard.extend(e for e in batch if (e.shop_id, e.stream, e.version) not in known)
        last = {(e.shop_id, e.stream): e.version for e in batch}
        return BatchAnswer(
            positions=tuple(
                StreamPosition(shop_id=shop, stream=stream, version=version)
                for (shop, stream), version in last.items()
            )
        ).to_json()

    return take
