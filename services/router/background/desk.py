"""The lanes of a router: commands on their way to the engines, and questions for owners."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TypeAlias
from uuid import UUID

from services.router.domain.commands import Command
from services.router.domain.effects import Answer
from services.router.usecases.decide import Deciders
from services.router.usecases.ownership import LeaseTables, NotOwnedError, Order
from services.router.usecases.ports import CommitFailedError
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.lanes import RETRY_AFTER_MS, GroupLane

Foresee: TypeAlias = Callable[[UUID, Command], None]
"""Told of each command before its commit: what its effects will need can be fetched beside it."""


class LaneDesk:
    """Posts commands; the next group is whatever came while the last commit was in flight."""

    def __init__(self, deciders: Deciders, foresee: Foresee) -> None:
        self._lane: GroupLane[Order, Answer] = GroupLane("router.decide", deciders.commit)
        self._foresee = foresee

    def post(self, shop_id: UUID, command: Command) -> Awaitable[Answer]:
        """Put a command in line; awaiting it gives its answer after the commit."""
        self._foresee(shop_id, command)
        return self._lane.post(Order(shop_id, command))

    async def note(self, shop_id: UUID, command: Command) -> None:
        """Post what nobody waits for: where it is refused it is left undone."""
        with suppress(RefusedError, NotOwnedError):
            await self.post(shop_id, command)

    async def run(self) -> None:
        """Decide until cancelled."""
        await self._lane.run()


class OwnersLane:
    """Looks leases up; the next look is for every shop asked about while the last was in flight."""

    def __init__(self, tables: LeaseTables) -> None:
        self._tables = tables
        self._lane: GroupLane[UUID, UUID | None] = GroupLane("router.owners", self._look)

    async def holder(self, shop_id: UUID) -> UUID | None:
        """Return the other router that holds a shop's lease; None: whoever asks may take it."""
        return await self._lane.submit(shop_id)

    async def run(self) -> None:
        """Look until cancelled."""
        await self._lane.run()

    async def _look(self, shops: Sequence[UUID]) -> Sequence[UUID | Exception | None]:
        try:
            holder_of = await self._tables.holders(frozenset(shops))
        except CommitFailedError:
            sentence = "Nobody can say who routes this shop right now."
            refusal = RefusedError(ErrorCode.TRY_AGAIN, sentence, retry_after_ms=RETRY_AFTER_MS)
            return [refusal] * len(shops)
        return [holder_of.get(shop_id) for shop_id in shops]
