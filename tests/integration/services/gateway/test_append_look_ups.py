"""What a message reads of the tables it goes into: its own few rows, by index."""

from __future__ import annotations

from typing import Any, cast

import asyncpg

from services.gateway.storage.appends import PostgresAppends
from shared.kernel.vocabulary import Service
from shared.kit.database import Database
from tests.support.gateway import Stores, a_message
from tests.support.postgres import TestDatabase

SESSIONS = 200
GROUP = 20
ROWS_A_MESSAGE = 3
"""Rows of conversations that one message may look up: it is found, locked and judged, once each."""
_FETCHED = """
    SELECT relname, coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0) AS fetched
    FROM pg_stat_xact_user_tables WHERE schemaname = 'gateway'
    """


class OneConnection:
    """As much of a Database as appends need, on one connection that the test looks into."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def call(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        return await self._connection.fetch(sql, *args)


async def test_a_message_reads_no_other_although_the_tables_were_empty_when_last_analysed(
    stores: Stores, database: TestDatabase
) -> None:
    """LESSONS 17: the planner walked all of a table for each row, if it was small once."""
    async with database.server.admin(database.name) as admin:
        await admin.execute("ANALYZE gateway.items, gateway.conversations, gateway.sessions")
    sessions = [await stores.session() for _ in range(SESSIONS)]
    await stores.appends.append([a_message(session) for session in sessions])

    connection = await asyncpg.connect(database.service_url(Service.GATEWAY).dsn)
    try:
        async with connection.transaction():
            appends = PostgresAppends(cast("Database", OneConnection(connection)))
            await appends.append([a_message(session, "one more") for session in sessions[:GROUP]])
            fetched = {row["relname"]: row["fetched"] for row in await connection.fetch(_FETCHED)}
    finally:
        await connection.close()

    assert fetched["items"] < GROUP
    assert fetched["conversations"] <= ROWS_A_MESSAGE * GROUP
