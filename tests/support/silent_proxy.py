"""A proxy whose open connections can fall silent: they stay open, and nothing comes through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 65_536


@dataclass
class SilentProxy:
    """Passes bytes on, until told to swallow those of the connections that are open then."""

    target_port: int
    port: int = 0
    _open: set[asyncio.Event] = field(default_factory=set)

    def fall_silent(self) -> None:
        """Swallow, from now on, whatever the present connections carry; new ones are passed on."""
        for silent in self._open:
            silent.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        silent = asyncio.Event()
        self._open.add(silent)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, there_writer, silent))
                group.create_task(_pump(there_reader, writer, silent))
        finally:
            self._open.discard(silent)
            writer.close()
            there_writer.close()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, silent: asyncio.Event
) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK):
            if not silent.is_set():
                writer.write(chunk)
                await writer.drain()
    if not silent.is_set():
        writer.close()


@asynccontextmanager
async def silent_proxy(target_port: int) -> AsyncIterator[SilentProxy]:
    """Run a proxy before a port of this machine."""
    proxy = SilentProxy(target_port)
    carried: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(proxy.carry(reader, writer))
        carried.add(task)
        task.add_done_callback(carried.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in carried:
            task.cancel()
        await asyncio.gather(*carried, return_exceptions=True)
