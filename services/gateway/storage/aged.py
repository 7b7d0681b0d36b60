"""Finds and erases what is older than a shop wants it kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.gateway.storage.people import BLANK_ITEMS, FORGET_FILES, UNFIND
from shared.kernel.clock import Instant, to_datetime
from shared.kit.database import Database

_OLD_FILES = """
    SELECT id FROM gateway.files
    WHERE shop_id = :shop_id AND created_at < :before ORDER BY created_at LIMIT :limit
    """
_OLD = """
    SELECT id FROM gateway.conversations
    WHERE shop_id = :shop_id AND status = 'ended' AND erased_at IS NULL AND ended_at < :before
    ORDER BY ended_at LIMIT :limit
    """
_FILES_OF_OLD: Final = f"""
    SELECT DISTINCT f.id FROM gateway.items i
    CROSS JOIN LATERAL jsonb_array_elements(i.content -> 'attachments') AS sent
    JOIN gateway.files f ON f.wire_id = sent ->> 'file_id' AND f.shop_id = i.shop_id
    WHERE i.shop_id = :shop_id AND i.content ? 'attachments' AND i.conversation_id IN ({_OLD})
    LIMIT :limit
    """  # noqa: S608  literals of ours
_LOCK_OLD = f"{_OLD} FOR NO KEY UPDATE"
_BLANK = """
    UPDATE gateway.conversations SET epoch = epoch + 1, erased_at = clock_timestamp(),
        customer_kind = NULL, customer_value = NULL, customer_name = NULL,
        customer_verified = false, summary = jsonb_set(summary, '{customer}', 'null')
    WHERE shop_id = :shop_id AND id = ANY (:conversations)
    """
_BLANK_SESSIONS = """
    UPDATE gateway.sessions s SET customer_kind = NULL, customer_value = NULL,
        customer_name = NULL, customer_verified = false, customer_proof = NULL,
        ended_at = coalesce(s.ended_at, clock_timestamp()),
        summary = jsonb_set(s.summary, '{customer}', 'null'),
        page_url = NULL, locale = NULL, cart = NULL
    WHERE s.shop_id = :shop_id AND s.greeted_at < :before AND s.id IN (
            SELECT c.session_id FROM gateway.conversations c
            WHERE c.shop_id = :shop_id AND c.id = ANY (:conversations))
        AND NOT EXISTS (SELECT FROM gateway.conversations o
            WHERE o.session_id = s.id AND o.erased_at IS NULL)
    """
"""Of sessions whose every conversation is erased, and which nobody has come back to since."""


class PostgresAged:
    """The AgedRows on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def old_files(self, shop_id: UUID, before: Instant, limit: int) -> Sequence[UUID]:
        """See `AgedRows.old_files`."""
        return await self._ids(_OLD_FILES, shop_id, before, limit)

    async def files_of_old(self, shop_id: UUID, before: Instant, limit: int) -> Sequence[UUID]:
        """See `AgedRows.files_of_old`."""
        return await self._ids(_FILES_OF_OLD, shop_id, before, limit)

    async def forget_files(self, shop_id: UUID, file_ids: Sequence[UUID]) -> None:
        """See `AgedRows.forget_files`."""
        async with self._database.write(shop_id) as tx:
            await tx.execute(FORGET_FILES, {"shop_id": shop_id, "ids": list(file_ids)})

    async def erase_old(self, shop_id: UUID, before: Instant, limit: int) -> int:
        """See `AgedRows.erase_old`."""
        asked = {"shop_id": shop_id, "before": to_datetime(before), "limit": limit}
        async with self._database.write(shop_id) as tx:
            ids = [row["id"] for row in await tx.rows(_LOCK_OLD, asked)]
            if ids:
                met = {"shop_id": shop_id, "conversations": ids}
                await tx.execute(BLANK_ITEMS, met)
                await tx.execute(_BLANK, met)
                await tx.execute(UNFIND, met)
                await tx.execute(_BLANK_SESSIONS, met | {"before": to_datetime(before)})
        return len(ids)

    async def _ids(self, sql: str, shop_id: UUID, before: Instant, limit: int) -> Sequence[UUID]:
        asked = {"shop_id": shop_id, "before": to_datetime(before), "limit": limit}
        async with self._database.read(shop_id) as tx:
            return [row["id"] for row in await tx.rows(sql, asked)]
