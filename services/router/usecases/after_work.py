"""What is left to do of conversations that have ended: wrap-ups, and promises to keep."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from services.router.domain.commands import WorkCompleted, WrapUpDone
from services.router.domain.effects import ConversationNow, Refused
from services.router.domain.model import Conversation
from services.router.usecases import views, work_views
from services.router.usecases.ownership import Desk
from services.router.usecases.ports import Records
from shared.contracts import routing
from shared.kernel.clock import Clock
from shared.kernel.errors import ErrorCode, RefusedError

FOLLOW_UPS_TOLD: Final = 100

_SENTENCES: Final = {
    ErrorCode.NOT_FOUND: "There is nothing here.",
    ErrorCode.NOT_ASSIGNED: "This conversation has not ended, or was not yours.",
}


class AfterWork:
    """Each may be repeated without harm."""

    def __init__(self, desk: Desk, records: Records, clock: Clock) -> None:
        self.desk = desk
        self.records = records
        self._clock = clock

    async def done(
        self, shop_id: UUID, conversation_id: UUID, agent_id: UUID | None
    ) -> routing.RoutingState:
        """Give the capacity of an ended conversation back; without an agent: for a supervisor.

        Raises:
            RefusedError: NOT_FOUND, NOT_ASSIGNED, TRY_AGAIN.
        """
        await self._let_see(shop_id, conversation_id, agent_id)
        return views.routing_state(await self._post(shop_id, WrapUpDone(conversation_id, agent_id)))

    async def solve(
        self, shop_id: UUID, conversation_id: UUID, agent_id: UUID | None
    ) -> routing.FollowUpDue:
        """Note that a promise is kept.

        Raises:
            RefusedError: NOT_FOUND, TRY_AGAIN.
        """
        await self._let_see(shop_id, conversation_id, agent_id)
        row = await self.records.follow_up(shop_id, conversation_id)
        if row is None:
            raise _refused(ErrorCode.NOT_FOUND)
        solved = await self._post(shop_id, WorkCompleted(row.id, None))
        return work_views.follow_up(solved, self._clock.now())

    async def follow_ups(self, shop_id: UUID, agent_id: UUID | None) -> routing.FollowUps:
        """Return the promises to keep: an agent's own, or all of the shop."""
        now = self._clock.now()
        rows, overdue = await self.records.promised(shop_id, agent_id, now, FOLLOW_UPS_TOLD)
        shown = tuple(work_views.follow_up(row, now) for row in rows)
        return routing.FollowUps(follow_ups=shown, overdue=overdue)

    async def _let_see(self, shop_id: UUID, conversation_id: UUID, agent_id: UUID | None) -> None:
        if await self.records.conversation(shop_id, conversation_id, agent_id) is None:
            raise _refused(ErrorCode.NOT_FOUND)

    async def _post(self, shop_id: UUID, command: WrapUpDone | WorkCompleted) -> Conversation:
        answer = await self.desk.post(shop_id, command)
        if isinstance(answer, ConversationNow):
            return answer.conversation
        raise _refused(answer.code if isinstance(answer, Refused) else ErrorCode.NOT_FOUND)


def _refused(code: ErrorCode) -> RefusedError:
    return RefusedError(code, _SENTENCES[code])
