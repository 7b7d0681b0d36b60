"""Removes sessions whose customers said hello, wrote nothing and did not come back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final, Protocol
from uuid import UUID

from shared.kernel.clock import Instant, Millis

SILENT_MS: Final[Millis] = 24 * 3_600_000
"""A session without a word is kept for a day after its last hello: there is nothing to resume, and
a connection says hello twice a day at least (`CONNECTION_LIFE_MS`). One that was invited is
kept until the rule may invite it again."""
PAGE: Final = 1_000
FIRST: Final = UUID(int=0)


class SilentSessions(Protocol):
    """Finds and removes sessions without a conversation, of all shops."""

    async def remove_silent(
        self, after: UUID, before: Instant, limit: int
    ) -> tuple[UUID | None, int]:
        """Look at the next sessions by id whose last hello was before an instant.

        Returns the last one looked at, None when there is none, and how many were removed.
        """
        ...


async def sweep_sessions(store: SilentSessions, now: Instant) -> AsyncIterator[int]:
    """Go once through the sessions of all shops; yield after each page what it removed."""
    after: UUID | None = FIRST
    while after is not None:
        after, removed = await store.remove_silent(after, now - SILENT_MS, PAGE)
        yield removed
