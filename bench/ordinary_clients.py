"""The messages of `bench.gateway` again, sent by an ordinary client to the node and to the echo.

There the clients cost next to nothing, which is the stricter measure; a library that people use
costs both sides the same, and the ratio is what such a client sees.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from bench.gateway_loads import TEXT, address, hello
from bench.wire import HOST

ROUNDS = 5
LOADS = ((64, 1, 24), (256, 4, 16))
"""Sockets, messages unanswered on each, messages of each a round."""
ROUND_TIMEOUT_S = 60.0
_numbers = itertools.count()


@dataclass
class Writers:
    """Ordinary clients of one server; `answer` is how the frame begins that answers a message."""

    sockets: list[ClientConnection]
    answer: str
    answered: int = 0

    async def write(self, each: int, in_flight: int) -> float:
        """Have each send so many messages, so many unanswered at a time; return per second."""
        started = time.perf_counter()
        async with asyncio.timeout(ROUND_TIMEOUT_S), asyncio.TaskGroup() as group:
            for socket in self.sockets:
                group.create_task(self._write(socket, each, in_flight))
        total = len(self.sockets) * each
        self.answered += total
        return total / (time.perf_counter() - started)

    async def _write(self, socket: ClientConnection, each: int, in_flight: int) -> None:
        sent = answered = 0
        while answered < each:
            while sent < each and sent - answered < in_flight:
                await socket.send(_message())
                sent += 1
            if str(await socket.recv(decode=True)).startswith(self.answer):
                answered += 1


def _message() -> str:
    return json.dumps({"type": "send", "client_id": f"o{next(_numbers)}", "text": TEXT})


@asynccontextmanager
async def ordinary(port: int, count: int, answer: str) -> AsyncIterator[Writers]:
    """Have so many clients connected while the block runs."""
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(
                connect(
                    f"ws://{HOST}:{port}/v1/chat",
                    compression=None,
                    proxy=None,
                    ping_interval=None,
                    local_addr=(address(number), 0),
                )
            )
            for number in range(count)
        ]
        yield Writers(sockets, answer)


async def let_in(writers: Writers, site_keys: list[str]) -> None:
    """Say hello on each, and begin its conversation."""
    for socket, key in zip(writers.sockets, itertools.cycle(site_keys), strict=False):
        await socket.send(hello(key).decode())
        await socket.recv()
    await writers.write(1, 1)


async def by_ordinary_clients(node: Any, echo_port: int) -> dict[str, float]:
    """Return how many messages a second, as shares of the echo's, with ordinary clients for both.

    `node` is a `bench.gateway.Node`.
    """
    figures: dict[str, float] = {}
    told = node.told
    for count, in_flight, each in LOADS:
        async with (
            ordinary(told["port"], count, '{"type":"accepted"') as durable,
            ordinary(echo_port, count, '{"type": "send"') as echo,
        ):
            await let_in(durable, [shop["site_key"] for shop in told["shops"]])
            await node.assign()
            rates: dict[str, list[float]] = {"durable": [], "echo": []}
            for _ in range(ROUNDS):
                rates["echo"].append(await echo.write(each * 2, in_flight))
                rates["durable"].append(await durable.write(each, in_flight))
        told["acked"] = told.get("acked", 0) + durable.answered
        middle = {who: statistics.median(rate) for who, rate in rates.items()}
        name = f"{count}x{in_flight}"
        said = {who: round(rate) for who, rate in middle.items()}
        print(name, said, "messages/s by ordinary clients", flush=True)
        figures[f"durable_vs_echo_ordinary_clients_{name}"] = middle["durable"] / middle["echo"]
    return figures
