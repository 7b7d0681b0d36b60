"""Keeps what engines were told for a day, in batches and behind the commits, and reads it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from services.router.domain.journal import Journal, Piece, Recalled
from services.router.usecases.ports import CommitFailedError
from shared.kernel.clock import Clock, Instant, Millis

KEPT_MS: Final[Millis] = 86_400_000
"""As long as what was posted of the day before is still talked of; what stood holds customers'
names, so not longer than anybody asks."""

PRUNED_AFTER_MS: Final[Millis] = 600_000


@dataclass(frozen=True, slots=True)
class OwnJournal:
    """The journal of an engine of this router, and the token under which it owns the shop."""

    shop_id: UUID
    token: int
    journal: Journal


class JournalBook(Protocol):
    """The journals that are kept, of any router."""

    async def epoch(self, shop_id: UUID) -> int:
        """Return how often the shop's journals were erased.

        Raises:
            CommitFailedError: the tables cannot be reached.
        """
        ...

    async def keep(self, shop_id: UUID, token: int, epoch: int, piece: Piece) -> bool:
        """Keep a piece; false: the shop is another's by now, or was erased since that epoch.

        Raises:
            CommitFailedError: nothing is known of the outcome.
        """
        ...

    async def recall(self, shop_id: UUID, decision_id: UUID, at: Instant) -> Recalled | None:
        """Return what a decision made at an instant was made from, if that was kept.

        Raises:
            RefusedError: TRY_AGAIN, the tables cannot be reached.
        """
        ...

    async def prune(self, shops: Sequence[UUID], before: Instant) -> None:
        """Forget what ended before an instant.

        Raises:
            CommitFailedError: the tables cannot be reached.
        """
        ...


class KeepJournals:
    """Writes what the journals hand out. One at a time: `keep` never runs twice at once."""

    def __init__(
        self, journals: Callable[[], Iterable[OwnJournal]], book: JournalBook, clock: Clock
    ) -> None:
        self._journals = journals
        self._book = book
        self._clock = clock
        self._pruned_at: Instant = 0

    async def keep(self) -> None:
        """Keep what was noted since, and now and then forget what is old.

        What cannot be kept is handed out again the next time, for as long as it is remembered.
        """
        for own in tuple(self._journals()):
            if not own.journal.has_unkept:
                continue
            kept = False
            try:
                kept = await self._keep(own)
            except CommitFailedError:
                return  # logged where it failed, and would for the next one too
            finally:
                if not kept:  # or nobody knows: this may have been cancelled
                    own.journal.lost()
        now = self._clock.now()
        if now - self._pruned_at >= PRUNED_AFTER_MS:
            self._pruned_at = now
            await self._prune(now - KEPT_MS)

    async def _keep(self, own: OwnJournal) -> bool:
        # Before the pieces are taken: an erasure in between has them refused, and what is handed
        # out after one is of after it, as engines forget before the tables do.
        epoch = await self._book.epoch(own.shop_id)
        for piece in own.journal.unkept():
            if not await self._book.keep(own.shop_id, own.token, epoch, piece):
                return False
        return True

    async def _prune(self, before: Instant) -> None:
        shops = [own.shop_id for own in self._journals()]
        try:
            await self._book.prune(shops, before)
        except CommitFailedError:
            return  # and again in ten minutes
