"""Keeps notes on customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.history.usecases.ports import CustomersChanged
from shared.contracts.cards import CustomerNote
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.people import NewCustomerNote
from shared.kernel.clock import Clock, from_datetime, to_datetime
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.change_log import ChangeLog
from shared.kit.database import Database, WriteTransaction
from shared.kit.new_ids import new_id

_CUSTOMER = "SELECT id FROM history.customers WHERE shop_id = :shop_id AND id = :customer_id"
_NOTE = """
    INSERT INTO history.notes (shop_id, id, customer_id, text, created_at, created_by)
    VALUES (:shop_id, :id, :customer_id, :text, :now, :by) RETURNING *
    """


class SqlNoteStore:
    """A NoteStore on PostgreSQL."""

    def __init__(
        self, db: Database, log: ChangeLog, clock: Clock, changed: CustomersChanged
    ) -> None:
        self._db = db
        self._log = log
        self._clock = clock
        self._changed = changed

    async def add_note(
        self, caller: Principal, once: Once, customer_id: UUID, new: NewCustomerNote
    ) -> CustomerNote:
        """Keep a note."""
        async with self._db.write(caller.shop_id) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return CustomerNote.model_validate(kept, strict=False)
            told = self._told(caller, customer_id) | {"text": new.text}
            note = _note(await self._added(tx, _NOTE, told))
            await self._log.keep(tx, caller, once, note.model_dump(mode="json"))
        self._changed(caller.shop_id, (customer_id,))
        return note

    def _told(self, caller: Principal, customer_id: UUID) -> dict[str, Any]:
        return {
            "shop_id": caller.shop_id,
            "id": new_id(),
            "customer_id": customer_id,
            "now": to_datetime(self._clock.now()),
            "by": caller.name,
        }

    @staticmethod
    async def _added(tx: WriteTransaction, sql: str, told: Mapping[str, Any]) -> RowMapping:
        if await tx.value(_CUSTOMER, told) is None:
            raise RefusedError(ErrorCode.NOT_FOUND, "There is no such customer.")
        row = await tx.row(sql, told)
        if row is None:
            raise LookupError("a row just added is there")
        return row


def _note(row: RowMapping) -> CustomerNote:
    return CustomerNote(
        id=row["id"],
        text=row["text"],
        created_at=from_datetime(row["created_at"]),
        created_by=row["created_by"],
    )
