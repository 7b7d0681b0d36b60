"""Ends sign-ins before they expire: one's own, all of one's own, all of another agent's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

from services.router.usecases.administration_ports import SignInBook
from shared.contracts.claims import Principal
from shared.kernel.errors import ErrorCode, RefusedError

Spread: TypeAlias = Callable[[], Awaitable[None]]
"""Has every node look at once who was signed out; on return this one knows. Never fails."""


class SignOut:
    """A token of what was ended is refused everywhere, within seconds, and its streams close."""

    def __init__(self, book: SignInBook, spread: Spread) -> None:
        self._book = book
        self._spread = spread

    async def here(self, caller: Principal) -> None:
        """End the sign-in that calls."""
        await self._book.end(caller)
        await self._spread()

    async def everywhere(self, caller: Principal) -> None:
        """End every sign-in of the agent who calls."""
        await self._book.end_own(caller)
        await self._spread()

    async def agent(self, caller: Principal, agent_id: UUID) -> None:
        """End every sign-in of an agent, for an administrator.

        Raises:
            RefusedError: NOT_FOUND, also for another shop's; NOT_SIGNED_IN.
        """
        if not await self._book.end_of(caller, agent_id):
            raise RefusedError(ErrorCode.NOT_FOUND, "There is no such agent.")
        await self._spread()
