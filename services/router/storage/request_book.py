"""Routing requests, read in short transactions; the engine's lane writes them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.router.domain.model import Conversation
from services.router.domain.needs import Languages
from services.router.storage.queue_accounts import ANYBODY_HAS
from services.router.storage.rows import read_conversation
from services.router.usecases.routing_requests import Wanted
from shared.kit.database import Database

_ONE = """
    SELECT * FROM router.conversations
    WHERE shop_id = :shop_id AND id = :id AND kind = 'routing_request'
    """
_PAGE = """
    SELECT * FROM router.conversations
    WHERE shop_id = :shop_id AND kind = 'routing_request'
        AND (CAST(:after AS uuid) IS NULL OR id > :after)
        AND (CAST(:status AS text) IS NULL OR status = :status)
        AND (CAST(:external_id AS text) IS NULL OR external_id = :external_id)
    ORDER BY id LIMIT :limit
    """
_QUEUE = """
    SELECT EXISTS (SELECT FROM router.queues
        WHERE shop_id = :shop_id AND id = :id AND retired_at IS NULL)
    """
_SPEAKS = """
    SELECT EXISTS (SELECT FROM router.agents
        WHERE shop_id = :shop_id AND deactivated_at IS NULL
            AND (languages = '{}' OR languages && CAST(:languages AS text[])))
    """
"""Who has no language named is asked in every one."""


class RequestRows:
    """See `usecases.routing_requests.RequestBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, shop_id: UUID, request_id: UUID) -> Conversation | None:
        """Return a routing request."""
        async with self._database.read(shop_id) as tx:
            row = await tx.row(_ONE, {"shop_id": shop_id, "id": request_id})
        return None if row is None else read_conversation(row)

    async def page(self, shop_id: UUID, wanted: Wanted) -> Sequence[Conversation]:
        """Return routing requests in the order in which they were made."""
        asked = {
            "shop_id": shop_id,
            "after": wanted.after,
            "limit": wanted.limit,
            "status": wanted.status,
            "external_id": wanted.external_id,
        }
        async with self._database.read(shop_id) as tx:
            return [read_conversation(row) for row in await tx.rows(_PAGE, asked)]

    async def has_queue(self, shop_id: UUID, queue_id: UUID) -> bool:
        """Tell whether there is a queue in use."""
        return await self._is_there(_QUEUE, shop_id, id=queue_id)

    async def anybody_has(self, shop_id: UUID, skill: str, level: int) -> bool:
        """Tell whether an active agent has a skill at least so well."""
        return await self._is_there(ANYBODY_HAS, shop_id, skill=skill, level=level)

    async def anybody_speaks(self, shop_id: UUID, languages: Languages) -> bool:
        """Tell whether an active agent would be asked in one of these languages."""
        return await self._is_there(_SPEAKS, shop_id, languages=list(languages))

    async def _is_there(self, statement: str, shop_id: UUID, **asked: object) -> bool:
        async with self._database.read(shop_id) as tx:
            found: bool = await tx.value(statement, {"shop_id": shop_id, **asked})
        return found
