"""Orders over HTTP: batches in, and where an unfinished import may go on."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from services.history.usecases.ingest_orders import (
    import_state,
    ingest_carts,
    ingest_orders,
    ingest_products,
)
from services.history.usecases.ports import OrderStore
from shared.contracts.claims import Principal
from shared.contracts.orders import (
    SOURCE_PATTERN,
    CartBatch,
    Checkpoint,
    IngestBatch,
    Ingested,
    ProductBatch,
)
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import require
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody


def orders_router(store: OrderStore, *, callers: Callers) -> APIRouter:
    """Return the endpoints under /v1/orders."""
    router = APIRouter(prefix="/v1/orders", tags=["orders"])
    writer = Annotated[Principal, Depends(require(Scope.ORDERS_WRITE, callers))]

    @router.post("/batches")
    async def take_batch(batch: JsonBody[IngestBatch], caller: writer) -> Ingested:
        return await ingest_orders(store, caller.shop_id, batch)

    @router.post("/carts/batches")
    async def take_carts(batch: JsonBody[CartBatch], caller: writer) -> Ingested:
        """Take carts in progress; an older state of one is left."""
        return await ingest_carts(store, caller.shop_id, batch)

    @router.post("/products/batches")
    async def take_products(batch: JsonBody[ProductBatch], caller: writer) -> Ingested:
        """Take products, for their names and pictures; an older state of one is left."""
        return await ingest_products(store, caller.shop_id, batch)

    @router.get("/imports/{source}")
    async def read_import(
        source: Annotated[str, Path(pattern=SOURCE_PATTERN)], caller: writer
    ) -> Checkpoint:
        return await import_state(store, caller.shop_id, source)

    return router
