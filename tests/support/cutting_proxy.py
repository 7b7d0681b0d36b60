"""A proxy that cuts each connection after a random number of bytes, whatever they are."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 65_536
BYTES_MIN, BYTES_MAX = 300, 12_000
"""A handshake has about 250 bytes each way, a message 100: some are cut before their welcome."""


@dataclass
class CuttingProxy:
    """Passes bytes on and cuts, until told to cut no more.

    Attributes:
        drops: connections cut so far.
    """

    target_port: int
    dice: random.Random
    port: int = 0
    drops: int = 0
    cutting: bool = True
    _left: dict[asyncio.Event, int] = field(default_factory=dict)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to its end, or until it is cut."""
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        cut = asyncio.Event()
        self._left[cut] = self.dice.randint(BYTES_MIN, BYTES_MAX)
        try:
            async with asyncio.TaskGroup() as group:
                pumps = [
                    group.create_task(self._pump(reader, there_writer, cut)),
                    group.create_task(self._pump(there_reader, writer, cut)),
                ]
                waiting = group.create_task(cut.wait())
                await asyncio.wait([*pumps, waiting], return_when=asyncio.FIRST_COMPLETED)
                for task in (*pumps, waiting):
                    task.cancel()
        finally:
            self.drops += cut.is_set()
            del self._left[cut]
            for end in (writer, there_writer):
                end.close() if self.dice.random() < 0.5 else end.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                left = self._left[cut]
                if self.cutting and len(chunk) >= left:
                    writer.write(chunk[:left])
                    cut.set()
                    return
                self._left[cut] = left - len(chunk)
                writer.write(chunk)
                await writer.drain()


@asynccontextmanager
async def cutting_proxy(target_port: int, dice: random.Random) -> AsyncIterator[CuttingProxy]:
    """Run a proxy before a port of this machine."""
    proxy = CuttingProxy(target_port, dice)
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
