"""Takes other routers' commands for the shops that are this router's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from services.router.usecases.command_forms import to_order, to_outcome
from services.router.usecases.ownership import OwnDesk
from services.router.usecases.route_commands import Holds, post_all
from shared.contracts import subjects
from shared.contracts.commands import (
    CommandAnswers,
    CommandBatch,
    CommandOutcome,
    CommandVerdict,
)
from shared.kit.bus.interface import Bus

UNREADABLE = CommandOutcome(verdict=CommandVerdict.UNREADABLE)
NOT_OWNER = CommandOutcome(verdict=CommandVerdict.NOT_OWNER)


@asynccontextmanager
async def taking_commands(
    bus: Bus, router_id: UUID, desk: OwnDesk, holds: Holds
) -> AsyncIterator[None]:
    """Serve this router's own subject while the block runs."""
    server = await bus.serve(subjects.router_commands(router_id), _CommandServer(desk, holds).take)
    try:
        yield
    finally:
        await server.close()


class _CommandServer:
    """Answers each command of a batch; takes no shop on the way, its asker may do that."""

    def __init__(self, desk: OwnDesk, holds: Holds) -> None:
        self._desk = desk
        self._holds = holds

    async def take(self, raw: bytes) -> bytes:
        """Return the CommandAnswers of a CommandBatch."""
        commands = CommandBatch.model_validate_json(raw).commands
        orders = [to_order(one) for one in commands]
        outcomes = [UNREADABLE if order is None else NOT_OWNER for order in orders]
        mine = [
            (place, order)
            for place, order in enumerate(orders)
            if order is not None and self._holds(order.shop_id)
        ]
        done = await post_all(self._desk, [order for _, order in mine])
        for (place, _), outcome in zip(mine, done, strict=True):
            outcomes[place] = to_outcome(outcome)
        return CommandAnswers(outcomes=tuple(outcomes)).to_json()
