"""Keeps orders; the function in the database says what is new, changed or known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.history.domain.digests import digest_of
from services.history.domain.identities import normalise_email, normalise_phone
from shared.contracts.cards import Checkpoint, Ingested, IngestOrder
from shared.kit.database import STATEMENT_TIMEOUT_S, Database
from shared.kit.new_ids import new_id

_INGEST = (
    "SELECT created, updated, unchanged FROM history.ingest_orders($1, $2::text::jsonb, $3, $4)"
)
_NEXT_BATCH = "SELECT next_batch FROM history.imports WHERE source = :source"


class SqlOrderStore:
    """An OrderStore on PostgreSQL."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def ingest(
        self, shop_id: UUID, orders: Sequence[IngestOrder], checkpoint: Checkpoint | None
    ) -> Ingested:
        """Take orders and the checkpoint in one transaction; what is known already is left."""
        source = None if checkpoint is None else checkpoint.source
        next_batch = None if checkpoint is None else checkpoint.next_batch
        document = json.dumps([_row(order) for order in orders], ensure_ascii=False)
        rows = await self._db.call(
            _INGEST, shop_id, document, source, next_batch, timeout_s=STATEMENT_TIMEOUT_S
        )
        created, updated, unchanged = rows[0]
        return Ingested(created=created, updated=updated, unchanged=unchanged)

    async def next_batch(self, shop_id: UUID, source: str) -> int:
        """Return where an unfinished import of this source stopped, or 0."""
        async with self._db.read(shop_id) as tx:
            return int(await tx.value(_NEXT_BATCH, {"source": source}) or 0)


def _row(order: IngestOrder) -> dict[str, Any]:
    """Return the order as the function takes it: flat, instants in milliseconds, ids for new rows.

    Addresses are kept as the shop wrote them, and beside that in the form that is looked up.
    """
    person = order.customer
    return {
        "order_id": str(new_id()),
        "customer_id": str(new_id()),
        "digest": digest_of(order),
        "platform": order.platform,
        "reference": order.reference,
        "status": order.status,
        "placed_at": order.placed_at,
        "promised_at": order.promised_at,
        "delivered_at": order.delivered_at,
        "currency": order.currency,
        "total_minor": order.total_minor,
        "refunded_minor": order.refunded_minor,
        "returned_at": order.returned_at,
        "note": order.note,
        "review_score": order.review_score,
        "review_text": order.review_text,
        "lines": [dict(line) for line in order.lines],
        **dict(person),
        "shop_ref": person.shop_ref.strip(),
        "email_key": None if person.email is None else normalise_email(person.email),
        "phone_key": None if person.phone is None else normalise_phone(person.phone),
    }
