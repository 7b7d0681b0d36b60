"""Tells, at most once a second a shop, how its customers wait and how long yet; holds no truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol
from uuid import UUID

import structlog

from services.router.background.rounds import Rounds
from services.router.usecases.ports import Announcer, ShopWork
from shared.contracts import subjects
from shared.contracts.signs import WaitingLine, WaitRange
from shared.kit.bus.interface import Bus, BusError
from shared.kit.database_away import DatabaseAwayError

EVERY_S: Final = 1.0
AGAIN_EVERY: Final = 5
"""A line that does not move is told each so many rounds: somebody may have come back meanwhile."""
TOLD_MAX: Final = 500
"""Places told of one line: 16 KB. Whoever stands behind them is told nothing yet."""

log = structlog.get_logger()


class WaitGuesses(Protocol):
    """See `usecases.guess_waits.GuessWaits`."""

    def committed(self, work: ShopWork) -> None:
        """Learn from what is committed."""
        ...

    async def ranges(self, shop_id: UUID, line: Sequence[UUID]) -> tuple[WaitRange, ...]:
        """Return a range for each of the line, or none at all."""
        ...

    async def keep(self) -> None:
        """Write what was told first."""
        ...


class QueuePositions:
    """An Announcer before another one: notes which shops' lines moved, and tells them by itself.

    Args:
        after: whom everything committed is passed on to.
        waiting: a shop's waiting conversations, first served first; only asked once a second.
        waits: how long each of them waits yet.
        bus: carries the lines.
    """

    def __init__(
        self,
        after: Announcer,
        waiting: Callable[[UUID], Sequence[UUID]],
        waits: WaitGuesses,
        bus: Bus,
    ) -> None:
        self._after = after
        self._waiting = waiting
        self._waits = waits
        self._bus = bus
        self._moved: set[UUID] = set()
        self._standing: set[UUID] = set()
        self._rounds = Rounds(EVERY_S, AGAIN_EVERY)

    def committed(self, work: ShopWork) -> None:
        """See `Announcer.committed`."""
        self._after.committed(work)
        self._waits.committed(work)
        if any(effects.conversations_told for effects in work.effects):
            self._moved.add(work.shop_id)
            self._rounds.wake()

    async def run(self) -> None:
        """Tell what moved until cancelled: the first at once, then a round a second."""
        await self._rounds.run(self.tell, lambda: bool(self._standing))

    async def tell(self, *, again: bool = False) -> None:
        """Publish the lines that moved, and with `again` those that stand, too."""
        shops = self._moved | (self._standing if again else set())
        self._moved = set()
        for shop_id in shops:
            line = self._waiting(shop_id)
            if line or shop_id in self._standing:
                await self._publish(shop_id, line)
            (self._standing.add if line else self._standing.discard)(shop_id)
        try:
            await self._waits.keep()
        except DatabaseAwayError:
            log.warning("positions.guesses_not_kept")

    async def _publish(self, shop_id: UUID, line: Sequence[UUID]) -> None:
        named = tuple(line[:TOLD_MAX])
        try:
            waits = await self._waits.ranges(shop_id, named)
        except DatabaseAwayError:
            waits = ()
        told = WaitingLine(shop_id=shop_id, conversations=named, waiting=len(line), waits=waits)
        try:
            await self._bus.publish(subjects.WAITING_LINE, told.to_json())
        except BusError:  # the next round tells it again
            log.warning("positions.publish_failed")
