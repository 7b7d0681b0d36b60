"""Keeps contacts and what they are built from; applies each event's fact exactly once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.history.domain.contacts import MessageFact, past_conversation_id
from services.history.domain.events import Fact
from shared.contracts.cards import PastContact
from shared.kernel.clock import to_datetime
from shared.kit.database import Database, scope_of
from shared.kit.new_ids import new_id

_APPLY = "SELECT shop_id, stream, version FROM history.apply_facts($1, $2::text::jsonb)"

_ADD_PAST = """
INSERT INTO history.contacts (
    shop_id, id, conversation_id, customer_id, channel, started_at, ended_at, end_reason,
    agent_name, first_response_ms, message_count, first_words
)
SELECT i.shop_id, :id, :conversation_id, i.customer_id, :channel, :started_at, :ended_at,
    :end_reason, :agent_name, :first_response_ms, :message_count, :first_words
FROM history.identities i
WHERE i.shop_id = :shop_id AND i.kind = 'shop_customer' AND i.value = :shop_ref AND i.verified
ON CONFLICT (shop_id, conversation_id) DO NOTHING
"""


class SqlContactStore:
    """A ContactStore on PostgreSQL."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add_past(self, shop_id: UUID, contacts: Sequence[PastContact]) -> int:
        """Keep contacts that are not there yet, of customers who are; return how many."""
        added = 0
        async with self._db.write(shop_id) as tx:
            for contact in contacts:
                added += await tx.execute(_ADD_PAST, _past_row(shop_id, contact))
        return added

    async def apply(self, facts: Sequence[Fact]) -> Mapping[tuple[UUID, str], int]:
        """Apply each fact exactly once, in the order of its stream, in one transaction.

        Takes facts of at most MAX_SHOPS shops. Returns where every stream of the facts stands
        after the commit, by (shop_id, stream).
        """
        scope = scope_of(*{fact.envelope.shop_id for fact in facts})
        document = json.dumps([_fact_row(fact) for fact in facts], ensure_ascii=False)
        rows = await self._db.call(_APPLY, scope, document)
        return {(row["shop_id"], row["stream"]): row["version"] for row in rows}


def _fact_row(fact: Fact) -> dict[str, Any]:
    envelope, content = fact.envelope, fact.content
    row: dict[str, Any] = {
        "shop_id": str(envelope.shop_id),
        "emitter": envelope.emitter,
        "stream": envelope.stream,
        "version": envelope.version,
        "kind": "other",
    }
    if content is None:
        return row
    told = asdict(content)
    customer = told.pop("customer")
    return (
        row
        | told
        | {
            "kind": "message" if isinstance(content, MessageFact) else "routing",
            "customer_kind": customer and customer["kind"],
            "customer_value": customer and customer["value"],
            "customer_name": customer and customer["name"],
            "contact_id": str(new_id()),
            "customer_id": str(new_id()),
        }
    )


def _past_row(shop_id: UUID, contact: PastContact) -> dict[str, Any]:
    return dict(contact) | {
        "id": new_id(),
        "shop_id": shop_id,
        "conversation_id": past_conversation_id(contact),
        "shop_ref": contact.shop_ref.strip(),
        "started_at": to_datetime(contact.started_at),
        "ended_at": to_datetime(contact.ended_at),
    }
