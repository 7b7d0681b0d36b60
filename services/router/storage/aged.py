"""Erases what is older than a shop wants it kept."""

from __future__ import annotations

from typing import Final

from shared.contracts.retention import RetentionAnswer, RetentionAsked
from shared.kernel.clock import to_datetime
from shared.kernel.ids import uuid7
from shared.kit.database import Database

BATCH: Final = 500

_CONVERSATIONS = """
    UPDATE router.conversations SET customer = NULL, preview = '', promised_by = NULL,
        promise_words = NULL, promise_order = NULL
    WHERE shop_id = :shop_id AND id IN (
        SELECT id FROM router.conversations
        WHERE shop_id = :shop_id AND status = 'ended' AND ended_at < :before
            AND (customer IS NOT NULL OR preview <> '')
            AND (promised_by IS NULL OR solved_at IS NOT NULL)
        ORDER BY ended_at LIMIT :batch FOR UPDATE SKIP LOCKED)
    """
"""No engine holds them: those that ended are forgotten within the hour. Open promises stay."""
_DECISIONS = """
    DELETE FROM router.decisions WHERE shop_id = :shop_id AND id IN (
        SELECT id FROM router.decisions
        WHERE shop_id = :shop_id AND id < :first ORDER BY id LIMIT :batch)
    """
"""An id begins with the instant."""


class AgedTables:
    """A shop's routing, by age."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def erase(self, asked: RetentionAsked) -> RetentionAnswer:
        """Erase one batch of each kind; may be repeated without harm."""
        shop = {"shop_id": asked.shop_id, "batch": BATCH}
        erased: dict[str, int] = {}
        async with self._database.write(asked.shop_id) as tx:
            if asked.conversations_before is not None:
                before = to_datetime(asked.conversations_before)
                erased["conversations"] = await tx.execute(
                    _CONVERSATIONS, shop | {"before": before}
                )
            if asked.decisions_before is not None:
                first = uuid7(asked.decisions_before, 0)
                erased["decisions"] = await tx.execute(_DECISIONS, shop | {"first": first})
        return RetentionAnswer(erased=erased, more=BATCH in erased.values())
