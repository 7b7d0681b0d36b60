"""Reads conversations and how far they reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.gateway.storage.rows import item_of
from services.gateway.usecases.ports import StoredPage
from shared.contracts.items import Item
from shared.kit.database import Database
from shared.kit.shares import shares

LEFT_OVER_MAX = 200
"""Items of earlier conversations in one welcome; the present conversation is told without limit."""
AGENT_ITEMS_MAX = 200
"""Newest items of one conversation in an agent's snapshot; the rest is a page away."""
AGENTS_MAX = 1_000
"""Agents in one question."""

_PAGE = "SELECT last_seq, epoch, item FROM gateway.read_items($1, $2, $3, $4)"
_LEFT_OVER = "SELECT * FROM gateway.read_left_over($1, $2, $3, $4, $5, $6)"
_REACH = "SELECT conversation_id, last_seq FROM gateway.reach_of($1::uuid[], $2::uuid[])"
_OF_SESSION = """
    SELECT last_seq FROM gateway.conversations WHERE id = :id AND session_id = :session_id
    """
_SERVES = "SELECT true FROM gateway.conversations WHERE id = :id AND agent_id = :agent_id"
_OF_AGENT = """
    SELECT i.* FROM gateway.conversations AS c
    JOIN gateway.items AS i ON i.conversation_id = c.id AND i.seq > c.last_seq - :newest
    WHERE c.agent_id = :agent_id AND c.status = 'open'
    ORDER BY c.started_at, c.id, i.seq
    """

_REACH_OF_AGENTS = """
    SELECT agent_id, id, last_seq FROM gateway.conversations
    WHERE agent_id = ANY (:agent_ids) AND status = 'open'
    """


class PostgresItems:
    """The ItemStore and AgentReach on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, shop_id: UUID, conversation_id: UUID, after_seq: int, limit: int
    ) -> StoredPage | None:
        """See `ItemStore.page`."""
        records = await self._database.call(_PAGE, shop_id, conversation_id, after_seq, limit)
        if not records:
            return None
        items = tuple(item_of(record["item"]) for record in records if record["item"] is not None)
        return StoredPage(
            items=items,
            through_seq=items[-1].seq if items else after_seq,
            last_seq=records[0]["last_seq"],
            epoch=records[0]["epoch"],
        )

    async def left_over(
        self, shop_id: UUID, session_id: UUID, named_id: UUID, after_seq: int, latest_id: UUID
    ) -> tuple[Item, ...]:
        """See `ItemStore.left_over`."""
        records = await self._database.call(
            _LEFT_OVER, shop_id, session_id, named_id, after_seq, latest_id, LEFT_OVER_MAX
        )
        return tuple(item_of({**record}) for record in records)

    async def reach_in_session(
        self, shop_id: UUID, session_id: UUID, conversation_id: UUID
    ) -> int | None:
        """See `ItemStore.reach_in_session`."""
        async with self._database.read(shop_id) as tx:
            asked = {"session_id": session_id, "id": conversation_id}
            last_seq: int | None = await tx.value(_OF_SESSION, asked)
        return last_seq

    async def serves(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> bool:
        """See `ItemStore.serves`."""
        async with self._database.read(shop_id) as tx:
            asked = {"agent_id": agent_id, "id": conversation_id}
            return bool(await tx.value(_SERVES, asked))

    async def of_agent(self, shop_id: UUID, agent_id: UUID) -> tuple[Item, ...]:
        """See `ItemStore.of_agent`."""
        async with self._database.read(shop_id) as tx:
            rows = await tx.rows(_OF_AGENT, {"agent_id": agent_id, "newest": AGENT_ITEMS_MAX})
        return tuple(item_of({**row}) for row in rows)

    async def reach(
        self, shop_ids: Sequence[UUID], conversation_ids: Sequence[UUID]
    ) -> Mapping[UUID, int]:
        """See `ItemStore.reach`."""
        records = await self._database.call(_REACH, list(shop_ids), list(conversation_ids))
        return {record["conversation_id"]: record["last_seq"] for record in records}

    async def reach_of_agents(
        self, shop_of: Mapping[UUID, UUID]
    ) -> Sequence[tuple[UUID, UUID, int]]:
        """See `AgentReach.reach_of_agents`."""
        found: list[tuple[UUID, UUID, int]] = []
        for shops, agents in shares(shop_of, AGENTS_MAX):
            async with self._database.read(*shops) as tx:
                rows = await tx.rows(_REACH_OF_AGENTS, {"agent_ids": agents})
            found += [(row["agent_id"], row["id"], row["last_seq"]) for row in rows]
        return found
