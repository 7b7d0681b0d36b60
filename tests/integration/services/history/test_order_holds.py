"""Orders, identities and mentions hold their customer, as foreign keys would, once a statement."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError

from shared.contracts.items import IdentityKind
from shared.kernel.vocabulary import Service
from shared.kit.new_ids import new_id
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import order, person
from tests.support.patience import WAIT_S

if TYPE_CHECKING:
    from shared.kit.database import WriteTransaction
    from tests.support.history import Stores
    from tests.support.postgres import TestDatabase

ORDER = """
    INSERT INTO history.orders
        (shop_id, id, customer_id, platform, reference, status, placed_at, currency, total_minor,
        lines, digest)
    VALUES (:shop, :id, :customer, 'test', 'X-1', 'paid', now(), 'EUR', 1, '[]', '\\x00')
    """
IDENTITY = """
    INSERT INTO history.identities (shop_id, kind, value, customer_id, verified)
    VALUES (:shop, 'email', 'ben@mail.example', :customer, true)
    """
MENTION = """
    INSERT INTO history.mentions (shop_id, kind, value, customer_id)
    VALUES (:shop, 'email', 'ben@mail.example', :customer)
    """
ROWS = pytest.mark.parametrize(
    "row", [ORDER, IDENTITY, MENTION], ids=["order", "identity", "mention"]
)
TABLES = pytest.mark.parametrize("table", ["orders", "identities", "mentions"])
ANNA = person("anna", email="anna@mail.example")


async def customer(stores: Stores, shop_id: UUID = SHOP) -> UUID:
    """Return Anna of a shop, with an order, an identity and a mention."""
    await stores.orders.ingest(shop_id, [order(customer=ANNA)], None)
    card = await stores.cards.card_of_identity(shop_id, IdentityKind.SHOP_CUSTOMER, "anna")
    assert card is not None
    return UUID(str(card.customer["id"]))


async def add(tx: WriteTransaction, row: str, customer_id: UUID, shop_id: UUID = SHOP) -> None:
    await tx.execute(row, {"shop": shop_id, "id": new_id(), "customer": customer_id})


async def run(stores: Stores, sql: str, **values: Any) -> int:
    async with stores.db.write(SHOP) as tx:
        return await tx.execute(sql, values)


@ROWS
async def test_row_of_somebody_who_is_there_goes_in(stores: Stores, row: str) -> None:
    anna = await customer(stores)
    async with stores.db.write(SHOP) as tx:
        await add(tx, row, anna)


@ROWS
async def test_row_of_nobody_is_refused(stores: Stores, row: str) -> None:
    with pytest.raises(IntegrityError, match="names a customer who is not there"):
        async with stores.db.write(SHOP) as tx:
            await add(tx, row, new_id())


@ROWS
async def test_row_of_another_shops_customer_is_refused_with_both_shops_in_scope(
    stores: Stores, row: str
) -> None:
    other = await customer(stores, OTHER_SHOP)
    with pytest.raises(IntegrityError, match="names a customer who is not there"):
        async with stores.db.write(SHOP, OTHER_SHOP) as tx:
            await add(tx, row, other)


@TABLES
async def test_row_does_not_go_over_to_nobody(stores: Stores, table: str) -> None:
    await customer(stores)
    with pytest.raises(IntegrityError, match="names a customer who is not there"):
        await run(stores, f"UPDATE history.{table} SET customer_id = :id", id=new_id())  # noqa: S608


@TABLES
async def test_customer_who_has_such_a_row_is_not_deleted(stores: Stores, table: str) -> None:
    await customer(stores)
    for other in {"orders", "identities", "mentions"} - {table}:
        await run(stores, f"DELETE FROM history.{other}")  # noqa: S608
    with pytest.raises(IntegrityError, match="a customer has orders, identities or mentions"):
        await run(stores, "DELETE FROM history.customers")
    await run(stores, f"DELETE FROM history.{table}")  # noqa: S608
    assert await run(stores, "DELETE FROM history.customers") == 1


async def test_customer_keeps_the_id(stores: Stores) -> None:
    await customer(stores)
    with pytest.raises(IntegrityError, match="a customer keeps the id"):
        await run(stores, "UPDATE history.customers SET id = :id", id=new_id())


async def test_customer_whose_order_is_being_written_is_not_deleted(
    stores: Stores, history_database: TestDatabase
) -> None:
    anna = await customer(stores)
    for table in ("orders", "identities", "mentions"):
        await run(stores, f"DELETE FROM history.{table}")  # noqa: S608
    dsn = history_database.service_url(Service.HISTORY).dsn
    erasing = await asyncpg.connect(dsn)
    await erasing.execute(f"SET app.shop_ids = '{SHOP}'")
    with pytest.RaisesGroup(
        pytest.RaisesExc(asyncpg.ForeignKeyViolationError, match="a customer has orders")
    ):
        async with asyncio.TaskGroup() as tasks, stores.db.write(SHOP) as tx:
            await add(tx, ORDER, anna)
            tasks.create_task(erasing.execute("DELETE FROM history.customers"))
            await waits(stores, erasing)
    await erasing.close()


async def test_order_of_a_customer_who_is_being_deleted_is_refused(
    stores: Stores, history_database: TestDatabase
) -> None:
    anna = await customer(stores)
    for table in ("orders", "identities", "mentions"):
        await run(stores, f"DELETE FROM history.{table}")  # noqa: S608
    writing = await asyncpg.connect(history_database.service_url(Service.HISTORY).dsn)
    await writing.execute(f"SET app.shop_ids = '{SHOP}'")
    mention = "INSERT INTO history.mentions VALUES ($1, 'email', 'b@mail.example', $2)"
    with pytest.RaisesGroup(
        pytest.RaisesExc(asyncpg.ForeignKeyViolationError, match="who is not there")
    ):
        async with asyncio.TaskGroup() as tasks, stores.db.write(SHOP) as tx:
            await tx.execute("DELETE FROM history.customers")
            tasks.create_task(writing.execute(mention, SHOP, anna))
            await waits(stores, writing)
    await writing.close()


async def waits(stores: Stores, connection: asyncpg.Connection) -> None:
    """Return once a connection waits for another's lock."""
    asked = "SELECT cardinality(pg_blocking_pids(:pid)) > 0"
    async with asyncio.timeout(WAIT_S), stores.db.read(SHOP) as tx:
        while not await tx.value(asked, {"pid": connection.get_server_pid()}):
            pass
