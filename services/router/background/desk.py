"""The one lane through which every command of this process reaches an engine."""

from __future__ import annotations

from collections.abc import Awaitable
from uuid import UUID

from services.router.domain.commands import Command
from services.router.domain.effects import Answer
from services.router.usecases.decide import Deciders, Order
from shared.kit.lanes import GroupLane


class LaneDesk:
    """Posts commands; the next group is whatever came while the last commit was in flight."""

    def __init__(self, deciders: Deciders) -> None:
        self._lane: GroupLane[Order, Answer] = GroupLane("router.decide", deciders.commit)

    def post(self, shop_id: UUID, command: Command) -> Awaitable[Answer]:
        """Put a command in line; awaiting it gives its answer after the commit."""
        return self._lane.post(Order(shop_id, command))

    async def run(self) -> None:
        """Decide until cancelled."""
        await self._lane.run()
