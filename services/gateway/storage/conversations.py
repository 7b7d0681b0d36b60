"""Lists of conversations, and what they are found by."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.gateway.usecases.list_conversations import Wish
from shared.contracts.conversations import (
    PREVIEW_MAX,
    ListedAgent,
    ListedConversation,
    Openness,
)
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.clock import from_datetime
from shared.kernel.vocabulary import Channel
from shared.kit.database import Database

_LIST = "SELECT * FROM gateway.list_conversations($1, $2, $3, $4, $5, $6)"
_KEEP = "SELECT gateway.keep_searchable($1, $2)"


class PostgresConversations:
    """See `usecases.list_conversations.ConversationStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(
        self, wish: Wish, query: str | None, before: UUID | None, limit: int
    ) -> Sequence[ListedConversation]:
        """See `ConversationStore.list`."""
        status = None if wish.status is None else wish.status.value
        records = await self._database.call(
            _LIST, wish.shop_id, wish.served_by, status, query, before, limit
        )
        return [_listed(record) for record in records]

    async def find(self, shop_id: UUID, conversation_id: UUID) -> ListedConversation | None:
        """See `ConversationStore.find`: the newest from just after this id on, if it is this."""
        after = UUID(int=conversation_id.int + 1)
        records = await self._database.call(_LIST, shop_id, None, None, None, after, 1)
        found = [one for one in records if one["id"] == conversation_id]
        return _listed(found[0]) if found else None

    async def keep_searchable(self, shop_id: UUID, conversation_id: UUID) -> None:
        """Have one that has ended be found by what was added to it since."""
        await self._database.call(_KEEP, shop_id, conversation_id)


def _listed(record: asyncpg.Record) -> ListedConversation:
    agent_id, ended_at = record["agent_id"], record["ended_at"]
    return ListedConversation(
        id=record["id"],
        site_id=record["site_id"],
        channel=Channel(record["channel"]),
        status=Openness(record["status"]),
        customer=_customer(record),
        agent=None if agent_id is None else ListedAgent(id=agent_id, name=record["agent_name"]),
        started_at=from_datetime(record["started_at"]),
        ended_at=None if ended_at is None else from_datetime(ended_at),
        last_seq=record["last_seq"],
        epoch=record["epoch"],
        routing_version=record["routing_version"],
        preview=(record["preview"] or "")[:PREVIEW_MAX],
    )


def _customer(record: asyncpg.Record) -> CustomerRef | None:
    if record["customer_kind"] is None:
        return None
    return CustomerRef(
        kind=IdentityKind(record["customer_kind"]),
        value=record["customer_value"],
        verified=record["customer_verified"],
        name=record["customer_name"],
    )
