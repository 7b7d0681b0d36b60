"""Thousands of customers' sockets in one test process: they come, stay, and come back by token."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from bench.gateway_loads import AT_ONCE, address
from bench.wire import Socket, open_socket
from shared.kernel.vocabulary import Service
from shared.kit.roles import service_role
from tests.support.ledger import ledger_of

RETRY_S = 0.2
RETRY_MAX_S = 1.0
"""As the widget: who finds nobody tries again after a while that doubles."""
MS_PER_S = 1_000
LOOK_S = 0.02
ANSWERS = frozenset({"welcome", "bye", "accepted", "error"})


@dataclass
class Guest:
    """One customer who is there, and says little.

    Attributes:
        words: what was said and acknowledged, by seq.
        refusals: last words of the server.
    """

    port: int
    number: int
    site_key: str
    token: str | None = None
    epoch: int | None = None
    conversation_id: str | None = None
    words: dict[int, str] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    _socket: Socket | None = None

    @property
    def there(self) -> bool:
        return self._socket is not None and not self._socket.closed

    async def come(self) -> dict[str, Any]:
        """Try until welcomed, as the server's last words say; return the welcome."""
        pause_s = RETRY_S
        while True:
            try:
                frame = await self._try()
            except OSError:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, RETRY_MAX_S)
                continue
            if frame["type"] == "welcome":
                self.token, self.epoch = frame["session_token"], frame["epoch"]
                return frame
            self.refusals[frame["code"]] += 1
            await asyncio.sleep(frame["retry_in_ms"] / MS_PER_S)

    async def say(self, text: str) -> None:
        """Send a message and wait for its acknowledgement."""
        assert self._socket is not None
        frame = {"type": "send", "client_id": f"m{self.number}", "text": text}
        accepted = await _answer(self._socket, frame)
        assert accepted["type"] == "accepted", accepted
        self.conversation_id = accepted["conversation_id"]
        self.words[accepted["seq"]] = text

    def leave(self) -> None:
        if self._socket is not None:
            self._socket.close()

    async def _try(self) -> dict[str, Any]:
        self._socket = await open_socket(self.port, address=address(self.number))
        hello = {
            "type": "hello",
            "site_key": self.site_key,
            "session_token": self.token,
            "epoch": self.epoch,
            "conversation_id": self.conversation_id,
        }
        told = {key: value for key, value in hello.items() if value is not None}
        return await _answer(self._socket, told)


async def _answer(socket: Socket, frame: dict[str, Any]) -> dict[str, Any]:
    """Return the next frame after this one was sent; OSError when the socket closes first."""
    answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def heard(payload: bytes) -> None:
        told = json.loads(payload)
        if told["type"] in ANSWERS and not answer.done():
            answer.set_result(told)

    socket.heard = heard
    socket.send(json.dumps(frame).encode())
    while not answer.done():
        if socket.closed:
            raise ConnectionResetError("closed before it answered")
        await asyncio.wait([answer], timeout=RETRY_S)
    return answer.result()


@asynccontextmanager
async def watched_pool(home: Path) -> AsyncIterator[list[int]]:
    """Look all the time how many connections the gateway has; yields every count, in order.

    Begins as soon as the database answers, and again whenever it comes back.
    """
    counts: list[int] = []

    async def look() -> None:
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                async with ledger_of(home) as ledger:
                    while True:
                        counts.append(await ledger.connections_of(service_role(Service.GATEWAY)))
                        await asyncio.sleep(LOOK_S)
            await asyncio.sleep(LOOK_S)

    async with asyncio.TaskGroup() as group:
        watcher = group.create_task(look())
        try:
            yield counts
        finally:
            watcher.cancel()


async def whole(guests: Sequence[Guest], welcomed: Callable[[], None]) -> list[dict[str, Any]]:
    """Have all of them come at once; return their welcomes in order, `welcomed` called at each."""

    async def one(guest: Guest) -> dict[str, Any]:
        welcome = await guest.come()
        welcomed()
        return welcome

    return list(await asyncio.gather(*(one(guest) for guest in guests)))


async def come_some_at_a_time(guests: Sequence[Guest]) -> None:
    """Have all of them come, as many at a time as a shop's busy hour brings."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(guest: Guest) -> None:
        async with gate:
            await guest.come()

    await asyncio.gather(*(one(guest) for guest in guests))
