"""Finds the sites and opens the sessions of every hello that came while the last ones were asked.

A hello by itself costs two calls of the database and a commit; a burst of them, after a node's
death, shares both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol, TypeAlias
from uuid import UUID

from services.gateway.usecases.ports import (
    OpenedSession,
    RefusedGroupError,
    SessionWish,
    Site,
    UnknownOutcomeError,
)
from shared.kernel.clock import Millis
from shared.kernel.errors import ErrorCode, RefusedError

RETRY_AFTER_MS: Final[Millis] = 1_000


class SiteWish(NamedTuple):
    """The site a hello names, and the session that it brings."""

    shop_id: UUID
    site_id: UUID
    session_id: UUID | None


class HelloStore(Protocol):
    """Answers many hellos by one call each; knows any number of shops."""

    async def find_all(self, wishes: Sequence[SiteWish]) -> Sequence[Site | None]:
        """Return each one's site, in order.

        Raises:
            RefusedGroupError: the database refused.
            UnknownOutcomeError: the database did not answer.
        """
        ...

    async def open_all(self, wishes: Sequence[SessionWish]) -> Sequence[OpenedSession | None]:
        """Go on with or begin each one's session, all in one transaction, in order.

        Raises:
            RefusedGroupError: nothing was done.
            UnknownOutcomeError: nobody knows.
        """
        ...


FoundSite: TypeAlias = Site | RefusedError | None
Opened: TypeAlias = OpenedSession | RefusedError | None


class FindSites:
    """The commit of the sites' lane; hellos of one site ask for it once."""

    def __init__(self, store: HelloStore) -> None:
        self._store = store

    async def __call__(self, wishes: Sequence[SiteWish]) -> Sequence[FoundSite]:
        """Answer each wish in order."""
        once = list(dict.fromkeys(wishes))
        try:
            found = dict(zip(once, await self._store.find_all(once), strict=True))
        except (RefusedGroupError, UnknownOutcomeError):
            return [_try_again()] * len(wishes)
        return [found[wish] for wish in wishes]


class OpenSessions:
    """The commit of the sessions' lane: one transaction, and one by one where that is refused.

    Whoever comes back as a customer who is known goes alone: that writes to the conversation, too,
    and a group would lock sessions and conversations in turns, which appends do not.
    """

    def __init__(self, store: HelloStore) -> None:
        self._store = store

    async def __call__(self, wishes: Sequence[SessionWish]) -> Sequence[Opened]:
        """Answer each wish in order."""
        answers: dict[int, Opened] = {}
        together = [place for place, wish in enumerate(wishes) if not _goes_alone(wish)]
        opened = await self._open([wishes[place] for place in together])
        answers |= zip(together, opened, strict=True)
        for place, wish in enumerate(wishes):
            if place not in answers:
                answers[place] = await self._alone(wish)
        return [answers[place] for place in range(len(wishes))]

    async def _open(self, wishes: Sequence[SessionWish]) -> Sequence[Opened]:
        if not wishes:
            return ()
        try:
            return await self._store.open_all(wishes)
        except UnknownOutcomeError:
            return [_try_again()] * len(wishes)
        except RefusedGroupError:
            return [await self._alone(wish) for wish in wishes]

    async def _alone(self, wish: SessionWish) -> Opened:
        try:
            (opened,) = await self._store.open_all([wish])
        except (RefusedGroupError, UnknownOutcomeError):
            return _try_again()
        return opened


def _goes_alone(wish: SessionWish) -> bool:
    return wish.session_id is not None and wish.customer is not None


def _try_again() -> RefusedError:
    return RefusedError(ErrorCode.TRY_AGAIN, "The service is busy.", retry_after_ms=RETRY_AFTER_MS)
