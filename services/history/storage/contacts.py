"""Keeps contacts and what they are built from; applies each event's fact exactly once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from services.history.domain.contacts import MessageFact, RoutingFact, past_conversation_id
from services.history.domain.digests import digest_of
from services.history.domain.events import Fact
from services.history.domain.promises import PromiseFact
from services.history.usecases.ports import CustomersChanged
from shared.contracts.cards import IngestContact
from shared.contracts.orders import Ingested
from shared.kit.database import STATEMENT_TIMEOUT_S, Database, scope_of
from shared.kit.new_ids import new_id

_APPLY = "SELECT shop_id, stream, version FROM history.apply_facts($1, $2::text::jsonb)"

_INGEST = "SELECT created, updated, unchanged FROM history.ingest_contacts($1, $2::text::jsonb)"


_PROMISED_TO = """
    SELECT DISTINCT customer_id FROM history.promises
    WHERE shop_id = :shop_id AND id = ANY (:ids) AND customer_id IS NOT NULL
    """

_KINDS: Final[Mapping[type, str]] = {
    MessageFact: "message",
    RoutingFact: "routing",
    PromiseFact: "promise",
}


def _nobody_listens(_shop_id: UUID, _customer_ids: Iterable[UUID]) -> None:
    """Tell nobody: an import without a running service."""


class SqlContactStore:
    """A ContactStore on PostgreSQL."""

    def __init__(self, db: Database, changed: CustomersChanged = _nobody_listens) -> None:
        self._db = db
        self._changed = changed

    async def ingest(self, shop_id: UUID, contacts: Sequence[IngestContact]) -> Ingested:
        """Take contacts of another system in one transaction; what is known already is left."""
        document = json.dumps([_past_row(contact) for contact in contacts], ensure_ascii=False)
        rows = await self._db.call(_INGEST, shop_id, document, timeout_s=STATEMENT_TIMEOUT_S)
        created, updated, unchanged = rows[0]
        return Ingested(created=created, updated=updated, unchanged=unchanged)

    async def apply(self, facts: Sequence[Fact]) -> Mapping[tuple[UUID, str], int]:
        """Apply each fact exactly once, in the order of its stream, in one transaction.

        Takes facts of at most MAX_SHOPS shops. Returns where every stream of the facts stands
        after the commit, by (shop_id, stream).
        """
        scope = scope_of(*{fact.envelope.shop_id for fact in facts})
        document = json.dumps([_fact_row(fact) for fact in facts], ensure_ascii=False)
        rows = await self._db.call(_APPLY, scope, document)
        await self._tell(facts)
        return {(row["shop_id"], row["stream"]): row["version"] for row in rows}

    async def _tell(self, facts: Sequence[Fact]) -> None:
        """Tell of the customers whose promises are others now."""
        promised: dict[UUID, list[UUID]] = {}
        for fact in facts:
            if isinstance(fact.content, PromiseFact):
                promised.setdefault(fact.envelope.shop_id, []).append(UUID(fact.content.promise_id))
        for shop_id, ids in promised.items():
            async with self._db.read(shop_id) as tx:
                rows = await tx.rows(_PROMISED_TO, {"shop_id": shop_id, "ids": ids})
            self._changed(shop_id, [row["customer_id"] for row in rows])


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
            "kind": _KINDS[type(content)],
            "customer_kind": customer and customer["kind"],
            "customer_value": customer and customer["value"],
            "customer_name": customer and customer["name"],
            "contact_id": str(new_id()),
            "customer_id": str(new_id()),
        }
    )


def _past_row(contact: IngestContact) -> dict[str, Any]:
    """Return the contact as the function takes it: instants in milliseconds, ids for new rows."""
    return dict(contact) | {
        "contact_id": str(new_id()),
        "customer_id": str(new_id()),
        "conversation_id": str(past_conversation_id(contact)),
        "shop_ref": contact.shop_ref.strip(),
        "digest": digest_of(contact),
    }
