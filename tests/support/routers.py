"""Several routers on one database, each in a task of its own, so that one can die."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from uuid import UUID

from shared.contracts.events import BatchAnswer, Envelope
from shared.kernel.clock import Clock
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.interface import Bus, BusError
from tests.support.patience import WAIT_S
from tests.support.postgres import TestDatabase
from tests.support.router import (
    Heard,
    Rig,
    a_message,
    pretended_receivers,
    running_router,
    send,
)

OpenBus: TypeAlias = Callable[[], AbstractAsyncContextManager[Bus]]
"""One process's way onto the bus that all share."""

POLL_S = 0.02


@dataclass
class Node:
    """One router."""

    rig: Rig
    _stop: asyncio.Event
    _task: asyncio.Task[None]

    async def stop(self) -> None:
        """End it as an operator would."""
        self._stop.set()
        await self._task

    async def kill(self) -> None:
        """End it without a word to anybody."""
        self._task.cancel()
        await asyncio.wait([self._task])


@dataclass
class Cluster:
    """Routers with the same database, bus and keys; the test is the gateway and the consoles."""

    database: TestDatabase
    clock: Clock
    bus: Bus
    events: Heard
    _open_bus: OpenBus
    _group: asyncio.TaskGroup
    _keys: Keyring = field(default_factory=Keyring.ephemeral)
    _nodes: list[Node] = field(default_factory=list)

    async def router(
        self, database: TestDatabase | None = None, router_id: UUID | None = None
    ) -> Node:
        """Start one more router, by another way to the database if one is given."""
        ready: asyncio.Future[Rig] = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()

        async def live() -> None:
            async with (
                self._open_bus() as bus,
                running_router(
                    database or self.database,
                    self.clock,
                    keys=self._keys,
                    bus=bus,
                    events=self.events,
                    router_id=router_id,
                ) as rig,
            ):
                # The test is a process of its own: what it hears does not die with a router.
                ready.set_result(replace(rig, bus=self.bus))
                await stop.wait()

        task = self._group.create_task(live())
        self._nodes.append(Node(await ready, stop, task))
        return self._nodes[-1]

    async def lease(self, shop_id: UUID) -> tuple[UUID, int] | None:
        """Return who holds a shop's living lease, and its token."""
        async with self.database.server.admin(self.database.name) as admin:
            row = await admin.fetchrow(
                "SELECT holder, token FROM router.leases "
                "WHERE shop_id = $1 AND expires_at > clock_timestamp()",
                shop_id,
            )
        return None if row is None else (row["holder"], row["token"])

    async def owner(self, shop_id: UUID, *, other_than: UUID | None = None) -> UUID:
        """Return the router that holds a shop's lease, once one does; nobody is asked to."""
        while True:
            lease = await self.lease(shop_id)
            if lease is not None and lease[0] != other_than:
                return lease[0]
            await asyncio.sleep(POLL_S)

    async def message(self, shop_id: UUID, conversation_id: UUID, version: int = 1) -> None:
        """Commit an item at the gateway, and send it until a router has taken it."""
        event = a_message(shop_id, conversation_id, version, self.clock.now())
        async with asyncio.timeout(WAIT_S):
            while True:
                with suppress(BusError):  # as the gateway's relay: a lease may be answered too late
                    await send(self.bus, event)
                    return
                await asyncio.sleep(POLL_S)

    async def send(self, *events: Envelope) -> BatchAnswer:
        """Hand events to whichever router takes them."""
        return await send(self.bus, *events)

    async def until(self, true: Callable[[], Awaitable[bool]]) -> None:
        """Return once it is true; fail when that takes too long."""
        async with asyncio.timeout(WAIT_S):
            while not await true():  # noqa: ASYNC110  what it waits for lives in many places
                await asyncio.sleep(POLL_S)

    async def close(self) -> None:
        """Stop the routers that still run."""
        for node in self._nodes:
            if not node._task.done():
                await node.stop()


@asynccontextmanager
async def running_cluster(
    database: TestDatabase, clock: Clock, open_bus: OpenBus
) -> AsyncIterator[Cluster]:
    """Offer a bus with a pretended gateway and history; whoever enters starts the routers."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        bus = await stack.enter_async_context(open_bus())
        events = await pretended_receivers(bus)
        cluster = Cluster(database, clock, bus, events, open_bus, group)
        try:
            yield cluster
        finally:
            await cluster.close()
