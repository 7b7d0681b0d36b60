"""Reads, describes and finds contacts and orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.history.domain.search import Asked
from shared.contracts.contacts import Contact, ContactChange, Hit
from shared.kernel.clock import from_datetime
from shared.kernel.vocabulary import Channel, EndReason, Outcome
from shared.kit.database import Database

_PAGE = """
    SELECT c.* FROM unnest(history.customers_of(:shop_id, :customer_id)) AS one(id)
    CROSS JOIN LATERAL (
        SELECT c.* FROM history.contacts c
        WHERE c.shop_id = :shop_id AND c.customer_id = one.id
            AND (CAST(:after AS uuid) IS NULL OR (c.ended_at, c.id) < (
                SELECT a.ended_at, a.id FROM history.contacts a
                WHERE a.shop_id = :shop_id AND a.id = :after
            ))
        ORDER BY c.ended_at DESC, c.id DESC LIMIT :limit
    ) c
    ORDER BY c.ended_at DESC, c.id DESC LIMIT :limit
    """
_ONE = "SELECT * FROM history.contacts WHERE shop_id = :shop_id AND id = :id"
_DESCRIBE = """
    UPDATE history.contacts
    SET topic = coalesce(:topic, topic), summary = coalesce(:summary, summary)
    WHERE shop_id = :shop_id AND id = :id RETURNING *
    """
_FIND = """
    SELECT found.kind, found.id, h.customer_id, c.name, h.title, h.at
    FROM history.search(:shop_id, :query, :typed, :limit)
        WITH ORDINALITY AS found(kind, id, place)
    CROSS JOIN LATERAL (
        SELECT t.customer_id, t.first_words AS title, t.ended_at AS at FROM history.contacts t
        WHERE found.kind = 'contact' AND t.shop_id = :shop_id AND t.id = found.id
        UNION ALL
        SELECT o.customer_id, coalesce(o.number, o.reference), o.placed_at FROM history.orders o
        WHERE found.kind = 'order' AND o.shop_id = :shop_id AND o.id = found.id
    ) h
    LEFT JOIN history.customers c ON c.shop_id = :shop_id AND c.id = h.customer_id
    ORDER BY found.place
    """


class SqlTimeline:
    """A Timeline on PostgreSQL."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(
        self, shop_id: UUID, customer_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[Contact]:
        """Return a person's contacts after one of them, newest first."""
        wanted = {"shop_id": shop_id, "customer_id": customer_id, "after": after, "limit": limit}
        async with self._db.read(shop_id) as tx:
            return [_contact(row) for row in await tx.rows(_PAGE, wanted)]

    async def contact(self, shop_id: UUID, contact_id: UUID) -> Contact | None:
        """Return a contact of this shop."""
        async with self._db.read(shop_id) as tx:
            row = await tx.row(_ONE, {"shop_id": shop_id, "id": contact_id})
            return None if row is None else _contact(row)

    async def describe(
        self, shop_id: UUID, contact_id: UUID, change: ContactChange
    ) -> Contact | None:
        """Keep what a contact was about, and return it; None when there is none."""
        told = {"shop_id": shop_id, "id": contact_id} | change.model_dump()
        async with self._db.write(shop_id) as tx:
            row = await tx.row(_DESCRIBE, told)
            return None if row is None else _contact(row)

    async def find(self, shop_id: UUID, asked: Asked, limit: int) -> Sequence[Hit]:
        """Return contacts and orders with these words, newest first."""
        wanted = {"shop_id": shop_id, "query": asked.query, "typed": asked.typed, "limit": limit}
        async with self._db.read(shop_id) as tx:
            return [_hit(row) for row in await tx.rows(_FIND, wanted)]


def _contact(row: RowMapping) -> Contact:
    told: dict[str, Any] = {
        "channel": Channel(row["channel"]),
        "end_reason": EndReason(row["end_reason"]),
        "started_at": from_datetime(row["started_at"]),
        "ended_at": from_datetime(row["ended_at"]),
        "order_ids": tuple(row["order_ids"]),
        "outcome": None if row["outcome"] is None else Outcome(row["outcome"]),
    }
    return Contact(**{name: told.get(name, row[name]) for name in Contact.model_fields})


def _hit(row: RowMapping) -> Hit:
    is_contact = row["kind"] == "contact"
    return Hit(
        kind="contact" if is_contact else "order",
        contact_id=row["id"] if is_contact else None,
        order_id=None if is_contact else row["id"],
        customer_id=row["customer_id"],
        customer_name=row["name"],
        title=row["title"],
        at=from_datetime(row["at"]),
    )
