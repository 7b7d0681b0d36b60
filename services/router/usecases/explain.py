"""Shows a conversation's routing and the decisions behind it to who may see it."""

from __future__ import annotations

from uuid import UUID

from services.router.usecases import decision_views, views
from services.router.usecases.full_decisions import FullDecisions
from services.router.usecases.ports import Records
from shared.contracts import routing
from shared.contracts.decisions import Decision, DecisionPage
from shared.kernel.errors import ErrorCode, RefusedError


class Explain:
    """Reads only. An agent sees what was offered to that agent once, a supervisor everything."""

    def __init__(self, records: Records, full: FullDecisions) -> None:
        self._records = records
        self.full = full

    async def conversation(
        self, shop_id: UUID, conversation_id: UUID, seen_by: UUID | None
    ) -> routing.RoutingState:
        """Return a conversation's routing state.

        Raises:
            RefusedError: NOT_FOUND, also for one that is not the caller's to see.
        """
        row = await self._records.conversation(shop_id, conversation_id, seen_by)
        if row is None:
            raise RefusedError(ErrorCode.NOT_FOUND, "There is nothing here.")
        return views.routing_state(row)

    async def decisions(
        self, shop_id: UUID, conversation_id: UUID, seen_by: UUID | None
    ) -> DecisionPage:
        """Return every decision about a conversation, oldest first.

        Raises:
            RefusedError: NOT_FOUND, also for one that is not the caller's to see.
        """
        await self.conversation(shop_id, conversation_id, seen_by)
        rows = await self._records.decisions(shop_id, conversation_id)
        return DecisionPage(decisions=tuple(decision_views.decision(row) for row in rows))

    async def decision(
        self, shop_id: UUID, conversation_id: UUID, seen_by: UUID | None, decision_id: UUID
    ) -> Decision:
        """Return one decision about a conversation.

        Raises:
            RefusedError: NOT_FOUND, also for a conversation that is not the caller's to see.
        """
        page = await self.decisions(shop_id, conversation_id, seen_by)
        for one in page.decisions:
            if one.id == decision_id:
                return one
        raise RefusedError(ErrorCode.NOT_FOUND, "There is nothing here.")
