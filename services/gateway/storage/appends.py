"""Commits groups of items by one call of `gateway.append_items`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic_core import from_json

from services.gateway.storage.failures import sorted_failures
from services.gateway.usecases.ports import Announcement, AppendResult, AppendRow, Verdict
from shared.kernel.clock import from_datetime, to_datetime
from shared.kernel.ids import IdKind, encode
from shared.kit.database import Database
from shared.kit.new_ids import new_id

_APPEND = """
    SELECT * FROM gateway.append_items(
        $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::uuid[], $7::text[],
        $8::uuid[], $9::uuid[], $10::text[], $11::text[], $12::uuid[], $13::int[], $14::text[],
        $15::text[], $16::jsonb[])
    """


NOTHING_BESIDE: Final[Mapping[str, Any]] = {"attachments": [], "rating": None, "erased": False}
"""The tables keep only what there is; clients find every field."""


class PostgresAppends:
    """The AppendStore on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, rows: Sequence[AppendRow]) -> Sequence[AppendResult]:
        """See `AppendStore.append`."""
        with sorted_failures():
            records = await self._database.call(_APPEND, *_columns(rows))
        return [_result(row, record) for row, record in zip(rows, records, strict=True)]


def _columns(rows: Sequence[AppendRow]) -> list[list[object]]:
    items = [new_id() for _ in rows]
    # A customer's row brings the id of the conversation that may have to begin with it.
    conversations = [row.conversation_id or new_id() for row in rows]
    grants = [row.grant for row in rows]
    return [
        [row.shop_id for row in rows],
        [row.sender_id for row in rows],
        [row.client_id for row in rows],
        [row.text for row in rows],
        [to_datetime(row.received_at) for row in rows],
        list(items),
        [encode(IdKind.ITEM, item) for item in items],
        [row.session_id for row in rows],
        list(conversations),
        [encode(IdKind.CONVERSATION, conversation) for conversation in conversations],
        [row.author_name for row in rows],
        [grant.assignment_id if grant else None for grant in grants],
        [grant.assignment_version if grant else None for grant in grants],
        [row.kind.value for row in rows],
        [row.visibility.value for row in rows],
        [None if row.content is None else row.content.kept() for row in rows],
    ]


def _result(row: AppendRow, record: asyncpg.Record) -> AppendResult:
    verdict = Verdict(record["outcome"])
    if verdict not in {Verdict.NEW, Verdict.KNOWN}:
        return AppendResult(verdict)
    return AppendResult(
        verdict=verdict,
        conversation_id=record["conversation_id"],
        item_id=record["item_id"],
        seq=record["seq"],
        created_at=from_datetime(record["created_at"]),
        current=record["is_current"],
        announcement=announcement_of(record, row.shop_id) if record["body"] else None,
    )


def announcement_of(record: asyncpg.Record, shop_id: UUID) -> Announcement:
    """Return what is to be told of a new item's row."""
    item = from_json(record["body"])["item"]
    return Announcement(
        shop_id=shop_id,
        conversation_id=record["conversation_id"],
        stream=item["conversation_id"],
        version=record["version"],
        event_id=record["item_id"],
        occurred_at=from_datetime(record["created_at"]),
        body=record["body"],
        item={**NOTHING_BESIDE, **item},
        agent_id=record["agent_id"],
    )
