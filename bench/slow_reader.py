"""What one customer who never reads costs the others at the same gateway node.

`python -m bench.slow_reader` has 199 customers write 200 messages a second while an agent writes
long messages to one more, who reads them in one half of each pair and never reads in the other.
The last line is one JSON object; what each figure is stands in `docs/performance.md`.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvloop
from websockets.asyncio.client import ClientConnection

from bench import gateway_loads as loads
from bench.gateway import Node, gateway
from bench.slice import open_folder, quantile_ms
from bench.verdicts import print_verdicts
from bench.wire import HOST
from shared.contracts.frames import CloseCode
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import Service
from shared.kit.new_ids import new_id
from shared.kit.postgres import PostgresOptions, running_postgres
from tests.support.chat_client import ChatClient, last_words, raw_chat
from tests.support.postgres import Server, Templates

PAIRS = 5
OTHERS, PER_S, FOR_S = 199, 200, 6.0
LONG_TEXT = "😀" * 5_000
"""The longest message there is: 20 kB on the wire."""
LONG_TEXTS, LONG_EVERY_S = 100, 0.05
"""2 MB in five seconds: four times what one socket may have waiting."""
RECEIVE_BUFFER = 65_536
WHOLE_WITHIN_S = 20.0
WARM_UP, LOOK_EVERY_S, ASK_EVERY_S = 20, 0.02, 0.5
CUT_OFF = re.compile(r'^firstreply_chat_closed_total\{code="slow_consumer"\} (\S+)', re.MULTILINE)
AIMS = {"others_p99_beside_a_slow_reader": -1.5, "kib_a_slow_reader_costs": -8_192}
"""What each figure is to be; a negative aim is an upper bound. The memory: 1 MiB may wait for one
socket, and RSS moves by itself."""

Figures = dict[str, float]


@dataclass
class Reached:
    """A customer whom an agent writes to.

    Attributes:
        welcome: what resumes the session.
        conversation_id: the conversation that both are in.
        socket: the connection, read or not.
    """

    welcome: Mapping[str, Any]
    conversation_id: str
    socket: ClientConnection


@asynccontextmanager
async def reached(node: Node) -> AsyncIterator[Reached]:
    """Have one more customer in a conversation that an agent serves."""
    async with raw_chat(chat_url(node), receive_buffer=RECEIVE_BUFFER) as socket:
        await socket.send(loads.hello(node.told["shops"][0]["site_key"]).decode())
        welcome = json.loads(await socket.recv())
        await socket.send(json.dumps({"type": "send", "client_id": new_id().hex, "text": "Hello?"}))
        accepted = json.loads(await socket.recv())
        await node.assign()
        yield Reached(welcome, accepted["conversation_id"], socket)


async def write_long_texts(node: Node, conversation_id: str) -> None:
    """Write as the agent, steadily, so that the customer is told all of it."""
    token = node.told["shops"][0]["token"]
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{node.told['port']}") as http:
        for _ in range(LONG_TEXTS):
            answer = await http.post(
                f"/v1/conversations/{conversation_id}/items",
                json={"text": LONG_TEXT},
                headers={"Authorization": f"Bearer {token}", "Idempotency-Key": new_id().hex},
            )
            answer.raise_for_status()
            await asyncio.sleep(LONG_EVERY_S)


async def read_all(socket: ClientConnection) -> None:
    """Read until cancelled."""
    while True:
        await socket.recv()


class Peak:
    """The most memory a process had resident while it was watched."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.before = self.kib = loads.rss_kib(pid)

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            self.kib = max(self.kib, loads.rss_kib(self._pid))
            await asyncio.sleep(LOOK_EVERY_S)


