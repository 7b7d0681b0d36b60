"""A gateway alone on a real port, with a router that only answers what the gateway asks."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from services.gateway.app import RunningGateway, run_gateway
from services.gateway.config import GatewaySettings
from shared.contracts import subjects
from shared.contracts.changes import CallerAnswer, CallerCheck
from shared.contracts.claims import Grant, GrantAnswer, GrantRequest, Principal
from shared.contracts.events import BatchAnswer, Envelope, EventBatch, StreamPosition
from shared.contracts.hours import ShopHours
from shared.contracts.revocations import Revocation, RevocationPage, RevocationsRequest
from shared.contracts.routing import (
    AgentState,
    LeaveAnswer,
    LeaveRequest,
    PresenceBeat,
    PresenceChange,
    RouterSnapshot,
    SnapshotRequest,
)
from shared.kernel.clock import Clock
from shared.kernel.vocabulary import AgentStatus, Presence, Scope, Service
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_grant, sign_principal
from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import Bus, Subscription
from shared.kit.system_clock import SystemClock
from shared.kit.web.app import create_app
from shared.kit.web.server import bind_port, serve
from tests.support.chat_client import ChatClient, chat_client
from tests.support.gateway import ANNA, ASSIGNMENT, SHOP, Stores, open_stores
from tests.support.patience import WAIT_MS, WAIT_S
from tests.support.postgres import TestDatabase

HOUR_MS = 3_600_000
POLL_S = 0.01


@dataclass
class StandIn:
    """Takes the place of router and history: acknowledges events, answers snapshots."""

    bus: Bus
    events: list[Envelope] = field(default_factory=list)
    presence: list[PresenceChange] = field(default_factory=list)
    beats: list[PresenceBeat] = field(default_factory=list)
    grants: dict[UUID, Grant] = field(default_factory=dict)
    """What it says yes to, by conversation."""
    readers: set[tuple[UUID, UUID]] = field(default_factory=set)
    """(agent, conversation) of what it says was offered once."""
    revoked: list[Revocation] = field(default_factory=list)
    hours: ShopHours = field(default_factory=lambda: ShopHours(open=True))
    """Whom it says nobody may let in."""
    agent_version: int = 0
    admins_stand: bool = True
    left: list[UUID] = field(default_factory=list)
    ends: bool = True
    """Whether a customer who leaves ends the conversation: it may not know of it yet."""
    asked_about: list[Principal] = field(default_factory=list)
    places: dict[str, Subscription] = field(default_factory=dict)

    async def open(self) -> None:
        """Take the places of router and history on the bus."""
        served = {
            subjects.events(Service.ROUTER): self.take,
            subjects.events(Service.HISTORY): self.take,
            subjects.AGENT_SNAPSHOT: self.snapshot,
            subjects.GRANT: self.grant,
            subjects.CALLER_CHECK: self.check,
            subjects.REVOCATIONS: self.revocations,
            subjects.HOURS: self.shop_hours,
            subjects.LEAVE: self.leave,
        }
        for subject, responder in served.items():
            self.places[subject] = await self.bus.serve(subject, responder)
        self.places[subjects.PRESENCE_CHANGE] = await self.bus.subscribe(
            subjects.PRESENCE_CHANGE,
            lambda raw: self.presence.append(PresenceChange.model_validate_json(raw)),
        )
        self.places[subjects.PRESENCE_BEAT] = await self.bus.subscribe(
            subjects.PRESENCE_BEAT,
            lambda raw: self.beats.append(PresenceBeat.model_validate_json(raw)),
        )

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until the gateway has said something."""
        async with asyncio.timeout(WAIT_S):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(POLL_S)

    async def take(self, raw: bytes) -> bytes:
        batch = EventBatch.model_validate_json(raw)
        self.events += batch.events
        last = {(event.shop_id, event.stream): event.version for event in batch.events}
        return BatchAnswer(
            positions=tuple(
                StreamPosition(shop_id=shop_id, stream=stream, version=version)
                for (shop_id, stream), version in last.items()
            )
        ).to_json()

    async def snapshot(self, raw: bytes) -> bytes:
        asked = SnapshotRequest.model_validate_json(raw)
        self.agent_version += 1
        agent = AgentState(
            id=asked.agent_id,
            shop_id=asked.shop_id,
            name="Anna",
            email="anna@fern.example",
            status=AgentStatus.AVAILABLE,
            presence=Presence.CONNECTED,
            capacity=3,
            load=0,
            agent_version=self.agent_version,
        )
        return RouterSnapshot(agent=agent, offers=(), conversations=()).to_json()

    async def shop_hours(self, _raw: bytes) -> bytes:
        return self.hours.to_json()

    async def revocations(self, raw: bytes) -> bytes:
        asked = RevocationsRequest.model_validate_json(raw)
        told = tuple(one for one in self.revoked if one.revoked_at >= asked.since)
        return RevocationPage(revocations=told, as_of=SystemClock().now()).to_json()

    async def grant(self, raw: bytes) -> bytes:
        asked = GrantRequest.model_validate_json(raw)
        grant = self.grants.get(asked.conversation_id)
        theirs = grant if grant is not None and grant.agent_id == asked.agent_id else None
        may_read = (asked.agent_id, asked.conversation_id) in self.readers
        return GrantAnswer(grant=theirs, may_read=may_read).to_json()

    async def leave(self, raw: bytes) -> bytes:
        self.left.append(LeaveRequest.model_validate_json(raw).conversation_id)
        return LeaveAnswer(ended=self.ends).to_json()

    async def check(self, raw: bytes) -> bytes:
        self.asked_about.append(CallerCheck.model_validate_json(raw).principal)
        return CallerAnswer(stands=self.admins_stand).to_json()

    async def tell(self, *events: Envelope) -> BatchAnswer:
        """Send the gateway durable events as the router does."""
        answer = await self.bus.request(
            subjects.events(Service.GATEWAY),
            EventBatch(events=events).to_json(),
            timeout_ms=WAIT_MS,
        )
        return BatchAnswer.model_validate_json(answer)


