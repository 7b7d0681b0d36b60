"""History beside pgbench, an ORM's endpoint and COPY, on a database that SCALE says the size of.

`SCALE=0.01 python -m bench.history` fills a durable PostgreSQL (SCALE=1, the default, is 1,000,000
customers, 10,000,000 orders and 5,000,000 contacts of 20 shops; a second database has a tenth of
that; KEEP=FOLDER keeps both for the next run), starts history on it and measures it in turn with
its peers. The last line is one JSON object; what each figure is stands in `docs/performance.md`.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import history_loads as loads
from bench.history_data import (
    CUSTOMER,
    SHOP,
    SHOPS,
    Size,
    fill,
    sql_uuid,
    uuid_of,
)
from bench.slice import open_folder, part, quantile_ms, server
from bench.verdicts import print_verdicts
from services.history.domain.cards import NEWEST
from services.history.storage.orders import SqlOrderStore
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Service
from shared.kit.database import open_database
from shared.kit.postgres import PostgresOptions, running_postgres
from shared.kit.web.server import run_main
from tests.support.postgres import Server, Templates, TestDatabase

FULL = 1_000_000
KEEP = os.environ.get("KEEP")
FILLED = "filled.json"
SCALE = float(os.environ.get("SCALE", "1"))
ROUNDS = 5
TURN_S = 3
SAMPLE = 500
"""Customers whose lines stand in a table for the ORM, and whose cards are compared."""
STATEMENTS = 400
NEW_ORDERS = int(os.environ.get("NEW_ORDERS", "10000"))
SEARCHES = 600
FILLING = {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "shared_buffers": "1GB",
}
"""For filling only; what is measured runs with the product's own settings."""
CARD = "SELECT customer, orders, contacts, may_be, more FROM history.card_of($1, $2, $3)"
LINES = f"""
CREATE TABLE bench.order_lines AS
    SELECT o.id AS order_id, o.shop_id, o.platform, l.*
    FROM generate_series(0::bigint, {SAMPLE - 1}) n
    JOIN history.orders o ON o.customer_id = {sql_uuid("n", CUSTOMER)}
    CROSS JOIN LATERAL jsonb_to_recordset(o.lines) AS l(
        line_no int, product_ref text, title text, quantity int, unit_price_minor bigint
    );
ALTER TABLE bench.order_lines ADD PRIMARY KEY (order_id, line_no);
GRANT USAGE ON SCHEMA bench TO PUBLIC;
GRANT SELECT ON bench.order_lines TO PUBLIC;
ANALYZE bench.order_lines;
"""  # noqa: S608  figures of ours

Figures = dict[str, float]


def shop_of(customer: int) -> int:
    """Return the number of a customer's shop."""
    return customer % SHOPS


def kept(home: Path, size: Size) -> tuple[str, str] | None:
    """Return the names of the databases that an earlier run filled to this size, or None."""
    note = home / FILLED
    told = json.loads(note.read_text()) if note.exists() else {}
    return (told["many"], told["few"]) if told.get("customers") == size.customers else None


