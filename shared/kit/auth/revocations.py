"""The tokens a node refuses although they have not expired: a small set, asked for each second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Final, TypeAlias
from uuid import UUID

import structlog

from shared.contracts.claims import Principal
from shared.contracts.revocations import Revocation, RevocationPage
from shared.kernel.clock import Clock, Instant, Millis
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import SignInEnd

EVERY_S: Final = 1.0
"""LESSONS 26 gives five seconds: a lost publish costs one of them."""
FIRST_EVERY_S: Final = 0.1
"""A node that starts with the router is not kept waiting for a whole second."""
ASK_S: Final = 2.0
NEWS_MAX_MS: Final[Millis] = 5_000
"""A node that asked in vain for so long lets nobody in: it cannot know who was shut out."""
OVERLAP_MS: Final[Millis] = 30_000
"""A revocation is dated before its commit: no transaction of ours lives for so long."""

Ask: TypeAlias = Callable[[Instant], Awaitable[RevocationPage]]
"""Returns what was revoked since an instant; raises RefusedError when nobody can say."""

log = structlog.get_logger()


class Revocations:
    """What was revoked, as far as this node knows. No request waits for a look at it."""

    def __init__(self, ask: Ask, clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._of: dict[tuple[UUID, UUID], Revocation] = {}
        self._since: Instant = 0
        self._heard_at: Instant | None = None
        self._failing = self._complained = False
        self._began_at = clock.now()
        self._looking = asyncio.Lock()
        self._wake = asyncio.Event()
        self._callbacks: list[Callable[[], None]] = []

    def on_news(self, callback: Callable[[], None]) -> None:
        """Call back when something was revoked, and while nothing can be known."""
        self._callbacks.append(callback)

    def end_of(self, caller: Principal) -> SignInEnd | None:
        """Return why a caller's token is refused; None: it is not.

        Raises:
            RefusedError: TRY_AGAIN, nobody has told for NEWS_MAX_MS.
        """
        if self._is_deaf():
            raise RefusedError(
                ErrorCode.TRY_AGAIN,
                "Nobody can say right now whether this sign-in still stands; try again shortly.",
                retry_after_ms=1_000,
            )
        for subject in (caller.sign_in_id, caller.api_key_id):
            found = self._of.get((caller.shop_id, subject)) if subject else None
            if found is not None:
                return found.reason
        if caller.agent_id is None:
            return None
        of_agent = self._of.get((caller.shop_id, caller.agent_id))
        if of_agent is not None and caller.token_epoch < of_agent.token_epoch:
            return of_agent.reason
        return None

    def hurry(self) -> None:
        """Ask now: something was revoked, or publishes may have been lost."""
        self._wake.set()

    async def look(self) -> None:
        """Ask once; on return everything revoked before the call is known.

        Raises:
            RefusedError: nobody can say.
        """
        async with self._looking:
            try:
                async with asyncio.timeout(ASK_S):
                    await self._read_on()
            except BaseException:
                self._failing = True
                raise
            self._failing = self._complained = False
            self._heard_at = self._clock.now()

    async def run(self) -> None:
        """Ask each second, and whenever it hurries, until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self.look()
            except (RefusedError, TimeoutError):
                self._complain()
            if self._is_deaf():
                self._tell()
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S if self._heard_at else FIRST_EVERY_S):
                    await self._wake.wait()

    def _complain(self) -> None:
        """Log once that nobody tells; a router that starts together with this node is no news."""
        since = self._began_at if self._heard_at is None else self._heard_at
        if not self._complained and self._clock.now() - since > NEWS_MAX_MS:
            self._complained = True
            log.warning("revocations.unknown", deaf=self._is_deaf())

    def _is_deaf(self) -> bool:
        if self._heard_at is None:
            return True
        return self._failing and self._clock.now() - self._heard_at > NEWS_MAX_MS

    async def _read_on(self) -> None:
        since = self._since
        while True:
            page = await self._ask(since)
            self._take(page.revocations)
            if not page.more:
                break
            since = page.revocations[-1].revoked_at
        self._since = max(0, page.as_of - OVERLAP_MS)
        now = self._clock.now()
        self._of = {key: one for key, one in self._of.items() if one.until > now}

    def _take(self, revocations: Iterable[Revocation]) -> None:
        fresh = {(one.shop_id, one.subject): one for one in revocations}
        changed = any(self._of.get(key) != one for key, one in fresh.items())
        self._of |= fresh
        if changed:
            self._tell()

    def _tell(self) -> None:
        for callback in self._callbacks:
            callback()
