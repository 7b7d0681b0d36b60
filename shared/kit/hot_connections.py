"""Connections for single autocommitted statements, handed from one call straight to the next.

asyncpg's own pool runs two tasks a call, which take the processor for twice as long as the
statement's way there and back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import asyncpg

CONNECT_TIMEOUT_S = 3.0
"""Time to find or make a connection that answers: a server that hangs accepts and says nothing."""


class HotConnections:
    """At most `size` connections as the role that `dsn` names; an async context manager.

    A call leaves nothing behind (transaction-local settings, no cursors, no LISTEN), so that the
    next one takes its connection as it is.
    """

    def __init__(self, dsn: str, size: int) -> None:
        self._dsn = dsn
        self._idle: list[asyncpg.Connection] = []
        self._places = asyncio.Semaphore(size)
        self._closed = False

    async def __aenter__(self) -> Self:
        self._idle.append(await self._connect())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True
        while self._idle:
            connection = self._idle.pop()
            try:
                await connection.close(timeout=CONNECT_TIMEOUT_S)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                connection.terminate()  # the server is gone, or hangs

    async def fetch(
        self, sql: str, args: Sequence[Any], *, timeout_s: float
    ) -> list[asyncpg.Record]:
        """Run one statement and return its rows; any error or cancel closes its connection.

        Raises:
            TimeoutError: no connection was free or to be had in time, or no answer came.
            asyncpg.PostgresError: the statement failed.
            OSError: there is no server.
        """
        await self._enter()
        try:
            connection = await self._take()
            try:
                rows = await connection.fetch(sql, *args, timeout=timeout_s)
            except BaseException:
                with suppress(asyncpg.InterfaceError):  # the dying server's end has closed it
                    connection.terminate()
                raise
            if self._closed:
                connection.terminate()
            else:
                self._idle.append(connection)
        finally:
            self._places.release()
        return rows

    async def _enter(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await self._places.acquire()

    async def _take(self) -> asyncpg.Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return await self._connect()

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self._dsn, timeout=CONNECT_TIMEOUT_S)
