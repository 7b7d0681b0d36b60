"""How routing is usually made durable: workers that SELECT ... FOR UPDATE SKIP LOCKED.

Its tables hold less than the router's (no decision record, no events, no row security), and its
workers are as fast as this driver makes them: prepared statements, a connection for each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg

from tests.support.postgres import TestDatabase

BATCH = 100
SCHEMA = """
    CREATE SCHEMA rival;
    CREATE TABLE rival.conversations (id bigint PRIMARY KEY, status text NOT NULL,
        queued_at timestamptz NOT NULL, preview text NOT NULL, agent_id bigint,
        assigned_at timestamptz) WITH (fillfactor = 70);
    CREATE INDEX ON rival.conversations (queued_at) WHERE status = 'waiting';
    CREATE TABLE rival.agents (id bigint PRIMARY KEY, status text NOT NULL, capacity int NOT NULL,
        load int NOT NULL) WITH (fillfactor = 70);
    CREATE INDEX ON rival.agents (load) WHERE status = 'available';
    CREATE TABLE rival.assignments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        conversation_id bigint NOT NULL, agent_id bigint NOT NULL,
        assigned_at timestamptz NOT NULL);
    """
FILL = """
    TRUNCATE rival.conversations, rival.agents, rival.assignments;
    INSERT INTO rival.agents
        SELECT n, 'available', {capacity}, 0 FROM generate_series(1, {agents}) n;
    INSERT INTO rival.conversations SELECT n, 'waiting', now() + n * interval '1 ms',
        'Where is my order?' FROM generate_series(1, {waiting}) n;
    """
NEXT = """
    SELECT id FROM rival.conversations WHERE status = 'waiting'
    ORDER BY queued_at LIMIT $1 FOR UPDATE SKIP LOCKED
    """
WHO = """
    SELECT id FROM rival.agents WHERE status = 'available' AND load < capacity
    ORDER BY load LIMIT $1 FOR UPDATE SKIP LOCKED
    """
ASSIGN = """
    UPDATE rival.conversations SET status = 'assigned', agent_id = $2, assigned_at = now()
    WHERE id = $1
    """
LOAD = "UPDATE rival.agents SET load = load + 1 WHERE id = $1"
NOTE = """
    INSERT INTO rival.assignments (conversation_id, agent_id, assigned_at) VALUES ($1, $2, now())
    """

Decide: TypeAlias = Callable[[asyncpg.Connection], Awaitable[int]]
"""Makes one transaction; returns how many decisions it holds."""


async def one_by_one(worker: asyncpg.Connection) -> int:
    """Assign the conversation that waits longest to the agent who has least."""
    async with worker.transaction():
        conversation = await worker.fetchval(NEXT, 1)
        agent = await worker.fetchval(WHO, 1)
        if conversation is None or agent is None:
            return 0
        await worker.execute(ASSIGN, conversation, agent)
        await worker.execute(LOAD, agent)
        await worker.execute(NOTE, conversation, agent)
    return 1


async def by_the_hundred(worker: asyncpg.Connection) -> int:
    """Assign a hundred in one transaction, their writes sent together."""
    async with worker.transaction():
        conversations = [row["id"] for row in await worker.fetch(NEXT, BATCH)]
        agents = [row["id"] for row in await worker.fetch(WHO, BATCH)]
        pairs = list(zip(conversations, agents, strict=False))
        await worker.executemany(ASSIGN, pairs)
        await worker.executemany(LOAD, [(agent,) for _, agent in pairs])
        await worker.executemany(NOTE, pairs)
    return len(pairs)


@dataclass
class Rival:
    """Workers on a database of ours."""

    admin: asyncpg.Connection
    workers: Sequence[asyncpg.Connection]
    agents: int
    capacity: int

    async def decide(self, count: int, how: Decide) -> tuple[float, list[float]]:
        """Decide about so many who wait; return decisions a second, and each transaction's time."""
        fill = FILL.format(capacity=self.capacity, agents=self.agents, waiting=count)
        await self.admin.execute(fill)
        await self.admin.execute("VACUUM ANALYZE rival.conversations, rival.agents")
        waits: list[float] = []

        async def work(worker: asyncpg.Connection) -> int:
            made = 0
            while True:
                started = time.perf_counter()
                decided = await how(worker)
                if not decided:
                    return made
                made += decided
                waits.append(time.perf_counter() - started)

        began = time.perf_counter()
        made = await asyncio.gather(*map(work, self.workers))
        rate = count / (time.perf_counter() - began)
        left: Any = await self.admin.fetchval(
            "SELECT count(*) FROM rival.conversations WHERE status = 'waiting'"
        )
        assert (sum(made), left) == (count, 0), (sum(made), left)
        return rate, waits


@asynccontextmanager
async def rival(
    database: TestDatabase, workers: int, *, agents: int, capacity: int
) -> AsyncIterator[Rival]:
    """Connect so many workers while the block runs."""
    async with AsyncExitStack() as stack:
        dsn = database.server.url("postgres", database.name).dsn
        open_ones = [await asyncpg.connect(dsn) for _ in range(workers + 1)]
        for one in open_ones:
            stack.push_async_callback(one.close)
        admin, *others = open_ones
        if not await admin.fetchval("SELECT to_regnamespace('rival') IS NOT NULL"):
            await admin.execute(SCHEMA)
        yield Rival(admin, others, agents, capacity)
