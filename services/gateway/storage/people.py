"""Finds, tells of and erases one customer in the gateway's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.gateway.usecases.erase_person import Traces
from shared.contracts.privacy import (
    EXPORTED,
    ExportAnswer,
    ExportAsked,
    PersonAsked,
    next_place,
    read_place,
    record_of,
)
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import Service
from shared.kit.database import Database, ReadTransaction, WriteTransaction

PAGE: Final = 20
"""Records at once: an item of 5,000 code points has 20 KB, the bus carries 1 MiB."""

FILES_TOLD: Final = 10_000
"""Files of one customer in an export; nobody sends so many."""

_SESSIONS = """
    SELECT s.id FROM gateway.sessions s
    JOIN unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) AS p(kind, value)
        ON s.customer_value = p.value AND s.customer_kind = p.kind
    WHERE s.shop_id = :shop_id AND s.customer_verified
    UNION
    SELECT c.session_id FROM gateway.conversations c
    JOIN unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) AS p(kind, value)
        ON c.customer_value = p.value AND c.customer_kind = p.kind
    WHERE c.shop_id = :shop_id AND c.customer_verified
    UNION
    SELECT c.session_id FROM gateway.conversations c
    WHERE c.shop_id = :shop_id AND c.id = ANY (:conversations)
    """
_CONVERSATIONS = """
    SELECT id, wire_id, status FROM gateway.conversations
    WHERE shop_id = :shop_id AND session_id = ANY (:sessions) ORDER BY id
    """
_UNSENT = """
    SELECT EXISTS (SELECT FROM gateway.outbox
        WHERE shop_id = :shop_id AND stream = ANY (:streams))
    """
_FILES = """
    SELECT f.id FROM gateway.files f
    WHERE f.shop_id = :shop_id AND f.uploader_id = ANY (:sessions)
    UNION
    SELECT f.id FROM gateway.items i
    CROSS JOIN LATERAL jsonb_array_elements(i.content -> 'attachments') AS sent
    JOIN gateway.files f ON f.wire_id = sent ->> 'file_id' AND f.shop_id = i.shop_id
    WHERE i.shop_id = :shop_id AND i.conversation_id = ANY (:conversations)
        AND i.content ? 'attachments'
    LIMIT :limit
    """
FORGET_FILES = "DELETE FROM gateway.files WHERE shop_id = :shop_id AND id = ANY (:ids)"

_LOCK_SESSIONS = """
    SELECT id FROM gateway.sessions
    WHERE shop_id = :shop_id AND id = ANY (:sessions) ORDER BY id FOR UPDATE
    """
"""Nobody begins a conversation in them meanwhile: its row refers to theirs."""
_GOES_ON = """
    SELECT EXISTS (SELECT FROM gateway.conversations
        WHERE shop_id = :shop_id AND session_id = ANY (:sessions) AND status = 'open')
    """
_END_SESSIONS = """
    UPDATE gateway.sessions SET ended_at = coalesce(ended_at, clock_timestamp()),
        epoch = epoch + 1, customer_kind = NULL, customer_value = NULL, customer_name = NULL,
        customer_verified = false, customer_proof = NULL,
        token_digest = sha256(uuid_send(gen_random_uuid())),
        summary = jsonb_set(summary, '{customer}', 'null'),
        page_url = NULL, locale = NULL, cart = NULL, context_at = NULL
    WHERE shop_id = :shop_id AND id = ANY (:sessions)
    """
_BLANK_CONVERSATIONS = """
    UPDATE gateway.conversations SET epoch = epoch + 1, erased_at = clock_timestamp(),
        customer_kind = NULL,
        customer_value = NULL, customer_name = NULL, customer_verified = false,
        summary = jsonb_set(summary, '{customer}', 'null')
    WHERE shop_id = :shop_id AND id = ANY (:conversations)
    """
_TOMBSTONE: Final = """
    UPDATE gateway.items SET text = '',
        client_id = CASE WHEN author_kind = 'customer' THEN id::text ELSE client_id END,
        author_name = CASE WHEN author_kind = 'customer' THEN NULL ELSE author_name END,
        content = jsonb_strip_nulls(jsonb_build_object(
            'erased', true, 'rating', content -> 'rating'))
    """
BLANK_ITEMS = f"""{_TOMBSTONE}
    WHERE shop_id = :shop_id AND conversation_id = ANY (:conversations)
    """
_BLANK_LEFT = f"""{_TOMBSTONE}
    WHERE shop_id = :shop_id AND kind = 'address' AND text = ANY (:given)
    RETURNING conversation_id
    """
_NEW_EPOCH = """
    UPDATE gateway.conversations SET epoch = epoch + 1
    WHERE shop_id = :shop_id AND id = ANY (:ids)
    """
UNFIND = """
    DELETE FROM gateway.searchable
    WHERE shop_id = :shop_id AND conversation_id = ANY (:conversations)
    """

_SECTIONS: Final[Mapping[str, str]] = {
    "sessions": """
        SELECT to_jsonb(t) AS row FROM gateway.sessions t
        WHERE t.shop_id = :shop_id AND t.id = ANY (:sessions) ORDER BY t.id
        """,
    "conversations": """
        SELECT to_jsonb(t) AS row FROM gateway.conversations t
        WHERE t.shop_id = :shop_id AND t.id = ANY (:conversations) ORDER BY t.id
        """,
    "items": """
        SELECT to_jsonb(t) AS row FROM gateway.items t
        WHERE t.shop_id = :shop_id AND t.conversation_id = ANY (:conversations)
        ORDER BY t.conversation_id, t.seq
        """,
    "files": """
        SELECT to_jsonb(t) AS row FROM gateway.files t
        WHERE t.shop_id = :shop_id AND t.digest IS NOT NULL AND t.id = ANY (:files) ORDER BY t.id
        """,
    "invitations": """
        SELECT to_jsonb(t) AS row FROM gateway.invitations t
        WHERE t.shop_id = :shop_id AND t.session_id = ANY (:sessions) ORDER BY t.id
        """,
}
"""Section -> what it holds. Whole rows: a column that is added is exported too."""
SECTIONS: Final = EXPORTED[Service.GATEWAY]
_IDS: Final = {
    "shop_id": IdKind.SHOP,
    "site_id": IdKind.SITE,
    "session_id": IdKind.SESSION,
    "conversation_id": IdKind.CONVERSATION,
    "agent_id": IdKind.AGENT,
    "assignment_id": IdKind.ASSIGNMENT,
    "item_id": IdKind.ITEM,
}
_OWN_ID: Final = {
    "sessions": IdKind.SESSION,
    "conversations": IdKind.CONVERSATION,
    "items": IdKind.ITEM,
    "files": IdKind.FILE,
    "invitations": IdKind.INVITATION,
}


class PostgresPeople:
    """The PersonRows on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def traces(self, asked: PersonAsked) -> Traces:
        """See `PersonRows.traces`."""
        async with self._database.read(asked.shop_id) as tx:
            sessions = [row["id"] for row in await tx.rows(_SESSIONS, _named(asked))]
            found = await _conversations(tx, asked.shop_id, sessions)
            streams = {"shop_id": asked.shop_id, "streams": [row["wire_id"] for row in found]}
            unsent = await tx.value(_UNSENT, streams)
        return Traces(
            conversation_ids=tuple(row["id"] for row in found),
            session_ids=tuple(sessions),
            is_open=any(row["status"] == "open" for row in found),
            unsent=bool(unsent),
        )

    async def files(self, shop_id: UUID, traces: Traces, limit: int) -> Sequence[UUID]:
        """See `PersonRows.files`."""
        async with self._database.read(shop_id) as tx:
            rows = await tx.rows(_FILES, _met(shop_id, traces) | {"limit": limit})
        return [row["id"] for row in rows]

    async def forget_files(self, shop_id: UUID, file_ids: Sequence[UUID]) -> None:
        """See `PersonRows.forget_files`."""
        async with self._database.write(shop_id) as tx:
            await tx.execute(FORGET_FILES, {"shop_id": shop_id, "ids": list(file_ids)})

    async def erase(self, asked: PersonAsked, traces: Traces) -> dict[str, int] | None:
        """See `PersonRows.erase`."""
        met = _met(asked.shop_id, traces)
        async with self._database.write(asked.shop_id) as tx:
            await tx.rows(_LOCK_SESSIONS, met)
            if await tx.value(_GOES_ON, met):
                return None
            erased = {
                "sessions": await tx.execute(_END_SESSIONS, met),
                "conversations": await tx.execute(_BLANK_CONVERSATIONS, met),
                "items": await tx.execute(BLANK_ITEMS, met),
                "left_addresses": await _erase_left(tx, asked),
            }
            await tx.execute(UNFIND, met)
        return erased

    async def export(self, asked: ExportAsked, traces: Traces) -> ExportAnswer:
        """See `PersonRows.export`."""
        section, told = read_place(asked.place, SECTIONS)
        named = _met(asked.shop_id, traces) | {"limit": PAGE + 1, "offset": told}
        named["files"] = list(await self.files(asked.shop_id, traces, FILES_TOLD))
        async with self._database.read(asked.shop_id) as tx:
            sql = f"{_SECTIONS[section]} LIMIT :limit OFFSET :offset"
            rows = [row["row"] for row in await tx.rows(sql, named)]
        ids, shown = {**_IDS, "id": _OWN_ID[section]}, rows[:PAGE]
        more = len(rows) > PAGE
        return ExportAnswer(
            records=tuple(record_of(Service.GATEWAY, section, row, ids) for row in shown),
            next_place=next_place(section, told + PAGE, more=more, sections=SECTIONS),
            conversation_ids=traces.conversation_ids,
        )


