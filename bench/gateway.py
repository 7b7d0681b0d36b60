"""The gateway beside an echo of its own edge, a commit for each message, and a bare commit.

`python -m bench.gateway` starts a durable PostgreSQL, a gateway node with eight shops (one call of
the database) and the echo, and measures them in turn, round by round. On two processors a node has
one, and the database, the echo and this client share what is left. The last line is one JSON
object; what each figure is stands in `docs/performance.md`.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import uvloop

from bench import gateway_loads as loads
from bench.ordinary_clients import by_ordinary_clients
from bench.slice import open_folder, quantile_ms, server
from bench.verdicts import print_verdicts
from bench.wire import open_stream
from shared.kernel.vocabulary import Service
from shared.kit.postgres import PostgresOptions, running_postgres
from tests.support.postgres import Server, Templates, TestDatabase

ROUNDS = 5
WARM_UP = 20
IDLE_FEW, IDLE_MANY = 1_000, 5_000
IDLE_FOR_S = 21.0
"""Longer than a ping's interval, so that each idle socket has been asked and has answered."""
STREAMS_FEW, STREAMS_MANY = 100, 900
WELCOMES = 1_000
PACE_PER_S, PACE_FOR_S = 1_500, 3.0
LONE_COMMITS = 300
FEW_STORED, MANY_STORED = 5_000, 50_000
ITEMS_STORED = 6

Figures = dict[str, float]


