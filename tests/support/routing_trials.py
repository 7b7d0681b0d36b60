"""Routers under trial: agents at work around them, on a database and a bus that may go."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import httpx

from services.router.app import open_set_up
from shared.contracts.claims import Principal
from shared.kernel.vocabulary import Scope
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.bus.nats import NatsBus
from shared.kit.new_ids import new_id
from shared.kit.postgres import PostgresOptions, running_postgres
from shared.kit.system_clock import SystemClock
from tests.support.nats import NatsServer
from tests.support.postgres import Server, TestDatabase
from tests.support.router import DAY_MS, PASSWORD, settings_of
from tests.support.router_nodes import Machinery, RouterNode
from tests.support.routing_tables import Tables, watched_tables
from tests.support.routing_work import (
    CALL_S,
    PlayedAgent,
    PlayedGateway,
    PlayedReceiver,
    RouterDoor,
    Work,
    at_work,
)

SHOPS = 4
AGENTS = int(os.environ.get("FIRSTREPLY_ROUTING_AGENTS", "3"))
"""Agents of each shop, each with room for four conversations."""
SEED = 5
SETTLED_WITHIN_S = 60.0
LOOK_S = 0.1
BUSY = 100
"""So many people wait under full load."""
POLL_S = 0.01


@dataclass
class Ground:
    """Where the routers stand: a durable PostgreSQL and a NATS server, both of which may go."""

    machinery: Machinery
    nats: NatsServer
    options: PostgresOptions
    database: TestDatabase = field(init=False)
    _postgres: ExitStack = field(default_factory=ExitStack)

    def start_postgres(self) -> Server:
        """Start the database's server, where the one before stood."""
        running = self._postgres.enter_context(running_postgres(self.options))
        return Server(running.socket_dir)

    def stop_postgres(self) -> None:
        """Stop it, however it is."""
        self._postgres.close()

    def restart_postgres(self) -> float:
        """End the server as a power cut would, and start it again; return the seconds it took."""
        began = time.monotonic()
        first_line = (self.options.home / "pg" / "postmaster.pid").read_text().splitlines()[0]
        os.kill(int(first_line), signal.SIGQUIT)
        self.stop_postgres()
        self.start_postgres()
        return time.monotonic() - began


@dataclass
class Trial:
    """Everybody at work around some routers."""

    ground: Ground
    nodes: Sequence[RouterNode]
    work: Work
    tables: Tables

    async def settle(self) -> None:
        """Wait until everything is done that was begun, or it has taken too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLED_WITHIN_S):
                while await self._goes_on():  # noqa: ASYNC110  other processes' work
                    await asyncio.sleep(LOOK_S)

    async def _goes_on(self) -> bool:
        known, _ = await self.tables.waiting()
        if known < self.work.started or self.work.gateway.untaken:
            return True  # an agent's words may come after the conversation's end, and be told yet
        return any((await self.tables.stuck()).values())

    async def keep_busy(self) -> None:
        """Have as many people come as keeps a line before all agents, and rest for a moment."""
        known, waiting = await self.tables.waiting()
        behind = waiting + self.work.started - known
        self.work.arrive(max(0, BUSY - behind))
        await asyncio.sleep(LOOK_S)

    async def until_assigned(self) -> float:
        """Return after how many seconds nobody waits any more."""
        began = time.monotonic()
        async with asyncio.timeout(SETTLED_WITHIN_S):
            while await self.tables.waiting() != (self.work.started, 0):  # noqa: ASYNC110
                await asyncio.sleep(POLL_S)
        return time.monotonic() - began

    async def figures(self) -> dict[str, Any]:
        """Return what must be nothing."""
        return {
            **{name: self.tables.wrong[name] for name in WRONG},
            **await self.tables.stuck(),
            "unknown": self.work.started - (await self.tables.waiting())[0],
            "lost_accepts": len(self.work.lost(dict(await self.tables.assignments()))),
        }


WRONG = ("owners_not_one", "above_capacity", "loads_that_differ")
NOTHING = {
    **dict.fromkeys(WRONG, 0),
    "not_ended": 0,
    "never_assigned": 0,
    "offers_over": 0,
    "untold": 0,
    "unknown": 0,
    "lost_accepts": 0,
}
"""What `Trial.figures` must be at the end."""

Places: TypeAlias = Mapping[str, TestDatabase]
"""The routers to run, by name, each with its way to the database."""


@asynccontextmanager
async def trial(ground: Ground, places: Places) -> AsyncIterator[Trial]:
    """Start routers one after the other and have everybody work while the block runs."""
    nodes = [ground.machinery.router(name, place) for name, place in places.items()]
    agents = await _shops(ground)
    async with AsyncExitStack() as stack:
        for node in nodes:
            # In a thread: what stands between a router and its database may be ours.
            stack.push_async_callback(asyncio.to_thread, node.stop)
            node.start()
            await node.until_ready()
        bus = await stack.enter_async_context(NatsBus([ground.nats.url], name="around"))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=CALL_S))
        door = RouterDoor([node.url for node in nodes], http)
        work = _work(ground, bus, door, agents)
        tables = await stack.enter_async_context(watched_tables(ground.database))
        await stack.enter_async_context(at_work(work))
        yield Trial(ground, nodes, work, tables)


async def _shops(ground: Ground) -> list[tuple[UUID, UUID]]:
    """Make the shops; return each agent with its shop."""
    made = []
    async with open_set_up(settings_of(ground.database)) as set_up:
        for shop_id in [new_id() for _ in range(SHOPS)]:
            await set_up.create_shop(shop_id, "A shop")
            for agent_id in [new_id() for _ in range(AGENTS)]:
                email = f"{agent_id.hex}@shop.example"
                await set_up.create_agent(
                    shop_id, agent_id, name="Anna", email=email, password=PASSWORD
                )
                made.append((shop_id, agent_id))
    return made


def _work(
    ground: Ground, bus: NatsBus, door: RouterDoor, agents: Sequence[tuple[UUID, UUID]]
) -> Work:
    keys, gateway = Keyring.open(ground.machinery.keys), PlayedGateway(bus)
    dice = random.Random(SEED)  # noqa: S311  moments, not secrets
    played = [
        PlayedAgent(shop_id, agent_id, _token(keys, shop_id, agent_id), door, gateway, dice)
        for shop_id, agent_id in agents
    ]
    return Work(bus, gateway, played, [PlayedReceiver(), PlayedReceiver()], dice)


def _token(keys: Keyring, shop_id: UUID, agent_id: UUID) -> str:
    principal = Principal(
        shop_id=shop_id,
        scopes=(Scope.AGENT,),
        agent_id=agent_id,
        name="Anna",
        expires_at=SystemClock().now() + DAY_MS,
    )
    return sign_principal(keys, principal)
