"""A program that webhooks are posted to: a real server on this machine, and what came to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from tests.support.patience import WAIT_S


@dataclass(frozen=True)
class Posted:
    """One try, as it came."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def type(self) -> str:
        return str(self.event["type"])

    @property
    def about(self) -> str:
        """Which conversation it tells of."""
        data = self.event["data"]
        return str(data.get("conversation_id") or data["item"]["conversation_id"])

    def is_signed_by(self, secret: str) -> bool:
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        signature = Webhook(secret).sign(self.id, at, self.body)
        return signature in self.headers["webhook-signature"].split(" ")


async def _well(_: Posted) -> int:
    return 200


@dataclass
class Program:
    """Answers with what `answer` says; keeps every try, answered or not."""

    port: int = 0
    answer: Callable[[Posted], Awaitable[int]] = _well
    posted: list[Posted] = field(default_factory=list)
    location: str = ""
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str = "/events") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def of(self, about: str) -> list[Posted]:
        return [one for one in self.posted if one.about == about]

    async def until(self, true: Callable[[], bool]) -> None:
        """Return once it is true, looking whenever something came."""
        async with asyncio.timeout(WAIT_S):
            while not true():
                self._more.clear()
                await self._more.wait()

    async def count(self, number: int) -> list[Posted]:
        """Return all that came, once it is so many."""
        await self.until(lambda: len(self.posted) >= number)
        return self.posted

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                posted = await _read(reader)
                self.posted.append(posted)
                self._more.set()
                status = await self.answer(posted)
                more = f"Location: {self.location}\r\n" if self.location else ""
                writer.write(f"HTTP/1.1 {status} X\r\n{more}Content-Length: 2\r\n\r\nok".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Posted:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(": ")
        headers[name.lower()] = value
    body = await reader.readexactly(int(headers["content-length"]))
    return Posted(first.split(" ")[1], headers, body.decode())


@asynccontextmanager
async def running_program(host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Program]:
    """Serve while the block runs; whoever is being answered then is cut off."""
    program, open_ones = Program(), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_ones.add(task)
        try:
            await program.serve(reader, writer)
        except asyncio.CancelledError:
            writer.close()
        finally:
            open_ones.discard(task)

    server = await asyncio.start_server(serve, host, port)
    program.port = server.sockets[0].getsockname()[1]
    try:
        yield program
    finally:
        server.close()
        for task in tuple(open_ones):
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)
