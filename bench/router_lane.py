"""The shipped decide lane on a real database: engine, lane, lease, one commit a group.

Announcing comes after the commit and is for other nodes, so here nobody is told.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from bench.router_rows import NODE, a_message
from services.router.app import open_set_up
from services.router.background.desk import LaneDesk
from services.router.background.journals import keeping_journals
from services.router.background.leases import RenewalLoop
from services.router.domain.commands import (
    Command,
    CustomerLeft,
    ItemTold,
    OfferAccepted,
)
from services.router.storage.journals import JournalTables
from services.router.storage.leases import LeaseRows
from services.router.storage.routing_store import RoutingTables
from services.router.usecases.decide import Deciders
from services.router.usecases.keep_journals import KeepJournals
from services.router.usecases.keep_leases import KeepLeases
from services.router.usecases.ports import ShopWork
from shared.kernel.vocabulary import Service
from shared.kit.database import open_database
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from shared.kit.tasks import background
from tests.support.postgres import TestDatabase
from tests.support.router import settings_of

CAPACITY = 4
HOUR_MS = 3_600_000
NOT_SOON = ("widen_after_ms", "unseen_after_ms", "everyone_after_ms", "remind_after_ms")
"""Nobody in a bench says that an offer is seen: one decision about each conversation it is, and one
agent asked, as the rivals do. And nobody is kept free, or customers who come to a team where each
has an offer already would wait for somebody calm (policy version 7), and be decided about later."""
A_BODY = '{"item":{"text":"Where is my order?"},"conversation":{"channel":"chat"}}'
TEAM = """
    INSERT INTO router.agents
        (id, shop_id, name, email, password_hash, roles, capacity, status, nodes)
    SELECT gen_random_uuid(), $1::uuid, 'Agent ' || n, 'agent' || n || '@bench.example', 'x',
        '{agent}', $3::int, 'available', $4::uuid[] FROM generate_series(1, $2::int) n
    """


@dataclass
class Told:
    """Keeps the offers that were committed: whoever accepts must know which."""

    offers: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    decisions: int = 0

    def committed(self, work: ShopWork) -> None:
        """Take note of what happened."""
        for effects in work.effects:
            self.decisions += sum(bool(one.candidates) for one in effects.decisions)
            for told in effects.offers_told:
                if told.news == "created":
                    offer = told.offer
                    self.offers[offer.conversation_id] = (offer.id, offer.agent_id)


@dataclass
class Lane:
    """One shop with its agents, and the way its commands take."""

    desk: LaneDesk
    told: Told
    shop_id: UUID

    async def decide(self, count: int, in_flight: int) -> tuple[float, list[float]]:
        """Offer so many conversations; return decisions a second, and how long each one took.

        Each customer waits with the first words until the decision about them is committed.
        """
        ids = [new_id() for _ in range(count)]
        left = iter(ids)
        waits: list[float] = []

        async def customers() -> None:
            for one in left:
                started = time.perf_counter()
                await self.desk.post(self.shop_id, said(one))
                waits.append(time.perf_counter() - started)

        before, began = self.told.decisions, time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(in_flight):
                group.create_task(customers())
        rate = count / (time.perf_counter() - began)
        assert self.told.decisions - before == count, (
            self.told.decisions - before,
            count,
            len(self.told.offers),
            rate,
        )
        assert all(one in self.told.offers for one in ids), "somebody was not offered"
        await self.end(ids)
        return rate, waits

    async def end(self, ids: Sequence[UUID]) -> None:
        """Free every slot again."""
        await asyncio.gather(*(self._post(CustomerLeft(one)) for one in ids))

    async def accept_steadily(self, per_s: float, for_s: float) -> list[float]:
        """Accept offers at a steady pace; return how long each accept took."""
        ids = [new_id() for _ in range(int(per_s * for_s))]
        await asyncio.gather(*(self._post(said(one)) for one in ids))
        waits: list[float] = []

        async def accept(conversation_id: UUID) -> None:
            started = time.perf_counter()
            await self._post(OfferAccepted(*self.told.offers[conversation_id]))
            waits.append(time.perf_counter() - started)

        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for place, one in enumerate(ids):
                await asyncio.sleep(began + place / per_s - time.perf_counter())
                group.create_task(accept(one))
        await self.end(ids)
        return waits

    async def _post(self, command: Command) -> None:
        await self.desk.post(self.shop_id, command)


def said(conversation_id: UUID) -> Command:
    """Return a customer's first words, as the gateway's event brings them."""
    now = SystemClock().now()
    message = a_message(conversation_id, now)
    return replace(message, told=ItemTold(new_id(), now, A_BODY))


@asynccontextmanager
async def running_lane(database: TestDatabase, agents: int) -> AsyncIterator[Lane]:
    """Run the lane of one shop while the block runs."""
    clock, told = SystemClock(), Told()
    async with AsyncExitStack() as stack:
        tables = await stack.enter_async_context(
            open_database(database.service_url(Service.ROUTER))
        )
        sweeper = await stack.enter_async_context(open_database(database.sweep_url(Service.ROUTER)))
        router_id = new_id()
        leases = KeepLeases(LeaseRows(sweeper, router_id), clock)
        deciders = Deciders(RoutingTables(tables, router_id), told, clock, leases)
        desk = LaneDesk(deciders, lambda _shop, _command: None)
        renewal = RenewalLoop(leases, deciders.drop)
        journals = KeepJournals(deciders.journals, JournalTables(tables), clock)
        await stack.enter_async_context(
            background(
                desk=desk.run, renewal=renewal.run, journals=lambda: keeping_journals(journals)
            )
        )
        shop_id = new_id()
        await found(database, shop_id, agents)
        yield Lane(desk, told, shop_id)


async def found(database: TestDatabase, shop_id: UUID, agents: int) -> None:
    """Make a shop whose agents are all here."""
    async with open_set_up(settings_of(database)) as set_up:
        await set_up.create_shop(shop_id, "Bench")
    async with database.server.admin(database.name) as admin:
        await admin.execute(TEAM, shop_id, agents, CAPACITY, [NODE])
        figures = json.dumps(
            {**dict.fromkeys(NOT_SOON, HOUR_MS), "first_offers": 1, "kept_free_permille": 0}
        )
        await admin.execute(
            "UPDATE router.shops SET policy = $2 WHERE shop_id = $1", shop_id, figures
        )
        await admin.execute("VACUUM ANALYZE")
