"""Keeps answers that are ready, and every version they had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.exc import IntegrityError

from services.history.domain.search import Asked
from services.history.usecases.keep_answers import AnswerKind, Wanted, no_such_answer
from shared.contracts.answers import (
    AnswerChange,
    AnswerVersion,
    AnswerVersions,
    NewAnswer,
    ReadyAnswer,
    Restoring,
)
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.kernel.clock import Clock, from_datetime, to_datetime
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.change_log import ChangeLog
from shared.kit.database import Database, WriteTransaction
from shared.kit.new_ids import new_id

_PAGE = """
    SELECT * FROM history.answers
    WHERE shop_id = :shop_id AND kind = :kind AND (removed_at IS NOT NULL) = :removed
        AND (CAST(:language AS text) IS NULL OR language = :language)
        AND (CAST(:after AS uuid) IS NULL OR id < :after)
    ORDER BY id DESC LIMIT :limit
    """
_ONE = "SELECT * FROM history.answers WHERE shop_id = :shop_id AND kind = :kind AND id = :id"
_SEARCH = """
    SELECT a.* FROM history.search_answers(
        :shop_id, :kind, :language, :query, :typed, :limit) WITH ORDINALITY AS found(id, place)
    JOIN history.answers a ON a.shop_id = :shop_id AND a.id = found.id AND a.kind = :kind
    WHERE a.removed_at IS NULL ORDER BY found.place
    """
_TAKEN = """
    SELECT true FROM history.answers
    WHERE shop_id = :shop_id AND kind = :kind AND key = :key AND language = :language
        AND removed_at IS NULL AND id <> :id
    """
_ADD = """
    INSERT INTO history.answers (shop_id, id, kind, key, language, title, text, phrasings, version,
        created_at, changed_at, changed_by)
    VALUES (:shop_id, :id, :kind, :key, :language, :title, :text, :phrasings, 1, :now, :now, :by)
    RETURNING *
    """
_ADD_MISSING = """
    INSERT INTO history.answers (shop_id, id, kind, key, language, title, text, phrasings, version,
        created_at, changed_at, changed_by)
    SELECT :shop_id, :id, CAST(:kind AS text), CAST(:key AS text), CAST(:language AS text), :title,
        :text, :phrasings, 1, :now, :now, :by
    WHERE NOT EXISTS (SELECT FROM history.answers a WHERE a.shop_id = :shop_id
        AND a.kind = :kind AND a.key = :key AND a.language = :language)
    ON CONFLICT DO NOTHING RETURNING id
    """
_CHANGE = """
    UPDATE history.answers SET title = :title, text = :text, phrasings = :phrasings,
        version = version + 1, changed_at = :now, changed_by = :by,
        removed_at = CASE WHEN :removed THEN CAST(:now AS timestamptz) END
    WHERE shop_id = :shop_id AND id = :id RETURNING *
    """
_KEEP_VERSION = """
    INSERT INTO history.answer_versions (shop_id, answer_id, version, title, text, phrasings,
        removed, restored_from, changed_at, changed_by)
    SELECT shop_id, id, version, title, text, phrasings, removed_at IS NOT NULL, :restored_from,
        changed_at, changed_by
    FROM history.answers WHERE shop_id = :shop_id AND id = :id
    """
_VERSION = """
    SELECT * FROM history.answer_versions
    WHERE shop_id = :shop_id AND answer_id = :id AND version = :version
    """
_VERSIONS = """
    SELECT * FROM history.answer_versions
    WHERE shop_id = :shop_id AND answer_id = :id ORDER BY version DESC LIMIT :limit
    """
VERSIONS_TOLD = 200


class SqlAnswers:
    """The AnswerStore on PostgreSQL."""

    def __init__(self, db: Database, log: ChangeLog, clock: Clock) -> None:
        self._db = db
        self._log = log
        self._clock = clock

    async def page(self, shop_id: UUID, kind: AnswerKind, wanted: Wanted) -> Sequence[ReadyAnswer]:
        """See `AnswerStore.page`."""
        asked = {
            "shop_id": shop_id,
            "kind": kind.value,
            "language": wanted.language,
            "removed": wanted.removed,
            "after": wanted.after,
            "limit": wanted.limit,
        }
        async with self._db.read(shop_id) as tx:
            return [_answer(row) for row in await tx.rows(_PAGE, asked)]

    async def find(self, shop_id: UUID, kind: AnswerKind, answer_id: UUID) -> ReadyAnswer | None:
        """See `AnswerStore.find`."""
        async with self._db.read(shop_id) as tx:
            row = await tx.row(_ONE, _named(shop_id, kind, answer_id))
        return None if row is None else _answer(row)

    async def search(
        self, shop_id: UUID, kind: AnswerKind, language: str | None, asked: Asked, limit: int
    ) -> Sequence[ReadyAnswer]:
        """See `AnswerStore.search`."""
        told = {
            "shop_id": shop_id,
            "kind": kind.value,
            "language": language,
            "query": asked.query,
            "typed": asked.typed,
            "limit": limit,
        }
        async with self._db.read(shop_id) as tx:
            return [_answer(row) for row in await tx.rows(_SEARCH, told)]

    async def add(
        self, caller: Principal, once: Once, kind: AnswerKind, new: NewAnswer
    ) -> ReadyAnswer:
        """See `AnswerStore.add`."""
        told = self._told(caller, kind, new_id()) | new.model_dump()
        told["phrasings"] = list(new.phrasings)
        async with self._db.write(caller.shop_id) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return ReadyAnswer.model_validate(kept, strict=False)
            return await self._written(tx, caller, once, _ADD, told)

    async def change(
        self,
        caller: Principal,
        once: Once,
        kind: AnswerKind,
        answer_id: UUID,
        change: AnswerChange | Restoring | None,
    ) -> ReadyAnswer:
        """See `AnswerStore.change`."""
        named = _named(caller.shop_id, kind, answer_id)
        async with self._db.write(caller.shop_id) as tx:
            kept = await self._log.answered(tx, caller, once)
            if kept is not None:
                return ReadyAnswer.model_validate(kept, strict=False)
            row = await tx.row(f"{_ONE} FOR UPDATE", named)
            if row is None or (row["removed_at"] is not None and not isinstance(change, Restoring)):
                raise no_such_answer()
            told = self._told(caller, kind, answer_id) | dict(await _words(tx, row, change))
            told |= {"key": row["key"], "language": row["language"], "removed": change is None}
            return await self._written(tx, caller, once, _CHANGE, told)

    async def versions(
        self, shop_id: UUID, kind: AnswerKind, answer_id: UUID
    ) -> AnswerVersions | None:
        """See `AnswerStore.versions`."""
        named = _named(shop_id, kind, answer_id)
        async with self._db.read(shop_id) as tx:
            if await tx.row(_ONE, named) is None:
                return None
            rows = await tx.rows(_VERSIONS, named | {"limit": VERSIONS_TOLD})
        return AnswerVersions(versions=tuple(_version(row) for row in rows))

    async def add_missing(
        self, shop_id: UUID, kind: AnswerKind, answers: Sequence[NewAnswer]
    ) -> int:
        """Add answers whose key and language never was there; return how many those were."""
        added = 0
        async with self._db.write(shop_id) as tx:
            for new in answers:
                now = to_datetime(self._clock.now())
                told = _named(shop_id, kind, new_id()) | {"now": now, "by": ""} | new.model_dump()
                told["phrasings"] = list(new.phrasings)
                if await tx.row(_ADD_MISSING, told) is not None:
                    await tx.execute(_KEEP_VERSION, told | {"restored_from": None})
                    added += 1
        return added

    async def _written(
        self, tx: WriteTransaction, caller: Principal, once: Once, sql: str, told: dict[str, Any]
    ) -> ReadyAnswer:
        """Write an answer and its version, and remember what was said of it."""
        if not told.get("removed") and await tx.value(_TAKEN, told):
            raise _taken()
        try:
            row = await tx.row(sql, told)
        except IntegrityError:
            raise _taken() from None
        if row is None:
            raise LookupError("a row just written is there")
        await tx.execute(_KEEP_VERSION, {"restored_from": None} | told)
        answer = _answer(row)
        await self._log.keep(tx, caller, once, answer.model_dump(mode="json"))
        return answer

    def _told(self, caller: Principal, kind: AnswerKind, answer_id: UUID) -> dict[str, Any]:
        now = to_datetime(self._clock.now())
        return _named(caller.shop_id, kind, answer_id) | {"now": now, "by": caller.name}


async def _words(
    tx: WriteTransaction, row: RowMapping, change: AnswerChange | Restoring | None
) -> Mapping[str, Any]:
    """Return title, text and phrasings of the next version."""
    words = {name: row[name] for name in ("title", "text", "phrasings")}
    if isinstance(change, AnswerChange):
        given = change.model_dump(exclude_none=True)
        return words | {name: _listed(value) for name, value in given.items()}
    if change is None:
        return words
    named = {"shop_id": row["shop_id"], "id": row["id"], "version": change.version}
    earlier = await tx.row(_VERSION, named)
    if earlier is None:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such version of this answer.")
    return {name: earlier[name] for name in words} | {"restored_from": change.version}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _named(shop_id: UUID, kind: AnswerKind, answer_id: UUID) -> dict[str, Any]:
    return {"shop_id": shop_id, "kind": kind.value, "id": answer_id}


def _taken() -> RefusedError:
    return RefusedError(
        ErrorCode.ALREADY_EXISTS, "There is an answer of this key and language already."
    )


def _answer(row: RowMapping) -> ReadyAnswer:
    removed_at = row["removed_at"]
    return ReadyAnswer(
        id=row["id"],
        key=row["key"],
        language=row["language"],
        title=row["title"],
        text=row["text"],
        phrasings=tuple(row["phrasings"]),
        version=row["version"],
        created_at=from_datetime(row["created_at"]),
        changed_at=from_datetime(row["changed_at"]),
        changed_by=row["changed_by"],
        removed_at=None if removed_at is None else from_datetime(removed_at),
    )


def _version(row: RowMapping) -> AnswerVersion:
    return AnswerVersion(
        version=row["version"],
        title=row["title"],
        text=row["text"],
        phrasings=tuple(row["phrasings"]),
        removed=row["removed"],
        restored_from=row["restored_from"],
        changed_at=from_datetime(row["changed_at"]),
        changed_by=row["changed_by"],
    )
