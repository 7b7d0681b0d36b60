"""What a wallboard shows, read in one short transaction."""

from __future__ import annotations

from uuid import UUID

from services.router.storage import rows
from services.router.storage.rows import AGENT_COLUMNS
from services.router.usecases.show_wallboard import Standings
from shared.kit.database import Database

_UNANSWERED = """
    SELECT * FROM router.conversations
    WHERE shop_id = :shop_id AND status <> 'ended'
        AND first_response_ms IS NULL AND held_until IS NULL
    ORDER BY respond_by, id LIMIT :limit
    """
_ASKED = """
    SELECT conversation_id, agent_id FROM router.offers
    WHERE shop_id = :shop_id AND status = 'pending' AND conversation_id = ANY (:ids)
    ORDER BY created_at, ordinal
    """
_COUNTS = """
    SELECT count(*) FILTER (WHERE first_response_ms IS NULL AND held_until IS NULL) AS unanswered,
        count(*) FILTER (WHERE first_response_ms IS NOT NULL AND agent_id IS NOT NULL) AS answered,
        count(*) FILTER (WHERE held_until IS NOT NULL AND kind IS NULL) AS held
    FROM router.conversations WHERE shop_id = :shop_id AND status <> 'ended'
    """
_AGENTS = f"""
    SELECT {AGENT_COLUMNS} FROM router.agents
    WHERE shop_id = :shop_id AND 'agent' = ANY (roles) ORDER BY name, id
    """  # noqa: S608  a literal of ours


class WallboardTables:
    """See `usecases.show_wallboard.ShopBoard`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standings(self, shop_id: UUID, limit: int) -> Standings:
        """Return a shop as it stands; at most so many unanswered conversations."""
        shop = {"shop_id": shop_id}
        async with self._database.read(shop_id) as tx:
            found = await tx.rows(_UNANSWERED, {**shop, "limit": limit})
            pending = await tx.rows(_ASKED, {**shop, "ids": [row["id"] for row in found]})
            (counts,) = await tx.rows(_COUNTS, shop)
            agents = await tx.rows(_AGENTS, shop)
        asked: dict[UUID, list[UUID]] = {}
        for row in pending:
            asked.setdefault(row["conversation_id"], []).append(row["agent_id"])
        return Standings(
            unanswered=[rows.read_conversation(row) for row in found],
            asked=asked,
            unanswered_count=counts["unanswered"],
            answered=counts["answered"],
            held=counts["held"],
            agents=[rows.read_agent(row) for row in agents],
        )
