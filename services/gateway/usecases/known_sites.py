"""Remembers for a moment what was found of a site, so that a storm of hellos asks for it once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from services.gateway.usecases.greet_together import SiteWish
from services.gateway.usecases.ports import Site
from shared.kernel.clock import Clock, Instant, Millis

KEPT_MS: Final[Millis] = 200
"""How long after it was asked for a site holds: another node's change is not seen sooner, and
`cut_off` finds within five seconds whoever came in by it."""
SITES_MAX: Final = 1_000
"""Sites remembered at once; a site's row is a few hundred bytes."""


class KnownSites:
    """The SiteFinder of hellos. What is closed or unknown is asked for each time.

    `ask` finds a site and raises what a SiteFinder raises.
    """

    def __init__(self, ask: Callable[[SiteWish], Awaitable[Site | None]], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._kept: dict[tuple[UUID, UUID], tuple[Site, Instant]] = {}
        self._changes = 0

    async def find(
        self, shop_id: UUID, site_id: UUID, session_id: UUID | None = None
    ) -> Site | None:
        """See `SiteFinder.find`."""
        now, changes = self._clock.now(), self._changes
        site, until = self._kept.get((shop_id, site_id), (None, now))
        if now < until:
            return site
        site = await self._ask(SiteWish(shop_id, site_id, session_id))
        if site is not None and not site.closed and changes == self._changes:
            if len(self._kept) >= SITES_MAX:
                self._kept.clear()
            self._kept[shop_id, site_id] = (site, now + KEPT_MS)
        return site

    def forget(self) -> None:
        """Ask for every site anew: one was changed. What is being asked now is not kept, either."""
        self._changes += 1
        self._kept.clear()
