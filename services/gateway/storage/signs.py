"""Keeps how far the two parties of conversations received and read, by one statement a group."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.gateway.storage.failures import sorted_failures
from services.gateway.usecases.pass_signs import Noted, SignRow
from shared.contracts.signs import Receipt
from shared.kit.database import Database

_NOTE = """
    SELECT * FROM gateway.note_signs($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[])
    """
_OF_AGENT = """
    SELECT r.conversation_id, r.received_seq, r.read_seq FROM gateway.conversations AS c
    JOIN gateway.receipts AS r ON r.conversation_id = c.id AND r.party = 'customer'
    WHERE c.agent_id = :agent_id AND c.status = 'open'
    ORDER BY r.conversation_id
    """


class PostgresSigns:
    """The SignStore on PostgreSQL, and the receipts of an agent's snapshot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, rows: Sequence[SignRow]) -> Sequence[Noted | None]:
        """See `SignStore.note`."""
        with sorted_failures():
            records = await self._database.call(
                _NOTE,
                [row.shop_id for row in rows],
                [row.conversation_id for row in rows],
                [row.agent_id for row in rows],
                [max(row.received_seq, row.read_seq) for row in rows],
                [row.read_seq for row in rows],
            )
        noted = {record["ord"]: _noted(record) for record in records}
        return [noted.get(place) for place in range(1, len(rows) + 1)]

    async def of_agent(self, shop_id: UUID, agent_id: UUID) -> tuple[Receipt, ...]:
        """Return how far the customers of the open conversations an agent serves received."""
        async with self._database.read(shop_id) as tx:
            rows = await tx.rows(_OF_AGENT, {"agent_id": agent_id})
        return tuple(Receipt(**row) for row in rows)


def _noted(record: asyncpg.Record) -> Noted:
    told = {**record}
    del told["ord"]
    return Noted(**told)
