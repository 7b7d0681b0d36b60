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
IDLE_S = 300.0
"""A connection that nobody wanted for so long is closed: the burst that made it is over, and what
stands between us and the server may have forgotten it by then."""


class HotConnections:
    """At most `size` connections as the role that `dsn` names; an async context manager.

    A call leaves nothing behind (transaction-local settings, no cursors, no LISTEN), so that the
    next one takes its connection as it is. The one that was used last is used next, so that what a
    burst made comes to rest when it is over; what has rested for `idle_s` is closed.
    """

    def __init__(self, dsn: str, size: int, *, idle_s: float = IDLE_S) -> None:
        self._dsn = dsn
        self._idle_s = idle_s
        self._idle: list[tuple[asyncpg.Connection, float]] = []
        """With the loop's time at which each came to rest, the longest ago first."""
        self._closing: asyncio.TimerHandle | None = None
        self._places = asyncio.Semaphore(size)
        self._closed = False

    async def __aenter__(self) -> Self:
        self._rest(await self._connect())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True
        if self._closing is not None:
            self._closing.cancel()
        while self._idle:
            connection, _ = self._idle.pop()
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
                _cut(connection)
                raise
            if self._closed:
                _cut(connection)
            else:
                self._rest(connection)
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
            connection, _ = self._idle.pop()
            if not connection.is_closed():
                return connection
        return await self._connect()

    def _rest(self, connection: asyncpg.Connection) -> None:
        loop = asyncio.get_running_loop()
        self._idle.append((connection, loop.time()))
        if self._closing is None:
            self._closing = loop.call_later(self._idle_s, self._close_rested)

    def _close_rested(self) -> None:
        """Close what has rested long enough, and look again when the next one will have."""
        loop = asyncio.get_running_loop()
        rested = loop.time() - self._idle_s
        while self._idle and self._idle[0][1] <= rested:
            _cut(self._idle.pop(0)[0])
        self._closing = None
        if self._idle:
            at = self._idle[0][1] + self._idle_s
            self._closing = loop.call_at(at, self._close_rested)

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self._dsn, timeout=CONNECT_TIMEOUT_S)


def _cut(connection: asyncpg.Connection) -> None:
    with suppress(asyncpg.InterfaceError):  # the dying server's end has closed it
        connection.terminate()
