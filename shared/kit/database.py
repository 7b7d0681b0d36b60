"""Transactions, hot calls and shop scope on PostgreSQL; knows no table.

Three ways in, and no fourth: `read` and `write` are transactions of different types, opened and
closed at the edge of a use case; `call` is one autocommitted statement for the hot paths, which
sets its own scope. The scope is transaction-local in all three, so a connection never carries one
shop into another's work.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Executable, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.kernel.errors import RefusedError
from shared.kit.database_away import told_when_away
from shared.kit.hot_connections import CONNECT_TIMEOUT_S, HotConnections

MAX_SHOPS = 8
"""Shops in one scope: a longer list made the policy cost more than it saved (DESIGN section 4)."""
CALL_TIMEOUT_S = 5.0
STATEMENT_TIMEOUT_S = 12.0
"""Above the roles' own statement_timeout, which a server that hangs does not count."""
POOL_SIZE = 5
HOT_POOL_SIZE = 4

_SET_SCOPE = text("SELECT set_config('app.shop_ids', :shop_ids, true)")


@dataclass(frozen=True)
class DatabaseUrl:
    """Where a role connects: a libpq URL, such as postgresql://role@/firstreply?host=/run/pg."""

    dsn: str

    @property
    def sqlalchemy(self) -> str:
        """Return the same place as SQLAlchemy's asyncpg dialect names it."""
        return self.dsn.replace("postgresql://", "postgresql+asyncpg://", 1)


def scope_of(*shop_ids: UUID) -> str:
    """Return the setting that opens these shops' rows.

    Raises:
        ValueError: no shop, or more than MAX_SHOPS.
    """
    if not 1 <= len(shop_ids) <= MAX_SHOPS:
        raise ValueError(f"a scope has 1 to {MAX_SHOPS} shops")
    return ",".join(str(shop_id) for shop_id in shop_ids)


class ReadTransaction:
    """A transaction that sees its shops' rows and can change nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def rows(
        self, statement: Executable | str, params: Mapping[str, Any] | None = None
    ) -> Sequence[RowMapping]:
        """Return every row."""
        result = await self._connection.execute(_statement(statement), params)
        return result.mappings().all()

    async def row(
        self, statement: Executable | str, params: Mapping[str, Any] | None = None
    ) -> RowMapping | None:
        """Return the first row, or None."""
        result = await self._connection.execute(_statement(statement), params)
        return result.mappings().first()

    async def value(
        self, statement: Executable | str, params: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the first column of the first row, or None."""
        return (await self._connection.execute(_statement(statement), params)).scalar()


class WriteTransaction(ReadTransaction):
    """A transaction that commits when its block ends well."""

    async def execute(
        self,
        statement: Executable | str,
        params: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> int:
        """Change rows and return how many."""
        return (await self._connection.execute(_statement(statement), params)).rowcount


class Database:
    """One role's way into the database; open it with `open_database`."""

    def __init__(self, engine: AsyncEngine, hot: HotConnections) -> None:
        self._engine = engine
        self._hot = hot

    @asynccontextmanager
    async def read(self, *shop_ids: UUID) -> AsyncIterator[ReadTransaction]:
        """Open a read-only transaction scoped to these shops."""
        async with self._transaction(shop_ids, read_only=True) as connection:
            yield ReadTransaction(connection)

    @asynccontextmanager
    async def write(self, *shop_ids: UUID) -> AsyncIterator[WriteTransaction]:
        """Open a transaction scoped to these shops; commits unless the block raises."""
        async with self._transaction(shop_ids, read_only=False) as connection:
            yield WriteTransaction(connection)

    async def call(
        self, sql: str, *args: Any, timeout_s: float = CALL_TIMEOUT_S
    ) -> list[asyncpg.Record]:
        """Run one autocommitted statement that sets its own scope, and return its rows.

        Any error or cancel closes the connection: what it was doing is unknown, and nobody may be
        handed its remains.

        Raises:
            DatabaseAwayError: the database is away or busy.
            asyncpg.PostgresError: the statement failed, and nothing was done.
        """
        with told_when_away():
            return await self._hot.fetch(sql, args, timeout_s=timeout_s)

    @asynccontextmanager
    async def _transaction(
        self, shop_ids: tuple[UUID, ...], *, read_only: bool
    ) -> AsyncIterator[AsyncConnection]:
        scope = scope_of(*shop_ids)
        with told_when_away():
            async with self._connected() as connection:
                try:
                    connection = await connection.execution_options(postgresql_readonly=read_only)  # noqa: PLW2901
                    await connection.execute(_SET_SCOPE, {"shop_ids": scope})
                    yield connection
                    await connection.commit()
                except RefusedError:
                    await connection.rollback()  # our own: the connection is in a known state
                    raise
                except BaseException:
                    await connection.invalidate()
                    raise

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                connection = await stack.enter_async_context(self._engine.connect())
            yield connection


def _statement(statement: Executable | str) -> Executable:
    return text(statement) if isinstance(statement, str) else statement


@asynccontextmanager
async def open_database(
    url: DatabaseUrl, *, pool_size: int = POOL_SIZE, hot_pool_size: int = HOT_POOL_SIZE
) -> AsyncIterator[Database]:
    """Connect as the role the URL names; close every connection at the end of the block.

    Raises:
        DatabaseAwayError: the database is away or busy.
    """
    engine = create_async_engine(
        url.sqlalchemy,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=CONNECT_TIMEOUT_S,
        connect_args={"timeout": CONNECT_TIMEOUT_S, "command_timeout": STATEMENT_TIMEOUT_S},
        hide_parameters=True,  # else an error's text, and so the log, quotes what customers wrote
    )
    try:
        async with AsyncExitStack() as stack:
            with told_when_away():
                hot = await stack.enter_async_context(HotConnections(url.dsn, hot_pool_size))
            yield Database(engine, hot)
    finally:
        await engine.dispose()
