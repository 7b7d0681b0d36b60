"""Shows what came of a site's invitations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Final, Never, Protocol
from uuid import UUID

from shared.contracts.claims import Principal
from shared.contracts.invitations import InvitationCounts, RuleCounts
from shared.contracts.sites import Site
from shared.kernel.clock import Clock, to_datetime
from shared.kernel.errors import ErrorCode, RefusedError

DAYS_DEFAULT: Final = 30
DAYS_MAX: Final = 400
"""A year and a month, to compare one month with the same one of the year before."""


class InvitationBook(Protocol):
    """Where invitations are counted."""

    async def counts(
        self, shop_id: UUID, site_id: UUID, first: date, last: date
    ) -> Sequence[RuleCounts]:
        """Count what was opened on these days, UTC, both included, rule by rule."""
        ...


class CountInvitations:
    """Counts for whoever may read the site."""

    def __init__(
        self,
        show: Callable[[Principal, UUID], Awaitable[Site]],
        book: InvitationBook,
        clock: Clock,
    ) -> None:
        self._show = show
        self._book = book
        self._clock = clock

    async def __call__(
        self, caller: Principal, site_id: UUID, first: date | None, last: date | None
    ) -> InvitationCounts:
        """Count from one day to another, or of the last 30 days.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's site; INVALID_REQUEST, for days that
                end before they begin or are too many.
        """
        site = await self._show(caller, site_id)
        last = last or to_datetime(self._clock.now()).date()
        first = first or max(date.min + timedelta(DAYS_DEFAULT), last) - timedelta(DAYS_DEFAULT - 1)
        if not 0 <= (last - first).days < DAYS_MAX:
            _refuse(f"from_day comes before to_day, by less than {DAYS_MAX} days.")
        rules = await self._book.counts(caller.shop_id, site.id, first, last)
        return InvitationCounts(site_id=site.id, from_day=first, to_day=last, rules=tuple(rules))


def _refuse(detail: str) -> Never:
    raise RefusedError(ErrorCode.INVALID_REQUEST, detail)
