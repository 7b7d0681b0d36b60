"""Keeps where sessions' customers are in the shop, by one statement a group."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from services.gateway.storage.failures import sorted_failures
from services.gateway.usecases.note_context import ContextRow
from shared.contracts.context import Cart, ConversationContext
from shared.contracts.invitations import CameBy
from shared.contracts.signs import Receipt
from shared.kernel.clock import from_datetime
from shared.kit.database import Database

_NOTE = """
    SELECT gateway.note_context($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[])
    """
_READ = """
    SELECT s.page_url, s.locale, s.cart::text AS cart, s.context_at, r.received_seq, r.read_seq,
        r.answer_delivered_at, i.id AS invitation_id, i.rule, i.text
    FROM gateway.conversations AS c
    JOIN gateway.sessions AS s ON s.id = c.session_id
    LEFT JOIN gateway.receipts AS r ON r.conversation_id = c.id AND r.party = 'customer'
    LEFT JOIN gateway.invitations AS i ON i.conversation_id = c.id
    WHERE c.id = :conversation_id
    """


class PostgresContexts:
    """The ContextStore on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, rows: Sequence[ContextRow]) -> None:
        """See `ContextStore.note`."""
        with sorted_failures():
            await self._database.call(
                _NOTE,
                [row.shop_id for row in rows],
                [row.session_id for row in rows],
                [row.page_url for row in rows],
                [row.locale for row in rows],
                [row.cart.to_json().decode() if row.cart else None for row in rows],
            )

    async def read(self, shop_id: UUID, conversation_id: UUID) -> ConversationContext | None:
        """See `ContextStore.read`."""
        async with self._database.read(shop_id) as tx:
            row = await tx.row(_READ, {"conversation_id": conversation_id})
        if row is None:
            return None
        told_at, delivered_at = row["context_at"], row["answer_delivered_at"]
        return ConversationContext(
            conversation_id=conversation_id,
            page_url=row["page_url"],
            locale=row["locale"],
            cart=Cart.model_validate_json(row["cart"]) if row["cart"] else None,
            told_at=from_datetime(told_at) if told_at else None,
            receipt=Receipt(
                conversation_id=conversation_id,
                received_seq=row["received_seq"] or 0,
                read_seq=row["read_seq"] or 0,
            ),
            answer_delivered_at=from_datetime(delivered_at) if delivered_at else None,
            invitation=_came_by(row),
        )


def _came_by(row: RowMapping) -> CameBy | None:
    if row["invitation_id"] is None:
        return None
    return CameBy(invitation_id=row["invitation_id"], rule=row["rule"], text=row["text"])
