"""Keeps orders, carts and products; functions in the database say what is new, changed or known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from pydantic_core import to_json

from services.history.domain.digests import digest_of
from services.history.storage.told_orders import OrderState, states_of, told_orders
from shared.contracts.orders import (
    Checkpoint,
    IngestCart,
    Ingested,
    IngestOrder,
    IngestProduct,
)
from shared.kit.database import STATEMENT_TIMEOUT_S, Database
from shared.kit.new_ids import new_id

_ANSWER = "SELECT created, updated, unchanged, outdated FROM"
_INGEST = f"{_ANSWER} history.ingest_orders($1, $2::history.told_order[], $3, $4)"
_KNOWN = "SELECT history.known_orders($1, $2, $3, $4)"
_INGEST_CARTS = f"{_ANSWER} history.ingest_carts($1, $2::text::jsonb)"
_INGEST_PRODUCTS = f"{_ANSWER} history.ingest_products($1, $2::text::jsonb)"
_NEXT_BATCH = "SELECT next_batch FROM history.imports WHERE source = :source"

FIRST_LOOK = 10
"""From so many orders on it pays to ask first which are known: a webhook has one, mostly new."""

Changed: TypeAlias = Callable[[UUID, set[str]], None]
"""Hears, after a commit, of whose orders or carts it changed: the shop's own ids of customers."""


def _nobody_listens(_shop_id: UUID, _shop_refs: set[str]) -> None:
    """Tell nobody: an import without a running service."""


class SqlOrderStore:
    """An OrderStore on PostgreSQL."""

    def __init__(self, db: Database, changed: Changed = _nobody_listens) -> None:
        self._db = db
        self._changed = changed

    async def ingest(
        self, shop_id: UUID, orders: Sequence[IngestOrder], checkpoint: Checkpoint | None
    ) -> Ingested:
        """Take orders and the checkpoint in one transaction; what is known already is left."""
        source = None if checkpoint is None else checkpoint.source
        next_batch = None if checkpoint is None else checkpoint.next_batch
        states = states_of(orders)
        known = await self._known(shop_id, states)
        news = [state for place, state in enumerate(states, start=1) if place not in known]
        if not news and checkpoint is None:
            return Ingested(created=0, updated=0, unchanged=len(orders))
        done = await self._ingested(_INGEST, shop_id, told_orders(news), source, next_batch)
        self._tell(shop_id, done, {state.order.customer.shop_ref.strip() for state in news})
        return done.model_copy(update={"unchanged": done.unchanged + len(known)})

    async def _known(self, shop_id: UUID, states: Sequence[OrderState]) -> set[int]:
        """Return the places, from 1, of the orders whose very state is known.

        A batch that looks new is not looked through: `ingest_orders` finds what is known of it.
        """
        if len(states) < FIRST_LOOK:
            return set()
        rows = await self._db.call(
            _KNOWN,
            shop_id,
            [state.order.platform for state in states],
            [state.order.reference for state in states],
            [state.digest for state in states],
            timeout_s=STATEMENT_TIMEOUT_S,
        )
        return set(rows[0][0])

    async def ingest_carts(self, shop_id: UUID, carts: Sequence[IngestCart]) -> Ingested:
        """Take carts in one transaction; what is known already is left."""
        done = await self._ingest(_INGEST_CARTS, shop_id, [_cart_row(cart) for cart in carts])
        self._tell(shop_id, done, {cart.shop_ref.strip() for cart in carts})
        return done

    async def ingest_products(self, shop_id: UUID, products: Sequence[IngestProduct]) -> Ingested:
        """Take products in one transaction; what is known already is left."""
        document = [dict(product) | {"digest": digest_of(product)} for product in products]
        return await self._ingest(_INGEST_PRODUCTS, shop_id, document)

    async def next_batch(self, shop_id: UUID, source: str) -> int:
        """Return where an unfinished import of this source stopped, or 0."""
        async with self._db.read(shop_id) as tx:
            return int(await tx.value(_NEXT_BATCH, {"source": source}) or 0)

    def _tell(self, shop_id: UUID, done: Ingested, shop_refs: set[str]) -> None:
        if done.created or done.updated:
            self._changed(shop_id, shop_refs)

    async def _ingest(self, sql: str, shop_id: UUID, document: list[dict[str, Any]]) -> Ingested:
        return await self._ingested(sql, shop_id, to_json(document).decode())

    async def _ingested(self, sql: str, shop_id: UUID, *args: Any) -> Ingested:
        rows = await self._db.call(sql, shop_id, *args, timeout_s=STATEMENT_TIMEOUT_S)
        created, updated, unchanged, outdated = rows[0]
        return Ingested(created=created, updated=updated, unchanged=unchanged, outdated=outdated)


def _cart_row(cart: IngestCart) -> dict[str, Any]:
    return dict(cart) | {
        "customer_id": new_id(),
        "shop_ref": cart.shop_ref.strip(),
        "digest": digest_of(cart),
        "lines": [line.model_dump(mode="json", exclude_defaults=True) for line in cart.lines],
    }
