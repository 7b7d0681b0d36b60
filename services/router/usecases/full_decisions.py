"""Makes a decision again with every agent who could have been asked, where its shop is owned."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from services.router.domain.effects import DecisionRecord
from services.router.domain.journal import Recalled, make_again
from services.router.domain.policy import POLICY_NAME, POLICY_VERSION
from services.router.domain.state import CANDIDATES_TOLD
from services.router.usecases.decision_views import decision
from services.router.usecases.ports import Records
from shared.contracts.decisions import Decision
from shared.kernel.clock import Instant, Millis
from shared.kernel.errors import ErrorCode, RefusedError

Recall: TypeAlias = Callable[[UUID, UUID], Recalled | None]
"""What a decision of a shop of ours was made from, if that is kept still."""
Make: TypeAlias = Callable[[Recalled], DecisionRecord]
Aside: TypeAlias = Callable[[Make, Recalled], Awaitable[DecisionRecord]]
"""Does a calculation where it keeps nobody waiting."""
RecallKept: TypeAlias = Callable[[UUID, UUID, Instant], Awaitable[Recalled | None]]
"""What a decision of any shop, made at an instant, was made from, if the tables have it."""

RULES: Final = f"{POLICY_NAME}/{POLICY_VERSION}"
"""By others the same inputs are decided otherwise."""

_OTHER_RULES: Final = "It was made by the rules of another release; its best five are kept."
_NOT_KEPT: Final = (
    "What it was made from is not kept: it is more than a day old, a customer was erased since, or "
    "its router died before that was written. Its best five are kept."
)

WAIT_MS: Final[Millis] = 5_000
"""Another router makes one decision again at a time, and others may ask, too."""


class Whereabouts(Protocol):
    """Whose a shop is."""

    async def find(self, shop_id: UUID) -> UUID | None:
        """Return the other router that owns a shop; None: we do, or nobody does.

        Raises:
            RefusedError: TRY_AGAIN, nobody can say.
        """
        ...


class OtherJournals(Protocol):
    """The journals of other routers."""

    async def ask(
        self, router_id: UUID, shop_id: UUID, decision_id: UUID, wait_ms: Millis
    ) -> Decision | None:
        """Return a decision made again; None: that router has nothing of it.

        Raises:
            RefusedError: TRY_AGAIN, it gave no answer.
        """
        ...


class OwnJournals:
    """Makes decisions again in this router, one at a time.

    From the journals of its engines, and from what routers have kept in the tables.
    """

    def __init__(self, recall: Recall, recall_kept: RecallKept, aside: Aside) -> None:
        self._recall = recall
        self._recall_kept = recall_kept
        self._aside = aside
        self._turn = asyncio.Lock()

    async def make(self, shop_id: UUID, decision_id: UUID) -> Decision | None:
        """Return a decision made again; None: what it was made from is not kept here."""
        recalled = self._recall(shop_id, decision_id)
        return None if recalled is None else await self._make(recalled)

    async def make_of_kept(self, shop_id: UUID, told: Decision) -> Decision | None:
        """Return a decision made again from the tables; None: they do not have it.

        Raises:
            RefusedError: TRY_AGAIN, the tables cannot be reached.
        """
        recalled = await self._recall_kept(shop_id, told.id, told.decided_at)
        return None if recalled is None else await self._make(recalled)

    async def _make(self, recalled: Recalled) -> Decision:
        async with self._turn:
            return decision(await self._aside(make_again, recalled))


class FullDecisions:
    """Shows a decision to supervisors with all who were weighed, and never one that differs."""

    def __init__(
        self, records: Records, own: OwnJournals, where: Whereabouts, others: OtherJournals
    ) -> None:
        self._records = records
        self._own = own
        self._where = where
        self._others = others

    async def show(self, shop_id: UUID, conversation_id: UUID, decision_id: UUID) -> Decision:
        """Return a committed decision with the whole list in place of the best five.

        Raises:
            RefusedError: NOT_FOUND, there is no such decision about this conversation;
                DECISION_TOO_OLD, no journal has it, or it was made by other rules; TRY_AGAIN.
            LookupError: it was made otherwise this time, which is a defect.
        """
        rows = await self._records.decisions(shop_id, conversation_id)
        told = next((decision(row) for row in rows if row.id == decision_id), None)
        if told is None:
            raise RefusedError(ErrorCode.NOT_FOUND, "There is nothing here.")
        if told.policy.partition(".")[0] != RULES:
            raise RefusedError(ErrorCode.DECISION_TOO_OLD, _OTHER_RULES)
        made = await self._made(shop_id, told)
        if made is None:
            raise RefusedError(ErrorCode.DECISION_TOO_OLD, _NOT_KEPT)
        if made.candidates[:CANDIDATES_TOLD] != told.candidates:
            raise LookupError("a decision made again is another one")
        return told.model_copy(update={"candidates": made.candidates})

    async def _made(self, shop_id: UUID, told: Decision) -> Decision | None:
        """Make it where it costs least: the owner's memory is nearest, and its time dearest."""
        there = await self._where.find(shop_id)
        if there is None:
            own = await self._own.make(shop_id, told.id)
            return own or await self._own.make_of_kept(shop_id, told)
        kept = await self._own.make_of_kept(shop_id, told)
        return kept or await self._others.ask(there, shop_id, told.id, WAIT_MS)
