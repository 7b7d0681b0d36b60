"""Keeps this router's leases: renews them, finds free shops, lets everything go at a stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.router.domain.leases import LEASE_MS, LeaseBook
from services.router.usecases.ownership import LeaseTables, NotOwnedError
from shared.kernel.clock import Clock, Instant

PIECE: Final = 8
"""Free shops asked for at once: what one commit may hold, and few enough that routers which look
at the same time share what a dead one leaves."""


class KeepLeases:
    """What this router believes to own; the belief ends by itself when renewing fails.

    The clock runs as PostgreSQL's does: it is this machine's, never one that a test holds still.
    """

    def __init__(self, tables: LeaseTables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock
        self._book = LeaseBook()
        self._renewed_at: Instant | None = None
        self._closed = False
        self.take_overs = 0
        """Leases taken that somebody else, or this router's forerunner, held before."""

    @property
    def owned(self) -> int:
        """Return how many shops are this router's."""
        return len(self._book)

    @property
    def renewing(self) -> bool:
        """Tell whether the last answer to a renewal is younger than a lease's life."""
        return self._renewed_at is not None and self._clock.now() < self._renewed_at + LEASE_MS

    def holds(self, shop_id: UUID) -> bool:
        """Tell whether a shop may be believed to be ours; asks nobody."""
        return self._book.holds(shop_id, self._clock.now())

    def asks(self) -> Instant:
        """Return the instant from which a lease asked for now is believed in.

        Raises:
            NotOwnedError: this router has let its leases go and takes none any more.
        """
        if self._closed:
            raise NotOwnedError
        return self._clock.now()

    def taken(self, shop_id: UUID, token: int, asked_at: Instant) -> None:
        """Note a lease that was given; the first token of a shop is 1."""
        if token > 1 and shop_id not in self._book:
            self.take_overs += 1
        self._book.taken(shop_id, token, asked_at)

    def lost(self, shop_id: UUID) -> None:
        """Note that another router owns a shop now."""
        self._book.forget(shop_id)

    async def begin(self) -> None:
        """End the leases that this router's id held before a kill.

        Raises:
            CommitFailedError: the tables cannot be reached; the leases run out.
        """
        await self._tables.release()

    async def renew(self) -> list[UUID]:
        """Renew every lease in one call; return the shops that another router has taken.

        Raises:
            CommitFailedError: the tables cannot be reached.
        """
        asked, asked_at = self._book.tokens, self._clock.now()
        given = await self._tables.renew(asked)
        self._renewed_at = asked_at
        return self._book.renewed(asked, given, asked_at)

    def lapse(self) -> list[UUID]:
        """Cease to believe in the leases that were not renewed in time; return their shops."""
        return self._book.lapse(self._clock.now())

    async def free(self) -> Sequence[UUID]:
        """Return at most PIECE shops that nobody owns.

        Raises:
            CommitFailedError: the tables cannot be reached.
        """
        return await self._tables.free(PIECE)

    async def release(self) -> None:
        """Let every lease go, so that others may take the shops at once; take none any more.

        Raises:
            CommitFailedError: the tables cannot be reached; the leases run out.
        """
        self._closed = True
        for shop_id in self._book.tokens:
            self._book.forget(shop_id)
        await self._tables.release()
