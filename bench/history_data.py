"""Fills a database with customers, orders and contacts of twenty shops, within the database.

Numbers make ids, so that anybody can name a row: customer `n` is of shop `n % SHOPS`. Orders and
contacts come in the order of time, each of another customer than its neighbours, so that what is
one customer's lies far apart, as it does in a shop that lives. Texts, lines and search words are
drawn from POOL of each: their cost is that of their size, not of making them. Triggers do not run,
and keys and indexes come after the rows; what is there then is what they would have made.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from bench import history_rows as rows

SHOPS = 20
ORDERS_EACH, CONTACTS_EACH = 10, 5
POOL = 20_000
WORDS = 3_000
NOW = "timestamptz '2026-11-26 12:00+00'"
CUSTOMER, ORDER, CONTACT, SHOP = "c057", "0d00", "c07a", "5409"

TABLES = (
    *("identities", "mentions", "orders", "contacts", "searchable"),
    *("products", "bought_together"),
)
"""What is filled without its keys; `customers` keeps its own, as others point at it."""

LANGUAGES = {
    "en": "parcel order kettle refund address invoice colour broken size late return cup where",
    "nl": "pakket bestelling ketel retour adres factuur kleur kapot maat vertraagd kopje waar",
    "pl": "paczka zamówienie czajnik zwrot adres faktura kolor uszkodzony rozmiar kubek gdzie",
    "bg": "пратка поръчка чайник връщане адрес фактура цвят счупен размер чаша къде",
    "ro": "colet comandă ceainic rambursare adresă factură culoare spart mărime ceașcă unde",
    "pt": "encomenda pedido chaleira reembolso endereço fatura cor partido tamanho caneca onde",
}
_HARD, _SOFT = "bcdfghjklmnprstvwxz", "aeiouy"


@dataclass(frozen=True)
class Size:
    """How much there is."""

    customers: int

    @property
    def orders(self) -> int:
        """Return how many orders."""
        return self.customers * ORDERS_EACH

    @property
    def contacts(self) -> int:
        """Return how many contacts."""
        return self.customers * CONTACTS_EACH


def uuid_of(number: int, kind: str) -> UUID:
    """Return the id of a row by its number."""
    return UUID(f"{number:012x}7000800000000000{kind}")


def sql_uuid(number: str, kind: str) -> str:
    """Return the SQL for the id of a row by an expression of its number."""
    return f"(lpad(to_hex({number}), 12, '0') || '7000800000000000{kind}')::uuid"


def words(seed: int = 1) -> list[str]:
    """Return WORDS words as people may write: those of LANGUAGES, and made-up ones."""
    draw = random.Random(seed)  # noqa: S311  a bench's draw
    known = [word for told in LANGUAGES.values() for word in told.split()]
    made: dict[str, None] = dict.fromkeys(known)
    while len(made) < WORDS:
        pairs = draw.randint(2, 5)
        made["".join(draw.choice(_HARD) + draw.choice(_SOFT) for _ in range(pairs))] = None
    return list(made)


async def fill(admin: asyncpg.Connection, size: Size) -> float:
    """Fill the tables and return how many seconds it took.

    Rows, keys and indexes are of one transaction that begins by emptying the tables: what is new in
    its own transaction has no log at `wal_level = minimal`, and is on the disk when it commits.
    """
    started = time.perf_counter()
    await admin.execute("SET session_replication_role = replica")
    await admin.execute("SET maintenance_work_mem = '3GB'")
    await admin.execute("SET max_parallel_maintenance_workers = 2")
    await _pools(admin)
    async with admin.transaction():
        await admin.execute(f"TRUNCATE {', '.join(f'history.{one}' for one in TABLES)}")
        await admin.execute("TRUNCATE history.customers CASCADE")
        kept = await _take_keys(admin)
        for name, statement in _rows(size):
            await _timed(admin, statement, name)
        for statement in kept:
            await _timed(admin, statement, statement[:70])
    await admin.execute("SET session_replication_role = origin")
    await _timed(admin, "VACUUM (ANALYZE)", "vacuum")
    return time.perf_counter() - started


async def _timed(admin: asyncpg.Connection, statement: str, name: str) -> None:
    begun = time.perf_counter()
    await admin.execute(statement)
    took = time.perf_counter() - begun
    if took > 1:
        print(f"  {name} in {took:.0f} s", flush=True)


async def _pools(admin: asyncpg.Connection) -> None:
    """Make the texts, lines and words that rows are drawn from."""
    draw = random.Random(2)  # noqa: S311  a bench's draw
    every = words()
    texts = [" ".join(draw.choices(every, k=7)) for _ in range(POOL)]
    await admin.execute("CREATE SCHEMA bench")
    await admin.execute(
        "CREATE TABLE bench.pool (n int PRIMARY KEY, said text, title text, plain text, "
        "lines jsonb, parts jsonb, words tsvector, title_words tsvector)"
    )
    drawn = [(n, text, " ".join(draw.choices(every, k=3))) for n, text in enumerate(texts)]
    await admin.copy_records_to_table(
        "pool", schema_name="bench", columns=("n", "said", "title"), records=drawn
    )
    await admin.execute(_POOL)


_POOL = """
UPDATE bench.pool p SET
    plain = history.plain(p.said),
    words = history.words_of(p.said),
    title_words = to_tsvector('simple', history.plain(p.title)),
    lines = (
        SELECT jsonb_agg(jsonb_build_object(
            'line_no', l, 'product_ref', 'P-' || (p.n * 7 + l * l * 131) % 5000,
            'title', p.title, 'quantity', 1 + (p.n + l) % 2,
            'unit_price_minor', 500 + p.n % 9000
        )) FROM generate_series(1, 1 + p.n % 4) l
    ),
    parts = CASE p.n % 3 WHEN 0 THEN '{}'::jsonb ELSE jsonb_build_object(
        'payments', jsonb_build_array(jsonb_build_object('reference', 'T' || p.n, 'status', 'paid',
            'amount_minor', 500 + p.n % 9000)),
        'shipments', jsonb_build_array(jsonb_build_object('reference', 'S' || p.n,
            'status', 'delivered', 'carrier', 'PostNL', 'tracking_number', '3S' || p.n))
    ) END
