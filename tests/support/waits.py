"""Where told waits are kept, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.router.domain.waits import Guess, Pace
from services.router.usecases.guess_waits import PastWaits, ToldWait
from shared.kernel.clock import Millis


class MemoryWaitBook:
    """A WaitBook with a past of its own for each shop."""

    def __init__(self, past: Mapping[UUID, Sequence[tuple[Guess, Millis]]] | None = None) -> None:
        self.kept: list[ToldWait] = []
        self._past = past or {}

    async def keep(self, told: Mapping[UUID, Sequence[ToldWait]]) -> None:
        for some in told.values():
            self.kept += some

    async def past(self, shop_id: UUID, limit: int) -> PastWaits:
        answers = self._past.get(shop_id, ())[-limit:]
        return PastWaits(Pace(900, 100) if answers else None, answers)


EXACT = [(Guess(1_000), 1_000)] * 50
"""A past in which every answer came when it was expected."""
