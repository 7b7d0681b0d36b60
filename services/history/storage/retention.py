"""Keeps rules of retention, and erases history's rows by them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping

from services.history.domain.retention import Cutoffs
from shared.contracts.claims import Principal
from shared.contracts.retention import Retention, RetentionAnswer, RetentionRules
from shared.kernel.clock import Instant, from_datetime, to_datetime
from shared.kernel.ids import IdKind, encode
from shared.kit.change_log import ChangeLog, compared
from shared.kit.database import Database, WriteTransaction

BATCH: Final = 500
"""Rows of a kind in one transaction: some tens of milliseconds of locks."""
SHOPS_AT_ONCE: Final = 100

_RULES: Final = tuple(RetentionRules.model_fields)
_FIND = "SELECT * FROM history.retention WHERE shop_id = :shop_id"
_SET = """
    INSERT INTO history.retention AS r (shop_id, contacts_days, orders_days, conversations_days,
        files_days, decisions_days, changed_at, changed_by, next_sweep_at)
    VALUES (:shop_id, :contacts_days, :orders_days, :conversations_days, :files_days,
        :decisions_days, :now, :by, :now)
    ON CONFLICT (shop_id) DO UPDATE SET
        contacts_days = excluded.contacts_days, orders_days = excluded.orders_days,
        conversations_days = excluded.conversations_days, files_days = excluded.files_days,
        decisions_days = excluded.decisions_days, changed_at = excluded.changed_at,
        changed_by = excluded.changed_by, next_sweep_at = excluded.next_sweep_at
    RETURNING *
    """
_DUE = """
    SELECT shop_id FROM history.retention WHERE next_sweep_at <= $1
    ORDER BY next_sweep_at LIMIT $2
    """
_CLAIM = """
    UPDATE history.retention SET next_sweep_at = :until
    WHERE shop_id = :shop_id AND next_sweep_at <= :now RETURNING *
    """
_NOTE = """
    UPDATE history.retention SET swept_at = :now, erased = CAST(:erased AS jsonb)
    WHERE shop_id = :shop_id
    """
_CONTACTS = """
    WITH gone AS (
        DELETE FROM history.contacts WHERE id IN (
            SELECT id FROM history.contacts WHERE shop_id = :shop_id AND ended_at < :before
            ORDER BY ended_at LIMIT :batch) AND shop_id = :shop_id
        RETURNING id, conversation_id
    ), talks AS (
        DELETE FROM history.conversations c USING gone
        WHERE c.id = gone.conversation_id AND c.shop_id = :shop_id
    )
    DELETE FROM history.searchable s USING gone
    WHERE s.id = gone.id AND s.kind = 'contact' AND s.shop_id = :shop_id
    """
_ORDERS = """
    WITH gone AS (
        DELETE FROM history.orders WHERE id IN (
            SELECT id FROM history.orders WHERE shop_id = :shop_id AND placed_at < :before
            ORDER BY placed_at LIMIT :batch) AND shop_id = :shop_id
        RETURNING id
    )
    DELETE FROM history.searchable s USING gone
    WHERE s.id = gone.id AND s.kind = 'order' AND s.shop_id = :shop_id
    """
_CARTS = """
    DELETE FROM history.carts c USING (
        SELECT platform, reference FROM history.carts
        WHERE shop_id = :shop_id AND updated_at < :before LIMIT :batch) gone
    WHERE c.shop_id = :shop_id AND c.platform = gone.platform AND c.reference = gone.reference
    """


class SqlRetention:
    """The RetentionBook on PostgreSQL; `sweep` connects as the sweep role."""

    def __init__(self, db: Database, sweep: Database, log: ChangeLog) -> None:
        self._db = db
        self._sweep = sweep
        self._log = log

    async def show(self, shop_id: UUID) -> Retention:
        """See `RetentionBook.show`."""
        async with self._db.read(shop_id) as tx:
            row = await tx.row(_FIND, {"shop_id": shop_id})
        return Retention(rules=RetentionRules()) if row is None else _retention(row)

    async def change(self, caller: Principal, rules: RetentionRules, now: Instant) -> Retention:
        """See `RetentionBook.change`."""
        shop_id = caller.shop_id
        told = rules.model_dump() | {
            "shop_id": shop_id,
            "now": to_datetime(now),
            "by": caller.name,
        }
        async with self._db.write(shop_id) as tx:
            before = await tx.row(f"{_FIND} FOR UPDATE", {"shop_id": shop_id})
            row = await tx.row(_SET, told)
            if row is None:
                raise LookupError("a row just written is there")
            was = RetentionRules() if before is None else _rules(before)
            changed = compared(was.model_dump(), rules.model_dump())
            target = encode(IdKind.SHOP, shop_id)
            await self._log.record(tx, caller, "retention.changed", target, changed)
        return _retention(row)

    async def due(self, now: Instant) -> Sequence[UUID]:
        """See `RetentionBook.due`."""
        rows = await self._sweep.call(_DUE, to_datetime(now), SHOPS_AT_ONCE)
        return [row["shop_id"] for row in rows]

    async def claim(self, shop_id: UUID, now: Instant, until: Instant) -> RetentionRules | None:
        """See `RetentionBook.claim`."""
        told = {"shop_id": shop_id, "now": to_datetime(now), "until": to_datetime(until)}
        async with self._db.write(shop_id) as tx:
            row = await tx.row(_CLAIM, told)
        return None if row is None else _rules(row)

    async def erase(self, shop_id: UUID, found: Cutoffs) -> RetentionAnswer:
        """See `RetentionBook.erase`."""
        erased: dict[str, int] = {}
        async with self._db.write(shop_id) as tx:
            for kind, sql, before in (
                ("contacts", _CONTACTS, found.contacts_before),
                ("orders", _ORDERS, found.orders_before),
                ("carts", _CARTS, found.orders_before),
            ):
                if before is not None:
                    erased[kind] = await _erase(tx, sql, shop_id, before)
        return RetentionAnswer(erased=erased, more=BATCH in erased.values())

    async def note(self, shop_id: UUID, erased: dict[str, int], now: Instant) -> None:
        """See `RetentionBook.note`."""
        told = {"shop_id": shop_id, "erased": json.dumps(erased), "now": to_datetime(now)}
        async with self._db.write(shop_id) as tx:
            await tx.execute(_NOTE, told)


async def _erase(tx: WriteTransaction, sql: str, shop_id: UUID, before: Instant) -> int:
    told = {"shop_id": shop_id, "before": to_datetime(before), "batch": BATCH}
    return await tx.execute(sql, told)


def _rules(row: RowMapping) -> RetentionRules:
    return RetentionRules(**{name: row[name] for name in _RULES})


def _retention(row: RowMapping) -> Retention:
    swept_at = row["swept_at"]
    return Retention(
        rules=_rules(row),
        changed_at=from_datetime(row["changed_at"]),
        changed_by=row["changed_by"],
        swept_at=None if swept_at is None else from_datetime(swept_at),
        erased=row["erased"],
    )