async def filled(home: Path, size: Size) -> tuple[str, str]:
    """Fill two databases, one with a tenth, and return their names."""
    options = PostgresOptions(home=home / "home", ephemeral=True, settings=FILLING)
    with running_postgres(options) as running:
        templates = Templates(Server(running.socket_dir))
        names = []
        for one in (size, Size(size.customers // 10)):
            database = await templates.clone(Service.HISTORY)
            async with database.server.admin(database.name) as admin:
                took = await fill(admin, one)
                await admin.execute(LINES)
                size_bytes = await admin.fetchval("SELECT pg_database_size(current_database())")
            reached = f"{one.customers:,} customers in {took:.0f} s"
            print(f"{reached}, {size_bytes / 2**30:.1f} GiB", flush=True)
            names.append(database.name)
        await templates.drop_all()
    told = {"customers": size.customers, "many": names[0], "few": names[1]}
    (home / FILLED).write_text(json.dumps(told))
    return names[0], names[1]


class Cards:
    """Draws whose card is asked for, and asks in each way."""

    def __init__(self, told: dict[str, Any], size: Size) -> None:
        self._told = told
        self._draw = random.Random(4)  # noqa: S311  a bench's draw
        self._most = size.customers

    def any(self) -> tuple[str, str]:
        """Return the path of anybody's card, and the token for it."""
        return self.of(self._draw.randrange(self._most))

    def of(self, customer: int) -> tuple[str, str]:
        """Return the path of a customer's card, and the token for it."""
        wire = encode(IdKind.CUSTOMER, uuid_of(customer, CUSTOMER))
        return f"/v1/customers/{wire}", self._told["tokens"][shop_of(customer)]

    def by_orm(self) -> tuple[str, str]:
        """Return the path of the ORM's card of somebody of the sample."""
        return self.orm_of(self._draw.randrange(SAMPLE))

    def orm_of(self, customer: int) -> tuple[str, str]:
        """Return the path of the ORM's card of one of the sample."""
        shop = uuid_of(shop_of(customer), SHOP)
        return f"/orm/{shop}/{uuid_of(customer, CUSTOMER)}", ""


async def cards(database: TestDatabase, told: dict[str, Any], size: Size, home: Path) -> Figures:
    """Return the card over HTTP beside pgbench with the same statement, and beside an ORM."""
    asked = Cards(told, size)
    await check_same(told["port"], asked)
    script = home / "card.sql"
    script.write_text(
        f"\\set n random(0, {size.customers - 1})\n"
        f"SELECT customer, orders, contacts, may_be, more FROM history.card_of("
        f"{sql_uuid(f':n::bigint % {SHOPS}', SHOP)}, {sql_uuid(':n::bigint', CUSTOMER)}, "
        f"{NEWEST});\n"
    )
    rates: dict[str, list[float]] = {"http": [], "pgbench": [], "orm": []}
    await loads.per_s(told["port"], asked.any, TURN_S)
    for _ in range(ROUNDS):
        rates["http"].append(await loads.per_s(told["port"], asked.any, TURN_S))
        pgbench = asyncio.to_thread(loads.pgbench_per_s, database, script, TURN_S)
        rates["pgbench"].append(await pgbench)
        rates["orm"].append(await loads.per_s(told["port"], asked.by_orm, TURN_S))
    middle = {who: statistics.median(rate) for who, rate in rates.items()}
    print({who: round(rate) for who, rate in middle.items()}, "cards/s", flush=True)
    return {
        "card_per_s": middle["http"],
        "card_vs_pgbench_c8": middle["http"] / middle["pgbench"],
        "card_vs_orm": middle["http"] / middle["orm"],
    }


async def check_same(port: int, asked: Cards) -> None:
    """Assert that the ORM's endpoint answers what the shipped one does."""
    one = await loads.reader(port)
    for customer in range(0, SAMPLE, 50):
        shipped = json.loads(await one.get(*asked.of(customer)))
        by_orm = json.loads(await one.get(*asked.orm_of(customer)))
        assert len(shipped["orders"]) == NEWEST, shipped
        assert shipped == by_orm, (shipped, by_orm)
    one.close()


async def statements(few: TestDatabase, many: TestDatabase, size: Size) -> Figures:
    """Return how long the card's statement takes one client, and its growth with the customers."""
    draw = random.Random(5)  # noqa: S311  a bench's draw
    waits: dict[str, list[float]] = {"few": [], "many": []}
    async with (
        open_database(few.service_url(Service.HISTORY), hot_pool_size=1) as small,
        open_database(many.service_url(Service.HISTORY), hot_pool_size=1) as large,
    ):
        for number in range(STATEMENTS * 2):
            for name, db, most in (
                ("few", small, size.customers // 10),
                ("many", large, size.customers),
            ):
                customer = draw.randrange(most)
                shop = uuid_of(shop_of(customer), SHOP)
                started = time.perf_counter()
                rows = await db.call(CARD, shop, uuid_of(customer, CUSTOMER), NEWEST)
                waits[name].append((time.perf_counter() - started) * 1_000)
                assert rows
                if number < STATEMENTS:
                    waits[name].clear()  # the first half warms both up
    p50 = {name: quantile_ms(some, 0.5) for name, some in waits.items()}
    print("card statement p50", {name: round(ms, 2) for name, ms in p50.items()}, "ms", flush=True)
    return {
        "card_statement_p50_ms": p50["many"],
        "cost_growth_x10_customers": p50["many"] / p50["few"],
    }


async def searches(told: dict[str, Any], size: Size) -> Figures:
    """Return how long people wait for what they look for, in each shop in turn."""
    one = await loads.reader(told["port"])
    waits: list[tuple[float, str]] = []
    found = 0
    for number, text in enumerate(loads.questions(SEARCHES, size.orders)):
        path = f"/v1/contacts/search?q={quote(text)}"
        started = time.perf_counter()
        answer = await one.get(path, told["tokens"][number % SHOPS])
        waits.append(((time.perf_counter() - started) * 1_000, text))
        found += bool(json.loads(answer)["hits"])
    one.close()
    slowest = [(round(ms), text) for ms, text in sorted(waits, reverse=True)[:5]]
    print(f"{found} of {SEARCHES} searches found something; the slowest: {slowest}", flush=True)
    times = [ms for ms, _ in waits]
    return {"search_p50_ms": quantile_ms(times, 0.5), "search_p99_ms": quantile_ms(times, 0.99)}


def warm(folder: Path) -> None:
    """Read every file once: what is measured is history, not the disk."""
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as stream:
                while stream.read(1 << 20):
                    pass


def check_conditions(conditions: dict[str, Any]) -> None:
    """Assert that what is measured is the real thing."""
    assert conditions["fsync"], "fsync is off"
    assert conditions["synchronous_commit"], "synchronous_commit is off"
    assert conditions["held"], "the role passes by row security"
    assert not conditions["owned"], "the role owns something"
    assert conditions["forced"], "row security is not forced"


async def measure(home: Path, names: tuple[str, str], size: Size) -> Figures:
    """Measure all in turn and return the figures."""
    figures: Figures = {}
    with running_postgres(PostgresOptions(home=home / "home")) as running:
        warm(home / "home" / "pg" / "base")
        many, few = (TestDatabase(Server(running.socket_dir), name) for name in names)
        shops = [str(uuid_of(number, SHOP)) for number in range(SHOPS)]
        url = many.service_url(Service.HISTORY)
        sweep = many.sweep_url(Service.HISTORY)
        with server("bench.history_server", url.dsn, sweep.dsn, *shops) as told:
            check_conditions(told["conditions"])
            with part("cards over HTTP, by pgbench and by an ORM in turn"):
                figures |= await cards(many, told, size, home)
            with part("searches"):
                figures |= await searches(told, size)
        with part("the card's statement, with few and with many customers"):
            figures |= await statements(few, many, size)
        with part("new orders, the same again, and COPY"):
            async with open_database(url, hot_pool_size=loads.STREAMS) as db:
                store = SqlOrderStore(db)
                figures |= await loads.ingest_beside_copy(many, store, NEW_ORDERS, rounds=3)
    return figures


async def main() -> None:
    """Fill, measure, assert the conditions, print the figures."""
    size = Size(max(int(FULL * SCALE), 10_000))
    with open_folder() if KEEP is None else nullcontext(Path(KEEP)) as home:
        with part("filling"):
            names = kept(home, size) or await filled(home, size)
        figures = await measure(home, names, size)
    print_verdicts(figures, AIMS)


AIMS = {
    "card_vs_pgbench_c8": 0.6,
    "card_vs_orm": 8,
    "card_statement_p50_ms": -2,
    "ingest_vs_copy": 0.45,
    "unchanged_resend_vs_copy": 0.9,
    "cost_growth_x10_customers": -1.2,
    "search_p99_ms": -50,
}
"""What each figure is to be; a negative aim is an upper bound."""


if __name__ == "__main__":
    run_main(main())  # the product's loop, and its thresholds of garbage collection
