"""Conversations that change hands by somebody's word: picked, taken over, passed on."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from services.router.domain.commands import ConversationTaken, ConversationTransferred
from services.router.domain.effects import ConversationNow, Refused, Taken
from services.router.usecases import views
from services.router.usecases.ownership import Desk
from services.router.usecases.ports import Records
from services.router.usecases.serve_offers import ServeOffers
from shared.contracts import routing
from shared.kernel.errors import ErrorCode, RefusedError

WAITING_TOLD: Final = 100
"""Conversations of the line that are shown: more is no choice by hand."""

_SENTENCES: Final = {
    ErrorCode.NOT_FOUND: "There is nothing here.",
    ErrorCode.NOT_ASSIGNED: "This conversation is not assigned to you, or not any more.",
    ErrorCode.ALREADY_ENDED: "This conversation has ended already.",
    ErrorCode.AT_CAPACITY: "There is no room for this conversation.",
    ErrorCode.AGENT_GONE: "Nobody is given a conversation who is not connected and available.",
    ErrorCode.TRANSFER_LIMIT: "This conversation was passed on too often already.",
    ErrorCode.TAKEN: "A colleague has taken this conversation.",
}


class HandOver:
    """Each is one command and its committed answer; who may is said by the edge."""

    def __init__(self, desk: Desk, records: Records, offers: ServeOffers) -> None:
        self._desk = desk
        self._records = records
        self._offers = offers

    async def take(
        self, shop_id: UUID, agent_id: UUID, conversation_id: UUID, *, over: bool
    ) -> routing.OfferTaken:
        """Give a waiting conversation to an agent, or any to a supervisor (`over`).

        Raises:
            RefusedError: NOT_FOUND, ALREADY_ENDED, TAKEN with who has it, AT_CAPACITY, TRY_AGAIN.
        """
        command = ConversationTaken(conversation_id, agent_id, over=over)
        answer = await self._desk.post(shop_id, command)
        if isinstance(answer, Taken):
            return self._offers.taken(shop_id, answer.assignment, answer.conversation)
        code = answer.code if isinstance(answer, Refused) else ErrorCode.NOT_FOUND
        if code is not ErrorCode.TAKEN:
            raise _refused(code)
        row = await self._records.conversation(shop_id, conversation_id, None)
        name = row.agent_name if row is not None else None
        raise RefusedError(code, f"{name or 'A colleague'} has taken this conversation.")

    async def transfer(
        self,
        shop_id: UUID,
        conversation_id: UUID,
        wish: routing.Transfer,
        *,
        by: UUID | None,
        by_name: str,
    ) -> routing.RoutingState:
        """Pass a conversation on for its owner, or for a supervisor (`by` is None).

        Raises:
            RefusedError: NOT_FOUND, NOT_ASSIGNED, ALREADY_ENDED, AGENT_GONE, AT_CAPACITY, TAKEN,
                TRANSFER_LIMIT, TRY_AGAIN.
        """
        row = await self._records.conversation(shop_id, conversation_id, by)
        if row is None:
            raise _refused(ErrorCode.NOT_FOUND)
        if row.work is not None and wish.note:
            raise RefusedError(ErrorCode.INVALID_REQUEST, "Only a conversation can hold a note.")
        command = ConversationTransferred(
            conversation_id,
            by,
            by_name,
            to_agent=wish.to_agent,
            note=wish.note,
            to_queue=wish.to_queue,
        )
        answer = await self._desk.post(shop_id, command)
        if isinstance(answer, ConversationNow):
            return views.routing_state(answer.conversation)
        raise _refused(answer.code if isinstance(answer, Refused) else ErrorCode.NOT_FOUND)

    async def colleagues(self, shop_id: UUID, agent_id: UUID) -> routing.Colleagues:
        """Return whom an agent can pass a conversation on to, those who are free first."""
        rows = await self._records.colleagues(shop_id, agent_id)
        shown = [views.colleague(row) for row in rows]
        free_first = sorted(shown, key=lambda one: not one.free)
        return routing.Colleagues(colleagues=tuple(free_first))

    async def waiting(self, shop_id: UUID) -> routing.WaitingConversations:
        """Return who waits in a shop, the most urgent first."""
        rows = await self._records.waiting(shop_id, WAITING_TOLD)
        return routing.WaitingConversations(waiting=tuple(views.waiting(row) for row in rows))


def _refused(code: ErrorCode) -> RefusedError:
    return RefusedError(code, _SENTENCES[code])