async def _conversations(tx: ReadTransaction, shop_id: UUID, sessions: list[UUID]) -> Sequence[Any]:
    return await tx.rows(_CONVERSATIONS, {"shop_id": shop_id, "sessions": sessions})


async def _erase_left(tx: WriteTransaction, asked: PersonAsked) -> int:
    """Erase the person's addresses where somebody left one whom nobody knows."""
    named = {"shop_id": asked.shop_id, "given": list(_addresses(asked))}
    rows = await tx.rows(_BLANK_LEFT, named)
    ids = [row["conversation_id"] for row in rows]
    await tx.execute(_NEW_EPOCH, {"shop_id": asked.shop_id, "ids": ids})
    return len(rows)


def _addresses(asked: PersonAsked) -> set[str]:
    return {one.value for one in asked.proven} | set(asked.given)


def _named(asked: PersonAsked) -> dict[str, Any]:
    return {
        "shop_id": asked.shop_id,
        "kinds": [one.kind.value for one in asked.proven],
        "values": [one.value for one in asked.proven],
        "conversations": list(asked.conversation_ids),
    }


def _met(shop_id: UUID, traces: Traces) -> dict[str, Any]:
    return {
        "shop_id": shop_id,
        "sessions": list(traces.session_ids),
        "conversations": list(traces.conversation_ids),
    }
