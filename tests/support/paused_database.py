"""A way to a database that can be held up: what is written stays on the way until it goes on."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.support.postgres import Server, TestDatabase

SOCKET = ".s.PGSQL.5432"
CHUNK = 65_536
SYNC = b"S\0\0\0\4"
"""Ends an autocommitted statement; until it comes, what was done is not committed."""


@dataclass
class Way:
    """A socket folder of its own before the server's; connections live as long as the way."""

    database: TestDatabase
    _open: asyncio.Event
    cut: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a statement stands where it was to stand: see `hold_up_at` and `cut_off`."""
    _stands_at: bytes | None = None
    _marker: bytes | None = None

    def hold_up(self) -> None:
        """Carry nothing any more, in either direction, and lose nothing."""
        self._open.clear()

    def hold_up_at(self, marker: bytes) -> None:
        """Carry on until a statement with this in it comes: nothing from there on, either way."""
        self.cut.clear()
        self._stands_at = marker

    def cut_off(self, marker: bytes) -> None:
        """Carry on until a statement with this in it is done but not committed, then hold up."""
        self.cut.clear()
        self._marker = marker

    def go_on(self) -> None:
        """Carry what was held up, and what comes."""
        self._stands_at = self._marker = None
        self._open.set()

    async def carry(self, chunk: bytes, far: asyncio.StreamWriter) -> None:
        """Bring this to the other side, when it may be."""
        await self._open.wait()
        if self._stands_at is not None and self._stands_at in chunk:
            await self._stand()
        if self._marker is not None and self._marker in chunk and chunk.endswith(SYNC):
            far.write(chunk.removesuffix(SYNC))
            chunk = SYNC
            await self._stand()
        far.write(chunk)
        await far.drain()

    async def _stand(self) -> None:
        self.hold_up()
        self.cut.set()
        await self._open.wait()


@asynccontextmanager
async def way_to(database: TestDatabase) -> AsyncIterator[Way]:
    """Open a way to a database; at the end of the block whatever still uses it is cut off."""
    is_open = asyncio.Event()
    is_open.set()
    behind = database.server.socket_dir / SOCKET
    carriers: set[asyncio.Task[None]] = set()
    async with asyncio.TaskGroup() as group:

        async def carry(near: asyncio.StreamReader, far: asyncio.StreamWriter) -> None:
            with closing(far), suppress(OSError):
                while chunk := await near.read(CHUNK):
                    await way.carry(chunk, far)

        async def connect(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
            reader, writer = await asyncio.open_unix_connection(behind)
            for one in (carry(near, writer), carry(reader, back)):
                carriers.add(group.create_task(one))

        with tempfile.TemporaryDirectory(prefix="fr-way-") as folder:
            way = Way(replace(database, server=Server(Path(folder))), is_open)
            server = await asyncio.start_unix_server(connect, Path(folder) / SOCKET)
            try:
                yield way
            finally:
                server.close()
                for carrier in carriers:
                    carrier.cancel()
