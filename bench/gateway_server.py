"""One gateway node on a database that is there, for `bench.gateway` to measure.

Run as `python -m bench.gateway_server DATABASE_URL SWEEP_URL [each]`; prints one line of JSON, then
does what lines on its standard input say ("assign": give every open conversation to its shop's
agent; it answers "done") and ends with it. `each` commits every message by itself, as many side by
side as the pool has connections: how chat servers usually do it.

All of it is the shipped gateway. Router and history are other machines' work, so here they only
acknowledge.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from typing import Any
from uuid import UUID

from typing_extensions import override

from services.gateway.app import RunningGateway, run_gateway
from services.gateway.config import GatewaySettings
from services.gateway.usecases.append import Answer, GroupCommit
from services.gateway.usecases.ports import AppendRow
from services.gateway.wiring import appending
from shared.contracts import subjects
from shared.contracts.claims import Principal
from shared.contracts.events import Envelope, EventBatch
from shared.contracts.hours import ShopHours
from shared.contracts.revocations import RevocationPage
from shared.contracts.routing import (
    AgentRef,
    AgentState,
    RouterSnapshot,
    RoutingTold,
    SnapshotRequest,
)
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import (
    AgentStatus,
    ConversationStatus,
    EventType,
    Presence,
    Scope,
    Service,
)
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.bus.in_process import InProcessBus
from shared.kit.bus.interface import Bus
from shared.kit.database import Database, DatabaseUrl, open_database
from shared.kit.logs import configure_logging
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from shared.kit.web.app import create_app
from shared.kit.web.server import bind_port, run_main, serve

HOST = "127.0.0.1"
SHOPS = 8
"""As many as one call of the database takes."""
AGENTS = 1_000
"""Of the first shop, for the streams that are counted; the others have one each."""
HOUR_MS = 3_600_000
NO_LIMIT = 1_000_000
CONDITIONS = """
SELECT current_setting('fsync') = 'on' AS fsync,
       current_setting('synchronous_commit') = 'on' AS synchronous_commit,
       current_user AS role,
       NOT (SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user) AS held,
       (SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole) AS owned,
       (SELECT bool_and(relrowsecurity AND relforcerowsecurity) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'gateway'::regnamespace
            AND relname IN ('items', 'conversations', 'sessions', 'outbox')) AS forced
"""
UNASSIGNED = """
SELECT id, shop_id, routing_version
FROM gateway.conversations WHERE status = 'open' AND agent_id IS NULL
"""


class CommitEach(GroupCommit):
    """Commits every message by itself, side by side: the peer of the grouped lane."""

    @override
    async def __call__(self, rows: Sequence[AppendRow]) -> Sequence[Answer]:
        return await asyncio.gather(*(self._alone(row) for row in rows))


_PLACES = re.compile(rb'"shop_id":"([^"]+)","stream":"([^"]+)","version":([0-9]+),')
"""Finds them without reading the events: that is the receivers' work, on nodes of their own."""


