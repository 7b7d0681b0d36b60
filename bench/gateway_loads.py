"""What `bench.gateway` does to its servers: customers who write, come, and stay."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.wire import Socket, open_socket, text_frame

TEXT = "Where is my order? It should have come on Tuesday."
ACCEPTED = b'{"type":"accepted"'
WELCOME = b'{"type":"welcome"'
AT_ONCE = 64
"""Connections being opened at a time."""
ROUND_TIMEOUT_S = 60.0
ADDRESSES = 200
"""Local addresses, so that ports do not run out: 127.0.1.1 and on."""
_numbers = itertools.count()
_PAGE = 4_096


def hello(site_key: str) -> bytes:
    """Return a first hello."""
    return json.dumps({"type": "hello", "site_key": site_key}).encode()


def message() -> bytes:
    """Return a new message's frame."""
    client_id = next(_numbers)
    frame = {"type": "send", "client_id": f"m{client_id}", "text": TEXT}
    return text_frame(json.dumps(frame, separators=(",", ":")).encode())


def address(number: int) -> str:
    """Return one of this machine's own addresses."""
    return f"127.0.1.{1 + number % ADDRESSES}"


@dataclass
class Customers:
    """Sockets of one server, welcomed if it welcomes; `counts` says which frames are answers."""

    sockets: list[Socket]
    answer: bytes
    acks: int = 0

    async def write(self, each: int, in_flight: int) -> float:
        """Have each socket send so many messages, so many unanswered at a time; return per second.

        The frames are made before, the answers only counted: the client is no part of the figure.
        """
        done = asyncio.Event()
        left = len(self.sockets)

        def finished() -> None:
            nonlocal left
            left -= 1
            if not left:
                done.set()

        writers = [
            _Writer(socket, self.answer, [message() for _ in range(each)], finished)
            for socket in self.sockets
        ]
        started = time.perf_counter()
        for writer in writers:
            writer.start(in_flight)
        async with asyncio.timeout(ROUND_TIMEOUT_S):
            await done.wait()
        elapsed_s = time.perf_counter() - started
        self.acks += len(self.sockets) * each
        return len(self.sockets) * each / elapsed_s

    async def write_steadily(self, per_s: float, for_s: float) -> list[float]:
        """Send at this pace whatever is answered; return each message's way to its answer in ms.

        uvloop's own time is that of the turn's beginning, in whole milliseconds.
        """
        sent: dict[int, list[float]] = {n: [] for n in range(len(self.sockets))}
        waits: list[float] = []
        for number, socket in enumerate(self.sockets):
            socket.heard = _timing(sent[number], waits, self.answer)
        started, total = time.perf_counter(), int(per_s * for_s)
        for number in range(total):
            due = started + number / per_s
            if (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            place = number % len(self.sockets)
            sent[place].append(time.perf_counter())
            self.sockets[place].write(message())
        async with asyncio.timeout(ROUND_TIMEOUT_S):
            while len(waits) < total:  # noqa: ASYNC110  a bench: nothing else is to be told of it
                await asyncio.sleep(0.005)
        self.acks += total
        return waits

    def close(self) -> None:
        """Cut every socket."""
        for socket in self.sockets:
            socket.close()


class _Writer:
    def __init__(self, socket: Socket, answer: bytes, frames: list[bytes], finished: Any) -> None:
        self._socket, self._answer, self._frames = socket, answer, frames
        self._finished = finished
        self._next = self._answered = 0
        socket.heard = self._heard

    def start(self, in_flight: int) -> None:
        self._next = min(in_flight, len(self._frames))
        self._socket.write(b"".join(self._frames[: self._next]))

    def _heard(self, payload: bytes) -> None:
        if not payload.startswith(self._answer):
            assert not payload.startswith((b'{"type":"error"', b'{"type":"bye"')), payload
            return
        self._answered += 1
        if self._next < len(self._frames):
            self._socket.write(self._frames[self._next])
            self._next += 1
        elif self._answered == len(self._frames):
            self._finished()


def _timing(sent: list[float], waits: list[float], answer: bytes) -> Any:
    answered = itertools.count()

    def heard(payload: bytes) -> None:
        if payload.startswith(answer):
            waits.append((time.perf_counter() - sent[next(answered)]) * 1_000)

    return heard


async def come(port: int, site_keys: Sequence[str], count: int) -> list[Socket]:
    """Open sockets, some at a time, and say hello on each; return them once all are welcomed."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Socket:
        async with gate:
            socket = await open_socket(port, address=address(number))
            await welcomed(socket, site_keys[number % len(site_keys)])
            return socket

    return list(await asyncio.gather(*(one(number) for number in range(count))))


async def connect_only(port: int, count: int) -> list[Socket]:
    """Open sockets that say nothing."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Socket:
        async with gate:
            return await open_socket(port, address=address(number))

    return list(await asyncio.gather(*(one(number) for number in range(count))))


async def welcomed(socket: Socket, site_key: str) -> None:
    """Say hello and wait for the welcome."""
    answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def heard(payload: bytes) -> None:
        if not answer.done():
            assert payload.startswith(WELCOME), payload
            answer.set_result(None)

    socket.heard = heard
    socket.send(hello(site_key))
    await answer


@asynccontextmanager
async def customers(told: dict[str, Any], count: int) -> AsyncIterator[Customers]:
    """Have welcomed customers, spread over the shops, while the block runs."""
    keys = [shop["site_key"] for shop in told["shops"]]
    one = Customers(await come(told["port"], keys, count), ACCEPTED)
    try:
        yield one
    finally:
        told["acked"] = told.get("acked", 0) + one.acks
        one.close()


@asynccontextmanager
async def echoers(port: int, count: int) -> AsyncIterator[Customers]:
    """Have sockets of the echo while the block runs: its answer is what it was sent."""
    one = Customers(await connect_only(port, count), b'{"type":"send"')
    try:
        yield one
    finally:
        one.close()


def rss_kib(pid: int) -> float:
    """Return the memory a process has resident."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * _PAGE / 1_024
