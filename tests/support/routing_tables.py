"""What the router's tables say of owners, capacities and what is stuck, asked at any time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from tests.support.postgres import TestDatabase

LOOK_S = 0.05
EXPIRED_FOR = "5 seconds"
"""An offer that should have ended longer ago than a take-over takes is stuck."""

_WRONG = """
    WITH owned AS (
        SELECT conversation_id, count(*) AS owners FROM router.assignments
        WHERE status = 'active' GROUP BY conversation_id),
    held AS (
        SELECT agent_id, sum(weight) AS weights FROM (
            SELECT agent_id, weight FROM router.assignments WHERE status <> 'ended'
            UNION ALL
            SELECT agent_id, weight FROM router.offers WHERE status = 'pending') AS each
        GROUP BY agent_id)
    SELECT
        (SELECT count(*) FROM router.conversations c LEFT JOIN owned o ON o.conversation_id = c.id
         WHERE coalesce(o.owners, 0) <> CASE c.status WHEN 'assigned' THEN 1 ELSE 0 END)
            AS owners_not_one,
        (SELECT count(*) FROM router.agents a JOIN held h ON h.agent_id = a.id
         WHERE h.weights > a.capacity) AS above_capacity,
        (SELECT count(*) FROM router.agents a LEFT JOIN held h ON h.agent_id = a.id
         WHERE a.load <> coalesce(h.weights, 0)) AS loads_that_differ
    """
_STUCK = f"""
    SELECT
        (SELECT count(*) FROM router.conversations WHERE status <> 'ended') AS not_ended,
        (SELECT count(*) FROM router.conversations c WHERE NOT EXISTS (
            SELECT FROM router.assignments a WHERE a.conversation_id = c.id)) AS never_assigned,
        (SELECT count(*) FROM router.offers WHERE status = 'pending'
            AND expires_at < clock_timestamp() - interval '{EXPIRED_FOR}') AS offers_over,
        (SELECT count(*) FROM router.outbox) AS untold
    """  # noqa: S608  a literal of ours
_WAITING = """
    SELECT count(*) AS known, count(*) FILTER (WHERE status IN ('queued', 'offered')) AS waiting
    FROM router.conversations
    """
_LEASES = """
    SELECT shop_id, holder, token FROM router.leases WHERE expires_at > clock_timestamp()
    """


@dataclass(frozen=True)
class Lease:
    """Who holds a shop now."""

    holder: UUID
    token: int


@dataclass
class Tables:
    """The tables as their owner sees them, in one snapshot a question."""

    database: TestDatabase
    wrong: Counter[str] = field(default_factory=Counter)
    """The most that was ever wrong at one instant."""
    looks: int = 0
    _connection: asyncpg.Connection | None = None

    async def note_what_is_wrong(self) -> None:
        """Look once, and remember the worst."""
        (row,) = await self.ask(_WRONG)
        self.wrong |= Counter(dict(row))
        self.looks += 1

    async def stuck(self) -> dict[str, int]:
        """Return what of all that was begun has not come to its end."""
        (row,) = await self.ask(_STUCK)
        return dict(row)

    async def waiting(self) -> tuple[int, int]:
        """Return how many conversations there are, and how many of them nobody has taken."""
        (row,) = await self.ask(_WAITING)
        return row["known"], row["waiting"]

    async def leases(self) -> Mapping[UUID, Lease]:
        """Return the living leases."""
        rows = await self.ask(_LEASES)
        return {row["shop_id"]: Lease(row["holder"], row["token"]) for row in rows}

    async def assignments(self) -> Mapping[UUID, UUID]:
        """Return every assignment there ever was, with its agent."""
        rows = await self.ask("SELECT id, agent_id FROM router.assignments")
        return {row["id"]: row["agent_id"] for row in rows}

    async def ask(self, sql: str) -> list[asyncpg.Record]:
        """Ask until a server answers: it may be away meanwhile."""
        while True:
            try:
                if self._connection is None:
                    dsn = self.database.server.url("postgres", self.database.name).dsn
                    self._connection = await asyncpg.connect(dsn)
                return await self._connection.fetch(sql)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self.close()
                await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """Leave no connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


@asynccontextmanager
async def watched_tables(database: TestDatabase) -> AsyncIterator[Tables]:
    """Look at the tables all the time while the block runs, and offer more looks."""
    watch, tables = Tables(database), Tables(database)

    async def look() -> None:
        while True:
            await watch.note_what_is_wrong()
            tables.wrong, tables.looks = watch.wrong, watch.looks
            await asyncio.sleep(LOOK_S)

    async with asyncio.TaskGroup() as group:
        looking = group.create_task(look())
        try:
            yield tables
        finally:
            looking.cancel()
            await watch.close()
            await tables.close()
