"""A gateway's outbox and a router's inbox in one scratch database, and what the router applied."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.events import Envelope
from shared.kernel.vocabulary import Service
from shared.kit import roles, row_security
from shared.kit.database import Database, open_database
from shared.kit.event_tables import event_tables_v1
from shared.kit.inbox import take_new
from shared.kit.outbox import OutboxRows, write_events
from shared.kit.relay_lane import Positions, StreamKey
from tests.support.postgres import TestDatabase

APPLIED = """
CREATE TABLE router.applied (
    place bigint GENERATED ALWAYS AS IDENTITY,
    shop_id uuid, stream text, version bigint, body jsonb
)
"""


@dataclass(frozen=True)
class Pair:
    """Both ends of the way from gateway to router."""

    test_database: TestDatabase
    gateway: Database
    router: Database
    rows: OutboxRows

    async def commit(self, events: Sequence[Envelope]) -> None:
        async with self.gateway.write(*{event.shop_id for event in events}) as tx:
            await write_events(tx, "gateway", events)

    async def apply(self, events: Sequence[Envelope]) -> Positions:
        """The router's own function: its effect is one row an event, without a key to save it."""
        async with self.router.write(*{event.shop_id for event in events}) as tx:
            taken = await take_new(tx, "router", events)
            for event in taken.new:
                await tx.execute(
                    "INSERT INTO router.applied (shop_id, stream, version, body) "
                    "VALUES (:shop_id, :stream, :version, CAST(:body AS jsonb))",
                    {
                        "shop_id": event.shop_id,
                        "stream": event.stream,
                        "version": event.version,
                        "body": json.dumps(event.body),
                    },
                )
        return taken.positions

    async def applied(self) -> dict[StreamKey, list[int]]:
        """Return the versions of each stream in the order they were applied."""
        found: dict[StreamKey, list[int]] = {}
        for row in await self._admin("SELECT * FROM router.applied ORDER BY place"):
            found.setdefault((UUID(str(row["shop_id"])), row["stream"]), []).append(row["version"])
        return found

    async def waiting(self) -> int:
        """Return how many rows the outbox has."""
        (row,) = await self._admin("SELECT count(*) AS rows FROM gateway.outbox")
        rows: int = row["rows"]
        return rows

    async def age(self) -> None:
        """Make every row in the outbox an hour old."""
        await self._admin("UPDATE gateway.outbox SET created_at = now() - interval '1 hour'")

    async def _admin(self, sql: str) -> list[asyncpg.Record]:
        async with self.test_database.server.admin(self.test_database.name) as admin:
            return await admin.fetch(sql)


@pytest.fixture
async def pair(
    clone_database: Callable[..., Awaitable[TestDatabase]],
) -> AsyncIterator[Pair]:
    test_database = await clone_database()
    await _create(test_database)
    async with (
        open_database(test_database.service_url(Service.GATEWAY)) as gateway,
        open_database(test_database.service_url(Service.ROUTER)) as router,
        open_database(test_database.sweep_url(Service.GATEWAY)) as sweep,
    ):
        rows = OutboxRows(sweep, "gateway", Service.GATEWAY)
        yield Pair(test_database, gateway, router, rows)


async def _create(test_database: TestDatabase) -> None:
    owner = await asyncpg.connect(test_database.url(roles.OWNER).dsn)
    for service in ("gateway", "router"):
        for statement in row_security.schema_v1(service, service):
            await owner.execute(statement)
        for statement in event_tables_v1(service, service):
            await owner.execute(statement)
    for statement in (
        APPLIED,
        *row_security.shop_table("router", "applied", "router"),
    ):
        await owner.execute(statement)
    await owner.close()