async def measure(node: Node, others: loads.Customers, *, reads: bool) -> Figures:
    """Return the others' slow acknowledgements beside one more customer, and the node's growth."""
    peak = Peak(node.process.pid)
    async with reached(node) as one, asyncio.TaskGroup() as group:
        besides = [group.create_task(peak.watch())]
        cut_off = group.create_task(node_cut_off(node))  # asked in both halves
        if reads:
            besides.append(group.create_task(read_all(one.socket)))
        else:
            one.socket.transport.pause_reading()
            besides.append(group.create_task(check_told(one.socket, cut_off)))
        writing = group.create_task(write_long_texts(node, one.conversation_id))
        waits = await others.write_steadily(PER_S, FOR_S)
        await writing
        if not reads:
            await besides.pop()
            await check_whole(node, one)
        cut_off.cancel()
        for task in besides:
            task.cancel()
    p99, p50 = quantile_ms(waits, 0.99), quantile_ms(waits, 0.5)
    return {"p50_ms": p50, "p99_ms": p99, "kib": peak.kib - peak.before}


async def node_cut_off(node: Node) -> None:
    """Return once the node has cut one more slow customer off."""
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{node.told['port']}") as http:

        async def so_far() -> float:
            found = CUT_OFF.search((await http.get("/metrics")).text)
            return float(found[1]) if found else 0.0

        before = await so_far()
        while await so_far() == before:  # noqa: ASYNC110  another process
            await asyncio.sleep(ASK_EVERY_S)


async def check_told(socket: ClientConnection, cut_off: asyncio.Task[None]) -> None:
    """Assert that who did not read, and looks when it was cut off, finds out why."""
    async with asyncio.timeout(FOR_S + WHOLE_WITHIN_S):
        await cut_off
    socket.transport.resume_reading()
    frame, code = await last_words(socket)
    assert (frame.get("code"), code) == (ErrorCode.SLOW_CONSUMER, CloseCode.SLOW_CONSUMER)


async def check_whole(node: Node, one: Reached) -> None:
    """Assert that a session that was cut off is whole once it is resumed."""
    customer = ChatClient(chat_url(node), node.told["shops"][0]["site_key"])
    customer.session_token, customer.epoch = one.welcome["session_token"], one.welcome["epoch"]

    def whole() -> bool:
        seqs = customer.seqs(one.conversation_id)
        told = sum(item["text"] == LONG_TEXT for item in customer.items.values())
        return told == LONG_TEXTS and seqs == list(range(1, len(seqs) + 1))

    async with asyncio.TaskGroup() as group:
        running = group.create_task(customer.run())
        await customer.until(whole, WHOLE_WITHIN_S)
        running.cancel()


def chat_url(node: Node) -> str:
    """Return where customers come."""
    return f"ws://{HOST}:{node.told['port']}/v1/chat"


async def pairs(node: Node) -> Figures:
    """Return the figures of all pairs; every second one begins with the reader who never reads."""
    ratios, peaks, p99s = list[float](), list[float](), list[float]()
    async with loads.customers(node.told, OTHERS) as others:
        await others.write(1, 1)
        await node.assign()
        await others.write(WARM_UP, 4)
        for number in range(PAIRS):
            found = {
                reads: await measure(node, others, reads=reads)
                for reads in ((True, False) if number % 2 else (False, True))
            }
            print({"reads": found[True], "never reads": found[False]}, flush=True)
            ratios.append(found[False]["p99_ms"] / found[True]["p99_ms"])
            p99s.append(found[False]["p99_ms"])
            peaks.append(found[False]["kib"])
    return {
        "others_p99_beside_a_slow_reader": statistics.median(ratios),
        "others_p99_ms": statistics.median(p99s),
        "kib_a_slow_reader_costs": max(peaks),
    }


async def main() -> None:
    """Measure, assert that nothing was lost, print the figures."""
    with open_folder() as home, running_postgres(PostgresOptions(home=home / "home")) as running:
        templates = Templates(Server(running.socket_dir))
        with gateway(await templates.clone(Service.GATEWAY)) as node:
            figures = await pairs(node)
    print_verdicts(figures, AIMS)


if __name__ == "__main__":
    uvloop.run(main())