class Elsewhere:
    """Router and history as far as this node sees them: they acknowledge, know agents and hours."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def open(self) -> None:
        """Take their places on the bus."""
        await self._bus.serve(subjects.events(Service.ROUTER), self._take)
        await self._bus.serve(subjects.events(Service.HISTORY), self._take)
        await self._bus.serve(subjects.AGENT_SNAPSHOT, self._snapshot)
        await self._bus.serve(subjects.HOURS, _always_open)
        await self._bus.serve(subjects.REVOCATIONS, _nobody_is_revoked)

    async def assign(self, conversations: Sequence[Any], agents: dict[UUID, UUID]) -> None:
        """Tell the gateway that these conversations are their shops' agents'."""
        events = [_assigned(row, agents[row["shop_id"]]) for row in conversations]
        for start in range(0, len(events), 100):
            batch = EventBatch(events=tuple(events[start : start + 100])).to_json()
            await self._bus.request(subjects.events(Service.GATEWAY), batch, timeout_ms=10_000)

    async def _take(self, raw: bytes) -> bytes:
        last = {(shop_id, stream): version for shop_id, stream, version in _PLACES.findall(raw)}
        positions = (
            b'{"shop_id":"%s","stream":"%s","version":%s}' % (*key, version)
            for key, version in last.items()
        )
        return b'{"positions":[%s]}' % b",".join(positions)

    async def _snapshot(self, raw: bytes) -> bytes:
        asked = SnapshotRequest.model_validate_json(raw)
        agent = AgentState(
            id=asked.agent_id,
            shop_id=asked.shop_id,
            name="Anna",
            email="anna@bench.example",
            status=AgentStatus.AVAILABLE,
            presence=Presence.CONNECTED,
            capacity=100,
            load=0,
            agent_version=1,
        )
        return RouterSnapshot(agent=agent, offers=(), conversations=()).to_json()


async def _nobody_is_revoked(_raw: bytes) -> bytes:
    return RevocationPage(revocations=(), as_of=SystemClock().now()).to_json()


async def _always_open(_raw: bytes) -> bytes:
    return ShopHours(open=True).to_json()


def _assigned(row: Any, agent_id: UUID) -> Envelope:
    now = SystemClock().now()
    state = RoutingTold(
        conversation_id=row["id"],
        version=row["routing_version"] + 1,
        status=ConversationStatus.ASSIGNED,
        respond_by=now,
        queued_at=now,
        agent=AgentRef(id=agent_id, name="Anna"),
        assignment_id=new_id(),
        assignment_version=1,
    )
    return Envelope(
        event_id=new_id(),
        type=EventType.CONVERSATION_ASSIGNED,
        emitter=Service.ROUTER,
        receiver=Service.GATEWAY,
        shop_id=row["shop_id"],
        stream=encode(IdKind.CONVERSATION, row["id"]),
        version=row["routing_version"] + 1,
        occurred_at=now,
        body=state.model_dump(mode="json"),
    )


class Node:
    """The gateway with its shops and their agents."""

    def __init__(self, gateway: RunningGateway, keys: Keyring, database: Database) -> None:
        self._gateway, self._keys, self._database = gateway, keys, database
        self.agents: dict[UUID, UUID] = {}

    async def found(self) -> dict[str, Any]:
        """Make the shops and return what the bench is told of them."""
        shops = [await self._shop(number) for number in range(SHOPS)]
        (row,) = await self._database.call(CONDITIONS)
        first = next(iter(self.agents))
        crowd = [self._token(first, new_id()) for _ in range(AGENTS)]
        return {"shops": shops, "crowd": crowd, "conditions": dict(row)}

    async def unassigned(self) -> Sequence[Any]:
        """Return the open conversations that nobody has."""
        async with self._database.read(*self.agents) as tx:
            return await tx.rows(UNASSIGNED)

    async def _shop(self, number: int) -> dict[str, str]:
        shop_id, agent_id = new_id(), new_id()
        self.agents[shop_id] = agent_id
        site = await self._gateway.create_site(
            shop_id=shop_id, site_id=new_id(), name=f"Bench {number}", origins=("*",)
        )
        return {"site_key": site.key, "token": self._token(shop_id, agent_id)}

    def _token(self, shop_id: UUID, agent_id: UUID) -> str:
        principal = Principal(
            shop_id=shop_id,
            scopes=(Scope.AGENT,),
            agent_id=agent_id,
            name="Anna",
            expires_at=SystemClock().now() + HOUR_MS,
        )
        return sign_principal(self._keys, principal)


def _settings(database_url: str, sweep_url: str) -> GatewaySettings:
    return GatewaySettings(
        database_url=database_url,
        sweep_url=sweep_url,
        sends_burst=NO_LIMIT,
        sends_per_s=NO_LIMIT,
        shop_sends_burst=NO_LIMIT,
        shop_sends_per_s=NO_LIMIT,
        arrivals_burst=NO_LIMIT,
        arrivals_per_s=NO_LIMIT,
    )


async def main(settings: GatewaySettings, *, each: bool) -> None:
    """Serve until standard input closes."""
    configure_logging(SystemClock(), level="WARNING")
    if each:
        vars(appending)["GroupCommit"] = CommitEach  # the one part that differs
    clock, stopping, keys = SystemClock(), asyncio.Event(), Keyring.ephemeral()
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(closing(bind_port(HOST, 0)))
        bus = await stack.enter_async_context(InProcessBus())
        elsewhere = Elsewhere(bus)
        await elsewhere.open()
        gateway = await stack.enter_async_context(
            run_gateway(settings, clock=clock, bus=bus, keys=keys, stopping=stopping)
        )
        database = await stack.enter_async_context(
            open_database(DatabaseUrl(settings.database_url), pool_size=1, hot_pool_size=1)
        )
        node = Node(gateway, keys, database)
        told = json.dumps({**await node.found(), "port": listener.getsockname()[1]})
        app = create_app(
            title="gateway",
            routers=gateway.routers,
            statuses=gateway.statuses,
            checks=gateway.checks,
        )
        group = await stack.enter_async_context(asyncio.TaskGroup())
        group.create_task(obey(node, elsewhere, stopping))
        await serve(
            app,
            listener,
            stopping=stopping,
            ws=gateway.websocket,
            on_ready=lambda: print(told, flush=True),
        )


async def obey(node: Node, elsewhere: Elsewhere, stopping: asyncio.Event) -> None:
    """Do what standard input says until it closes."""
    while (line := await asyncio.to_thread(sys.stdin.readline)).strip():
        assert line.strip() == "assign", line
        await elsewhere.assign(await node.unassigned(), node.agents)
        print("done", flush=True)
    stopping.set()


if __name__ == "__main__":
    run_main(main(_settings(*sys.argv[1:3]), each="each" in sys.argv[3:]))