@asynccontextmanager
async def standing_in(bus: Bus) -> AsyncIterator[StandIn]:
    stand_in = StandIn(bus)
    await stand_in.open()
    try:
        yield stand_in
    finally:
        for place in stand_in.places.values():
            await place.close()


@dataclass(frozen=True)
class ServedGateway:
    """A gateway and how to reach it."""

    gateway: RunningGateway
    port: int
    keys: Keyring
    clock: Clock
    stores: Stores
    router: StandIn
    http: httpx.AsyncClient
    stopping: asyncio.Event

    @property
    def chat_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/chat"

    def token(
        self,
        agent_id: UUID = ANNA,
        *,
        shop_id: UUID = SHOP,
        lasts_ms: int = HOUR_MS,
        scopes: tuple[Scope, ...] = (Scope.AGENT,),
        sign_in_id: UUID | None = None,
    ) -> str:
        principal = Principal(
            shop_id=shop_id,
            scopes=scopes,
            agent_id=agent_id,
            name="Anna",
            sign_in_id=sign_in_id,
            expires_at=self.clock.now() + lasts_ms,
        )
        return sign_principal(self.keys, principal)

    def grant(
        self,
        conversation_id: UUID,
        agent_id: UUID = ANNA,
        version: int = 1,
        lasts_ms: int = HOUR_MS,
    ) -> str:
        grant = Grant(
            shop_id=SHOP,
            conversation_id=conversation_id,
            agent_id=agent_id,
            agent_name="Anna",
            assignment_id=ASSIGNMENT,
            assignment_version=version,
            expires_at=self.clock.now() + lasts_ms,
        )
        return sign_grant(self.keys, grant)

    def headers(self, **options: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(**options)}"}

    @asynccontextmanager
    async def customer(self, **options: Any) -> AsyncIterator[ChatClient]:
        async with chat_client(self.chat_url, self.stores.site.key, **options) as client:
            yield client


@asynccontextmanager
async def served_gateway(
    database: TestDatabase,
    bus: Bus,
    router: StandIn,
    keys: Keyring | None = None,
    clock: Clock | None = None,
    *,
    files: Path | None = None,
    **limits: Any,
) -> AsyncIterator[ServedGateway]:
    """Run one gateway node on this database and bus, with a folder of files of its own."""
    clock, keys = clock or SystemClock(), keys or Keyring.ephemeral()
    stopping = asyncio.Event()
    listener = bind_port("127.0.0.1", 0)
    port = listener.getsockname()[1]
    async with (
        open_stores(database) as stores,
        _settings(database, files, limits) as settings,
        run_gateway(settings, clock=clock, bus=bus, keys=keys, stopping=stopping) as gateway,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=WAIT_S) as http,
        asyncio.TaskGroup() as group,
    ):
        app = create_app(
            title="gateway",
            routers=gateway.routers,
            statuses=gateway.statuses,
            checks=gateway.checks,
        )
        ready = asyncio.Event()
        group.create_task(
            serve(app, listener, stopping=stopping, ws=gateway.websocket, on_ready=ready.set)
        )
        await ready.wait()
        try:
            yield ServedGateway(gateway, port, keys, clock, stores, router, http, stopping)
        finally:
            stopping.set()


@asynccontextmanager
async def _settings(
    database: TestDatabase, files: Path | None, limits: Mapping[str, Any]
) -> AsyncIterator[GatewaySettings]:
    with tempfile.TemporaryDirectory(prefix="fr-files-") as folder:
        yield GatewaySettings(
            database_url=database.service_url(Service.GATEWAY).dsn,
            sweep_url=database.sweep_url(Service.GATEWAY).dsn,
            files=files or Path(folder),
            **limits,
        )


@asynccontextmanager
async def one_gateway(database: TestDatabase, **limits: Any) -> AsyncIterator[ServedGateway]:
    async with (
        InProcessBus() as bus,
        standing_in(bus) as router,
        served_gateway(database, bus, router, **limits) as served,
    ):
        yield served
