"""Erases what the router keeps of one customer, and tells of it.

Conversations keep their rows, times and figures, which reports are made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from services.router.domain.commands import CustomerErased
from services.router.usecases.ownership import Desk
from shared.contracts.privacy import (
    EraseAnswer,
    ErasureWait,
    ExportAnswer,
    ExportAsked,
    PersonAsked,
)
from shared.kernel.errors import ErrorCode, RefusedError


class PersonRows(Protocol):
    """The tables, by the conversations that are a person's."""

    async def unsent(self, asked: PersonAsked) -> bool:
        """Tell whether events of these conversations are still on their way."""
        ...

    async def promised(self, asked: PersonAsked) -> Sequence[UUID]:
        """Return the follow-ups of these conversations."""
        ...

    async def erase(self, asked: PersonAsked) -> dict[str, int]:
        """Erase what no engine writes: bodies of webhooks, answers kept by key, promised words."""
        ...

    async def export(self, asked: ExportAsked) -> ExportAnswer:
        """Return some of what is kept of a person."""
        ...


async def erase_person(rows: PersonRows, desk: Desk, asked: PersonAsked) -> EraseAnswer:
    """Erase a person; may be repeated without harm.

    The engines forget first: what they told until then may be on its way, and is waited for.

    Raises:
        RefusedError: TRY_AGAIN, ROUTING_UNAVAILABLE.
    """
    try:
        for conversation_id in (*asked.conversation_ids, *await rows.promised(asked)):
            await desk.post(asked.shop_id, CustomerErased(conversation_id))
    except RefusedError as refusal:
        if refusal.code is not ErrorCode.NOT_FOUND:  # a shop that routes nothing has no engine
            raise
    if await rows.unsent(asked):
        return EraseAnswer(waits_for=ErasureWait.EVENTS_UNDER_WAY)
    erased = await rows.erase(asked)
    return EraseAnswer(erased={"conversations": len(asked.conversation_ids), **erased})
