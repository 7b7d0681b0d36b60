"""What taking orders and showing a card read, counted in rows: it must not grow with the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.history.storage.told_orders import states_of, told_orders
from shared.contracts.orders import Ingested
from shared.kit.new_ids import new_id
from tests.support.orders import order, person

if TYPE_CHECKING:
    from shared.contracts.orders import IngestOrder
    from shared.kit.database import ReadTransaction
    from tests.support.history import Stores

SHOP = new_id()
MANY = 400
CARD = "SELECT customer FROM history.card_of(:shop, :customer, 5)"
INGEST = """
SELECT created FROM history.ingest_orders(:shop, CAST(:told AS history.told_order[]), NULL, NULL)
"""
READ = (
    "SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0) FROM pg_stat_xact_user_tables "
    "WHERE schemaname = 'history' AND relname = :table"
)


def buyers(count: int) -> list[IngestOrder]:
    return [
        order(f"A-{n}", customer=person(f"c{n}", email=f"anna{n}@mail.example"))
        for n in range(count)
    ]


async def read(tx: ReadTransaction, table: str) -> int:
    return int(await tx.value(READ, {"table": table}))


class TestCards:
    async def test_card_reads_its_own_customer_however_many_the_shop_has(
        self, stores: Stores
    ) -> None:
        await stores.orders.ingest(SHOP, buyers(MANY), None)
        async with stores.db.read(SHOP) as tx:
            customer = await tx.value("SELECT id FROM history.customers LIMIT 1")
            before = await read(tx, "customers")
            (row,) = await tx.rows(CARD, {"shop": SHOP, "customer": customer})
            assert row["customer"]["id"] == str(customer)
            assert await read(tx, "customers") - before < 10


class TestIngest:
    async def test_batch_looks_each_customer_up_once_or_twice_however_large_it_is(
        self, stores: Stores
    ) -> None:
        told = told_orders(states_of(buyers(MANY)))
        async with stores.db.write(SHOP) as tx:
            assert await tx.value(INGEST, {"shop": SHOP, "told": told}) == MANY
            assert await read(tx, "identities") <= 3 * MANY
            assert await read(tx, "customers") <= 3 * MANY

    async def test_few_news_among_many_known_orders_are_taken_alone(self, stores: Stores) -> None:
        many = buyers(MANY)
        await stores.orders.ingest(SHOP, many, None)
        news = [many[7].model_copy(update={"note": "left at noon"}), order("B-1")]
        batch = [*many[:7], news[0], *many[8:], news[1]]
        done = await stores.orders.ingest(SHOP, batch, None)
        assert done == Ingested(created=1, updated=1, unchanged=MANY - 1)
