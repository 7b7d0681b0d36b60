"""What a node of the release before still sends, while new ones stand beside it already."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from services.history.storage.told_orders import states_of, told_orders
from shared.contracts.orders import Ingested, IngestOrder
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import line, order, person

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.history import Stores

SOURCE = "cd" * 32
INGEST = (
    "SELECT created, updated, unchanged, outdated "
    "FROM history.ingest_orders($1, $2::text::jsonb, $3, $4)"
)
"""Word for word what that release calls."""
KEPT = """
    SELECT to_jsonb(o) - 'id' - 'customer_id' - 'shop_id' AS told, c.name, c.email
    FROM history.orders o JOIN history.customers c ON c.id = o.customer_id
    ORDER BY o.reference
    """
ORDERS = (
    order("A-1", customer=person("anna", email="Anna@Mail.example", email_verified=True)),
    order("A-2", lines=(line(1), line(2)), refunded_minor=100, note="left at noon"),
    order("B-1", customer=person("ben", phone="+31 6 1234 5678"), lines=(), updated_at=1),
)


def as_it_was(told: IngestOrder) -> dict[str, Any]:
    """Return the order as that release writes it: a flat JSON object, its digest in hex."""
    (only,) = told_orders(states_of([told]))
    row = only._asdict()
    row |= {"digest": row["digest"].hex(), "parts": json.loads(row["parts"])}
    row |= {"lines": json.loads(row["lines"]), "country": told.customer.country}
    return {name: value for name, value in row.items() if "merge_id" not in name or value}


async def ingest(
    stores: Stores, *orders: IngestOrder, shop_id: UUID = SHOP, next_batch: int | None = None
) -> Ingested:
    document = to_json([as_it_was(one) for one in orders]).decode()
    source = None if next_batch is None else SOURCE
    (row,) = await stores.db.call(INGEST, shop_id, document, source, next_batch)
    return Ingested(**dict(row))


async def kept(stores: Stores, shop_id: UUID) -> list[dict[str, Any]]:
    async with stores.db.read(shop_id) as tx:
        return [dict(row) for row in await tx.rows(KEPT)]


async def test_a_document_of_orders_ends_in_the_same_rows_as_typed_ones(stores: Stores) -> None:
    assert await ingest(stores, *ORDERS) == Ingested(created=3, updated=0, unchanged=0)
    await stores.orders.ingest(OTHER_SHOP, ORDERS, None)
    assert await kept(stores, SHOP) == await kept(stores, OTHER_SHOP)
    assert len(await kept(stores, SHOP)) == len(ORDERS)


async def test_both_forms_know_what_the_other_took(stores: Stores) -> None:
    await stores.orders.ingest(SHOP, ORDERS[:2], None)
    assert await ingest(stores, *ORDERS) == Ingested(created=1, updated=0, unchanged=2)
    again = await stores.orders.ingest(SHOP, ORDERS, None)
    assert again == Ingested(created=0, updated=0, unchanged=3)


async def test_a_checkpoint_goes_in_with_no_orders_too(stores: Stores) -> None:
    assert await ingest(stores, next_batch=7) == Ingested(created=0, updated=0, unchanged=0)
    assert await stores.orders.next_batch(SHOP, SOURCE) == 7
