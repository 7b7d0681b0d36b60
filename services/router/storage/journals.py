"""What engines were told, kept behind the commits, and found again by a decision's instant."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import RowMapping

from services.router.domain.journal import KEPT_MS, Entry, Piece, Recalled, Told
from services.router.storage.failures import as_commit_failure
from services.router.storage.journal_forms import (
    entries_form,
    read_entries,
    read_standing,
    standing_form,
)
from shared.kernel.clock import Instant, Millis, to_datetime
from shared.kit.database import MAX_SHOPS, Database

log = structlog.get_logger()

LONGEST_MS: Final[Millis] = 2 * KEPT_MS
"""No piece spans more: memory reaches back an hour, and a stretch of it is as long at most."""

_EPOCH = "SELECT router.journal_epoch($1) AS epoch"
_KEEP = "SELECT router.keep_journal($1, $2, $3, $4, $5, $6, $7, $8, $9) AS kept"
_PRUNE = """
    DELETE FROM router.journals
    WHERE last_at < :before AND shop_id = ANY (CAST(:shops AS uuid[]))
    """
_TOLD_AT = """
    SELECT token, number, part, entries FROM router.journals
    WHERE shop_id = :shop_id AND first_at <= :at AND last_at BETWEEN :at AND :until
    ORDER BY token DESC, number DESC, part
    """
_RUN = """
    SELECT standing, entries FROM router.journals
    WHERE shop_id = :shop_id AND token = :token AND number = :number AND part <= :part
    ORDER BY part
    """


class JournalTables:
    """See `usecases.keep_journals.JournalBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def epoch(self, shop_id: UUID) -> int:
        """See `JournalBook.epoch`."""
        with as_commit_failure("router.journal_failed"):
            (row,) = await self._database.call(_EPOCH, shop_id)
        epoch: int = row["epoch"]
        return epoch

    async def keep(self, shop_id: UUID, token: int, epoch: int, piece: Piece) -> bool:
        """See `JournalBook.keep`."""
        standing, entries = await asyncio.to_thread(_forms, piece)
        first, last = map(to_datetime, piece.span)
        where = (piece.number, piece.part, first, last)
        with as_commit_failure("router.journal_failed"):
            (row,) = await self._database.call(
                _KEEP, shop_id, token, epoch, *where, standing, entries
            )
        return bool(row["kept"])

    async def recall(self, shop_id: UUID, decision_id: UUID, at: Instant) -> Recalled | None:
        """See `JournalBook.recall`."""
        try:
            named = {"at": to_datetime(at), "until": to_datetime(at + LONGEST_MS)}
            for row in await self._rows(_TOLD_AT, shop_id, **named):
                last = await asyncio.to_thread(_read_upto, row["entries"], decision_id)
                if last is not None:
                    where = {name: row[name] for name in ("token", "number", "part")}
                    run = await self._rows(_RUN, shop_id, **where)
                    return await asyncio.to_thread(_recalled, decision_id, run, last)
        except ValueError as error:  # another release wrote it
            log.info("router.journal_unreadable", shop_id=str(shop_id), error=type(error).__name__)
        return None

    async def prune(self, shops: Sequence[UUID], before: Instant) -> None:
        """See `JournalBook.prune`."""
        with as_commit_failure("router.journal_failed"):
            for start in range(0, len(shops), MAX_SHOPS):
                some = shops[start : start + MAX_SHOPS]
                async with self._database.write(*some) as tx:
                    await tx.execute(_PRUNE, {"shops": list(some), "before": to_datetime(before)})

    async def _rows(self, statement: str, shop_id: UUID, **asked: object) -> Sequence[RowMapping]:
        async with self._database.read(shop_id) as tx:
            return await tx.rows(statement, {"shop_id": shop_id, **asked})


def _forms(piece: Piece) -> tuple[bytes | None, bytes]:
    stood = piece.standing
    standing = None if stood is None else standing_form(stood, piece.at)
    return standing, entries_form(piece.entries)


def _read_upto(kept: bytes, decision_id: UUID) -> list[Entry] | None:
    """Return what was told up to the command of a decision, if it is there."""
    entries = read_entries(kept)
    for place, entry in enumerate(entries):
        if isinstance(entry, Told) and decision_id in entry.decisions:
            return entries[: place + 1]
    return None


def _recalled(
    decision_id: UUID, run: Sequence[RowMapping], last: Sequence[Entry]
) -> Recalled | None:
    first = run[0]["standing"] if run else None
    if first is None:
        return None  # the beginning is a day old, or an erasure came between
    standing, at = read_standing(first)
    before = (entry for row in run[:-1] for entry in read_entries(row["entries"]))
    return Recalled(decision_id, standing, at, (*before, *last))
