"""Writes and reads what administrators changed, and answers a repeated request as the first time.

Everything here runs in the transaction of the change itself; knows no noun of any service.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import RowMapping

from shared.contracts.changes import Actor, Change, FieldChange, Once
from shared.contracts.claims import Principal
from shared.kernel.clock import Clock, from_datetime, to_datetime
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import ActorKind, Scope
from shared.kit.database import ReadTransaction, WriteTransaction
from shared.kit.new_ids import new_id

KEPT_FOR: Final = timedelta(hours=24)
"""DESIGN section 5: how long the answer to an Idempotency-Key is remembered."""

Fields = Mapping[str, FieldChange]
NOT_SHOWN: Final = FieldChange()
"""What is recorded of a secret: that it changed."""


def actor_of(caller: Principal) -> Actor:
    """Return how the record names a caller."""
    if Scope.OPERATOR in caller.scopes:
        return Actor(kind=ActorKind.OPERATOR, name=caller.name)
    if caller.agent_id is not None:
        wire = encode(IdKind.AGENT, caller.agent_id)
        return Actor(kind=ActorKind.AGENT, id=wire, name=caller.name)
    wire_key = None if caller.api_key_id is None else encode(IdKind.API_KEY, caller.api_key_id)
    return Actor(kind=ActorKind.PROGRAM, id=wire_key, name=caller.name)


def created(**fields: JsonValue) -> dict[str, FieldChange]:
    """Return the fields of something that was not there before."""
    return {name: FieldChange(after=value) for name, value in fields.items()}


def compared(
    before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]
) -> dict[str, FieldChange]:
    """Return the fields that differ, of those that are in both."""
    return {
        name: FieldChange(before=before[name], after=value)
        for name, value in after.items()
        if name in before and before[name] != value
    }


class ChangeLog:
    """The `changes` and `kept_answers` of one schema."""

    def __init__(self, schema: str, clock: Clock) -> None:
        self._clock = clock
        self._record = f"""
            INSERT INTO {schema}.changes (shop_id, id, changed_at, actor_kind, actor_id,
                actor_name, action, target, fields)
            VALUES (:shop_id, :id, :changed_at, :actor_kind, :actor_id, :actor_name, :action,
                :target, CAST(:fields AS jsonb))
            """  # noqa: S608  the schema is a literal of ours, here and below
        self._page = f"""
            SELECT * FROM {schema}.changes
            WHERE shop_id = :shop_id AND (CAST(:before AS uuid) IS NULL OR id < :before)
            ORDER BY id DESC LIMIT :limit
            """  # noqa: S608
        self._find = f"""
            SELECT request, answer FROM {schema}.kept_answers
            WHERE shop_id = :shop_id AND caller = :caller AND key = :key AND kept_at > :since
            """  # noqa: S608
        self._forget = f"""
            DELETE FROM {schema}.kept_answers WHERE shop_id = :shop_id AND kept_at <= :since
            """  # noqa: S608
        self._keep = f"""
            INSERT INTO {schema}.kept_answers (shop_id, caller, key, request, answer, kept_at)
            VALUES (:shop_id, :caller, :key, :request, CAST(:answer AS jsonb), :now)
            ON CONFLICT DO NOTHING
            """  # noqa: S608

    async def record(
        self,
        tx: WriteTransaction,
        caller: Principal,
        action: str,
        target: str,
        fields: Fields,
        *,
        shop_id: UUID | None = None,
    ) -> None:
        """Write one change, in the change's own transaction; of the caller's shop unless named."""
        actor = actor_of(caller)
        row = {
            "shop_id": shop_id or caller.shop_id,
            "id": new_id(),
            "changed_at": to_datetime(self._clock.now()),
            "actor_kind": actor.kind.value,
            "actor_id": actor.id,
            "actor_name": actor.name,
            "action": action,
            "target": target,
            "fields": json.dumps({name: one.model_dump() for name, one in fields.items()}),
        }
        await tx.execute(self._record, row)

    async def page(
        self, tx: ReadTransaction, shop_id: UUID, before: UUID | None, limit: int
    ) -> Sequence[Change]:
        """Return a shop's changes, newest first, from before an id on."""
        wanted = {"shop_id": shop_id, "before": before, "limit": limit}
        return [_change(row) for row in await tx.rows(self._page, wanted)]

    async def answered(
        self, tx: WriteTransaction, caller: Principal, once: Once
    ) -> dict[str, JsonValue] | None:
        """Return the answer that this caller's key had within the day, and lock the key.

        Raises:
            RefusedError: IDEMPOTENCY_CONFLICT, the key stood for another request.
        """
        who = _name(caller)
        lock = {"text": f"{caller.shop_id}/{who}/{once.key}"}
        await tx.row("SELECT pg_advisory_xact_lock(hashtextextended(:text, 0))", lock)
        since = to_datetime(self._clock.now()) - KEPT_FOR
        await tx.execute(self._forget, {"shop_id": caller.shop_id, "since": since})
        named = {"shop_id": caller.shop_id, "caller": who, "key": once.key, "since": since}
        row = await tx.row(self._find, named)
        if row is None:
            return None
        if row["request"] != once.request:
            detail = "This Idempotency-Key stood for another request; take a new one."
            raise RefusedError(ErrorCode.IDEMPOTENCY_CONFLICT, detail)
        answer: dict[str, JsonValue] = row["answer"]
        return answer

    async def keep(
        self, tx: WriteTransaction, caller: Principal, once: Once, answer: Mapping[str, JsonValue]
    ) -> None:
        """Remember the answer for a day, unless there is one. It holds no secret: see `once`."""
        row = {
            "shop_id": caller.shop_id,
            "caller": _name(caller),
            "key": once.key,
            "request": once.request,
            "answer": json.dumps(answer),
            "now": to_datetime(self._clock.now()),
        }
        await tx.execute(self._keep, row)


def _name(caller: Principal) -> str:
    actor = actor_of(caller)
    return f"{actor.kind.value}:{actor.id or actor.name}"


def _change(row: RowMapping) -> Change:
    return Change(
        id=row["id"],
        changed_at=from_datetime(row["changed_at"]),
        actor=Actor(kind=ActorKind(row["actor_kind"]), id=row["actor_id"], name=row["actor_name"]),
        action=row["action"],
        target=row["target"],
        fields={name: FieldChange(**one) for name, one in row["fields"].items()},
    )