@dataclass(frozen=True)
class Node:
    """A running gateway: what it told, its pid, and its database."""

    told: dict[str, Any]
    process: subprocess.Popen[str]
    database: TestDatabase

    async def assign(self) -> None:
        """Have every open conversation given to its shop's agent."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("assign\n")
        self.process.stdin.flush()
        assert (await asyncio.to_thread(self.process.stdout.readline)).strip() == "done"


@contextmanager
def gateway(database: TestDatabase, *options: str) -> Iterator[Node]:
    """Run a node on a database while the block runs."""
    urls = (database.service_url(Service.GATEWAY).dsn, database.sweep_url(Service.GATEWAY).dsn)
    with subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-m", "bench.gateway_server", *urls, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        told = json.loads(process.stdout.readline())
        check_conditions(told["conditions"])
        try:
            yield Node(told, process, database)
        finally:
            process.stdin.close()
            process.wait()


def check_conditions(conditions: dict[str, Any]) -> None:
    """Assert that what is measured is the real thing."""
    assert conditions["fsync"], "fsync is off"
    assert conditions["synchronous_commit"], "synchronous_commit is off"
    assert conditions["held"], "the role passes by row security"
    assert not conditions["owned"], "the role owns something"
    assert conditions["forced"], "row security is not forced"


async def messages(node: Node, each: Node, echo_port: int) -> Figures:
    """Return how many messages a second, as shares of the echo's and of a commit for each."""
    figures: Figures = {}
    for sockets, in_flight, count in ((64, 1, 40), (256, 4, 32)):
        name = f"{sockets}x{in_flight}"
        async with AsyncExitStack() as stack:
            durable = await stack.enter_async_context(served(node, sockets))
            alone = await stack.enter_async_context(served(each, sockets))
            echo = await stack.enter_async_context(loads.echoers(echo_port, sockets))
            rates: dict[str, list[float]] = {"durable": [], "alone": [], "echo": []}
            for _ in range(ROUNDS):
                rates["echo"].append(await echo.write(count * 8, in_flight))
                rates["durable"].append(await durable.write(count, in_flight))
                rates["alone"].append(await alone.write(count // 4, in_flight))
        middle = {who: statistics.median(rate) for who, rate in rates.items()}
        print(name, {who: round(rate) for who, rate in middle.items()}, "messages/s", flush=True)
        figures[f"durable_per_s_{name}"] = middle["durable"]
        figures[f"durable_vs_echo_{name}"] = middle["durable"] / middle["echo"]
        figures[f"durable_vs_commit_per_message_{name}"] = middle["durable"] / middle["alone"]
    return figures


@asynccontextmanager
async def served(node: Node, sockets: int) -> AsyncIterator[loads.Customers]:
    """Have customers whose conversations an agent of each shop serves and hears."""
    told = node.told
    async with loads.customers(told, sockets) as customers:
        await customers.write(1, 1)
        await node.assign()
        streams = [await open_stream(told["port"], shop["token"]) for shop in told["shops"]]
        try:
            await customers.write(WARM_UP, 4)
            before = customers.acks
            yield customers
            await heard_all(streams, customers.acks - before + WARM_UP * sockets)
        finally:
            for stream in streams:
                stream.close()


async def heard_all(streams: Sequence[Any], count: int) -> None:
    """Assert that each message came to its agent, too."""
    async with asyncio.timeout(30):
        while sum(stream.events for stream in streams) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def acknowledgements(node: Node) -> Figures:
    """Return the slow acknowledgements at a steady pace beside slow commits of nothing else."""
    acks: list[list[float]] = []
    lone: list[list[float]] = []
    async with served(node, 256) as customers:
        for _ in range(ROUNDS):
            lone.append(await lone_commits_ms(node.database))
            acks.append(await customers.write_steadily(PACE_PER_S, PACE_FOR_S))
    ack, commit = middle_of(acks, 0.99), middle_of(lone, 0.99)
    print(f"ack p50 {middle_of(acks, 0.5):.2f} ms, p99 {ack:.2f} ms at {PACE_PER_S}/s;", end=" ")
    print(f"a lone commit p50 {middle_of(lone, 0.5):.2f} ms, p99 {commit:.2f} ms", flush=True)
    return {"ack_p99_ms": ack, "ack_p99_vs_lone_commit_p99_at_1500_per_s": ack / commit}


def middle_of(rounds: Sequence[list[float]], share: float) -> float:
    """Return the median of the rounds' quantiles: a disk that stands still spoils one round."""
    return statistics.median(quantile_ms(waits, share) for waits in rounds)


async def lone_commits_ms(database: TestDatabase) -> list[float]:
    """Return how long each of some commits of one row took, with nobody else about."""
    waits = []
    async with database.server.admin(database.name) as admin:
        await admin.execute("CREATE TABLE IF NOT EXISTS public.lone (n int, word text)")
        for number in range(LONE_COMMITS):
            started = time.perf_counter()
            await admin.execute("INSERT INTO public.lone VALUES ($1, 'one row')", number)
            waits.append((time.perf_counter() - started) * 1_000)
            await asyncio.sleep(0.002)
    return waits


async def memory(node: Node) -> Figures:
    """Return what one idle customer and one agent's stream more cost the node."""
    told, pid = node.told, node.process.pid
    keys = [shop["site_key"] for shop in told["shops"]]
    few = await loads.come(told["port"], keys, IDLE_FEW)
    before = loads.rss_kib(pid)
    many = await loads.come(told["port"], keys, IDLE_MANY - IDLE_FEW)
    await asyncio.sleep(IDLE_FOR_S)
    assert not any(socket.closed for socket in (*few, *many)), "an idle socket was cut"
    idle = (loads.rss_kib(pid) - before) / len(many)
    for socket in (*few, *many):
        socket.close()
    crowd = told["crowd"]
    streams = [await open_stream(told["port"], token) for token in crowd[:STREAMS_FEW]]
    before = loads.rss_kib(pid)
    more = crowd[STREAMS_FEW:STREAMS_MANY]
    streams += [await open_stream(told["port"], token) for token in more]
    stream = (loads.rss_kib(pid) - before) / len(more)
    for one in streams:
        one.close()
    return {"kib_per_idle_connection": idle, "kib_per_agent_stream": stream}


async def welcomes(node: Node, echo_port: int) -> Figures:
    """Return welcomes a second as a share of bare accepts a second."""
    keys = [shop["site_key"] for shop in node.told["shops"]]
    rates: dict[str, list[float]] = {"welcome": [], "accept": []}
    for _ in range(ROUNDS):
        started = time.perf_counter()
        sockets = await loads.connect_only(echo_port, WELCOMES)
        rates["accept"].append(WELCOMES / (time.perf_counter() - started))
        started = time.perf_counter()
        sockets += await loads.come(node.told["port"], keys, WELCOMES)
        rates["welcome"].append(WELCOMES / (time.perf_counter() - started))
        for socket in sockets:
            socket.close()
        await asyncio.sleep(0.2)
    middle = {who: statistics.median(rate) for who, rate in rates.items()}
    print({who: round(rate) for who, rate in middle.items()}, "a second", flush=True)
    return {"welcome_vs_accept": middle["welcome"] / middle["accept"]}


async def growth(few: Node, many: Node) -> Figures:
    """Return the cost of one more message beside ten times the stored conversations."""
    for node, count in ((few, FEW_STORED), (many, MANY_STORED)):
        await store(node.database, count)
    rates: dict[str, list[float]] = {"few": [], "many": []}
    async with served(few, 64) as small, served(many, 64) as large:
        for _ in range(ROUNDS):
            rates["few"].append(await small.write(60, 4))
            rates["many"].append(await large.write(60, 4))
    middle = {who: statistics.median(rate) for who, rate in rates.items()}
    print({who: round(rate) for who, rate in middle.items()}, "messages/s by stored", flush=True)
    return {"cost_growth_x10_conversations": middle["few"] / middle["many"]}


async def store(database: TestDatabase, count: int) -> None:
    """Fill a database with ended conversations of its first site."""
    async with database.server.admin(database.name) as admin:
        await admin.execute(
            f"""
            CREATE TEMPORARY TABLE old AS
                SELECT gen_random_uuid() AS id, gen_random_uuid() AS session_id, s.id AS site_id,
                    s.shop_id FROM generate_series(1, {count}),
                    (SELECT * FROM gateway.sites ORDER BY id LIMIT 1) s;
            INSERT INTO gateway.sessions (id, shop_id, site_id, token_digest, summary)
                SELECT session_id, shop_id, site_id, 'x', '{{}}' FROM old;
            INSERT INTO gateway.conversations (id, shop_id, site_id, session_id, wire_id, channel,
                    status, last_seq, event_version, summary, started_at, ended_at)
                SELECT id, shop_id, site_id, session_id, 'conv_' || id, 'chat', 'ended',
                    {ITEMS_STORED}, {ITEMS_STORED}, '{{}}', now(), now() FROM old;
            INSERT INTO gateway.items (conversation_id, seq, id, shop_id, kind, visibility,
                    author_kind, sender_id, client_id, text, received_at, created_at)
                SELECT id, n, gen_random_uuid(), shop_id, 'message', 'everyone', 'customer',
                    session_id, 'm' || n, 'Where is my order?', now(), now()
                FROM old, generate_series(1, {ITEMS_STORED}) n;
            """  # noqa: S608  figures of ours
        )
        await admin.execute("VACUUM ANALYZE")


async def check_rows(node: Node, acked: int) -> None:
    """Assert that every acknowledged message is a row, none doubled, and no number has a gap."""
    async with node.database.server.admin(node.database.name) as admin:
        gaps = await admin.fetchval(
            "SELECT count(*) FROM (SELECT conversation_id FROM gateway.items "
            "GROUP BY conversation_id HAVING max(seq) <> count(*)) gapped"
        )
        doubled = await admin.fetchval(
            "SELECT count(*) - count(DISTINCT (sender_id, client_id)) FROM gateway.items"
        )
        rows = await admin.fetchval("SELECT count(*) FROM gateway.items WHERE kind = 'message'")
    assert (gaps, doubled) == (0, 0), (gaps, doubled)
    assert rows == acked, f"{acked} acknowledged, {rows} kept"
    print(f"{acked:,} messages acknowledged, {rows:,} kept", flush=True)


async def main() -> None:
    """Measure, assert the conditions, print the figures."""
    figures: Figures = {}
    with open_folder() as home, running_postgres(PostgresOptions(home=home / "home")) as running:
        templates = Templates(Server(running.socket_dir))
        one, other = [await templates.clone(Service.GATEWAY) for _ in range(2)]
        with server("bench.echo_servers") as echoes, gateway(one) as node:
            echo_port = int(echoes["edge"].rstrip("/").rpartition(":")[2])
            with gateway(one, "each") as each:
                figures |= await messages(node, each, echo_port)
            figures |= await by_ordinary_clients(node, echo_port)
            figures |= await acknowledgements(node)
            figures |= await welcomes(node, echo_port)
            figures |= await memory(node)
            await check_rows(node, node.told["acked"] + each.told["acked"])
        with gateway(one) as few, gateway(other) as many:
            figures |= await growth(few, many)
    print_verdicts(figures, AIMS)


AIMS = {
    "durable_vs_echo_64x1": 0.35,
    "durable_vs_echo_256x4": 0.6,
    "durable_vs_commit_per_message_256x4": 4,
    "ack_p99_vs_lone_commit_p99_at_1500_per_s": -5,
    "kib_per_idle_connection": -20,
    "welcome_vs_accept": 0.4,
    "cost_growth_x10_conversations": -1.2,
    "kib_per_agent_stream": -40,
}
"""What each figure is to be; a negative aim is an upper bound."""


if __name__ == "__main__":
    uvloop.run(main())
