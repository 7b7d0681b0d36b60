"""Keeps orders, carts and products; functions in the database say what is new, changed or known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from pydantic_core import to_json

from services.history.domain.digests import digest_of
from services.history.domain.identities import normalise_email, normalise_phone
from services.history.domain.orders import outcome_of
from shared.contracts.orders import (
    Checkpoint,
    IngestCart,
    Ingested,
    IngestOrder,
    IngestProduct,
    OrderLine,
    OrderParts,
)
from shared.kit.database import STATEMENT_TIMEOUT_S, Database
from shared.kit.new_ids import new_id

_ANSWER = "SELECT created, updated, unchanged, outdated FROM"
_INGEST = f"{_ANSWER} history.ingest_orders($1, $2::text::jsonb, $3, $4)"
_KNOWN = "SELECT history.known_orders($1, $2, $3, $4)"
_INGEST_CARTS = f"{_ANSWER} history.ingest_carts($1, $2::text::jsonb)"
_INGEST_PRODUCTS = f"{_ANSWER} history.ingest_products($1, $2::text::jsonb)"
_HANGING = {"lines", "parts"}
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
        digests = [digest_of(order) for order in orders]
        known = await self._known(shop_id, orders, digests)
        news = [
            (order, digest)
            for place, (order, digest) in enumerate(zip(orders, digests, strict=True), start=1)
            if place not in known
        ]
        if not news and checkpoint is None:
            return Ingested(created=0, updated=0, unchanged=len(orders))
        document = [_row(order, digest) for order, digest in news]
        done = await self._ingest(_INGEST, shop_id, document, source, next_batch)
        self._tell(shop_id, done, {order.customer.shop_ref.strip() for order, _ in news})
        return done.model_copy(update={"unchanged": done.unchanged + len(known)})

    async def _known(
        self, shop_id: UUID, orders: Sequence[IngestOrder], digests: Sequence[str]
    ) -> set[int]:
        """Return the places, from 1, of the orders whose very state is known."""
        if len(orders) < FIRST_LOOK:
            return set()
        rows = await self._db.call(
            _KNOWN,
            shop_id,
            [order.platform for order in orders],
            [order.reference for order in orders],
            [bytes.fromhex(digest) for digest in digests],
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

    async def _ingest(
        self, sql: str, shop_id: UUID, document: list[dict[str, Any]], *args: str | int | None
    ) -> Ingested:
        told = to_json(document).decode()
        rows = await self._db.call(sql, shop_id, told, *args, timeout_s=STATEMENT_TIMEOUT_S)
        created, updated, unchanged, outdated = rows[0]
        return Ingested(created=created, updated=updated, unchanged=unchanged, outdated=outdated)


def _row(order: IngestOrder, digest: str) -> dict[str, Any]:
    """Return the order as the function takes it: flat, instants in milliseconds, ids for new rows.

    Addresses are kept as the shop wrote them, and beside that in the form that is looked up. Lines
    and parts are as they go over the wire, without what was not told.
    """
    person, outcome = order.customer, outcome_of(order)
    told = order.model_dump(mode="json", exclude_defaults=True, include=_HANGING)
    row: dict[str, Any] = {
        **order.__dict__,
        **person.__dict__,
        "order_id": new_id(),
        "customer_id": new_id(),
        "digest": digest,
        "promised_at": outcome.promised_at,
        "delivered_at": outcome.delivered_at,
        "refunded_minor": outcome.refunded_minor,
        "returned_at": outcome.returned_at,
        "lines": told.get("lines", ()),
        "parts": told.get("parts", {}),
        "shop_ref": person.shop_ref.strip(),
        "email_key": None if person.email is None else normalise_email(person.email),
        "phone_key": None
        if person.phone is None
        else normalise_phone(person.phone, person.country),
    }
    if person.email_verified or person.phone_verified:
        row |= {"merge_id": new_id(), "phone_merge_id": new_id()}
    del row["customer"]
    return row


def _cart_row(cart: IngestCart) -> dict[str, Any]:
    return dict(cart) | {
        "customer_id": new_id(),
        "shop_ref": cart.shop_ref.strip(),
        "digest": digest_of(cart),
        "lines": [_told(line) for line in cart.lines],
    }


def _told(part: OrderLine | OrderParts) -> dict[str, Any]:
    """Return a line or the parts as they go over the wire, without what was not told."""
    return part.model_dump(mode="json", exclude_defaults=True)
