"""Takes orders, carts and products of a shop."""

from __future__ import annotations

from uuid import UUID

from services.history.usecases.ports import OrderStore
from shared.contracts.orders import CartBatch, Checkpoint, IngestBatch, Ingested, ProductBatch


async def ingest_orders(store: OrderStore, shop_id: UUID, batch: IngestBatch) -> Ingested:
    """Take a batch, all of it or nothing; an older state changes nothing."""
    return await store.ingest(shop_id, batch.orders, batch.checkpoint)


async def ingest_carts(store: OrderStore, shop_id: UUID, batch: CartBatch) -> Ingested:
    """Take a batch of carts, all of it or nothing; taking it again changes nothing."""
    return await store.ingest_carts(shop_id, batch.carts)


async def ingest_products(store: OrderStore, shop_id: UUID, batch: ProductBatch) -> Ingested:
    """Take a batch of products, all of it or nothing; taking it again changes nothing."""
    return await store.ingest_products(shop_id, batch.products)


async def import_state(store: OrderStore, shop_id: UUID, source: str) -> Checkpoint:
    """Return where an import of this source may go on; 0 when it starts at the beginning."""
    return Checkpoint(source=source, next_batch=await store.next_batch(shop_id, source))