"""


async def _take_keys(admin: asyncpg.Connection) -> Sequence[str]:
    """Drop the keys and indexes of TABLES and return what makes them again."""
    found = await admin.fetch(
        """
        SELECT c.oid::regclass::text AS on_table, k.conname AS constraint,
            coalesce(pg_get_constraintdef(k.oid), pg_get_indexdef(i.indexrelid)) AS made,
            i.indexrelid::regclass::text AS name
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
        WHERE c.relnamespace = 'history'::regnamespace AND c.relname = ANY ($1::text[])
        """,
        list(TABLES),
    )
    again = []
    for row in found:
        if row["constraint"] is None:
            await admin.execute(f"DROP INDEX {row['name']}")
            again.append(row["made"])
        else:
            table, name = row["on_table"], row["constraint"]
            await admin.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {row["made"]}')
    return again


def _rows(size: Size) -> Sequence[tuple[str, str]]:
    """Return the statements that fill the tables, with what each makes."""
    customer = f"(s.n * 7919) % {size.customers}"
    values = {
        "shop": sql_uuid(f"({customer}) % {SHOPS}", SHOP),
        "whose": sql_uuid(customer, CUSTOMER),
        "pool": f"JOIN bench.pool p ON p.n = (s.n * 31 + s.n / 20011) % {POOL}",
        "own_shop": sql_uuid(f"n % {SHOPS}", SHOP),
        "own_id": sql_uuid("n", CUSTOMER),
        "each_shop": sql_uuid("k", SHOP),
        "order_id": sql_uuid("s.n", ORDER),
        "contact_id": sql_uuid("s.n", CONTACT),
        "ordered": _spread(size.orders),
        "met": _spread(size.contacts),
        "shops": SHOPS,
        "customers": size.customers,
        "orders": size.orders,
        "contacts": size.contacts,
    }
    return [(name, statement.format(**values)) for name, statement in rows.STATEMENTS.items()]


def _spread(count: int) -> str:
    """Return the SQL for when the `s.n`th of these was: two years, up to yesterday."""
    return f"{NOW} - (1 + ({count} - s.n) * 730.0 / {count}) * interval '1 day'"
