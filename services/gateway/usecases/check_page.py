"""Tells at the handshake whether a page may chat for the site that its URL names.

It only turns away early: the hello asks again, with the site of that instant. So a yes may be kept
for a while, a no never is, and what is not known is let in to be told why.
"""

from __future__ import annotations

import hmac

from services.gateway.domain.keys import read_site_key
from services.gateway.domain.origins import origin_allowed
from services.gateway.usecases.ports import SiteFinder
from shared.kernel.clock import Clock, Instant, Millis

KEPT_MS: Millis = 60_000
PAGES_MAX = 5_000
"""Pages known at once, by site key and origin: 2 MB."""


class PageCheck:
    """Asks once a minute for each page of a site."""

    def __init__(self, sites: SiteFinder, clock: Clock) -> None:
        self._sites = sites
        self._clock = clock
        self._allowed: dict[tuple[str, str], Instant] = {}

    async def refuses(self, site_key: str, origin: str) -> bool:
        """Return whether this site is known, and does not have this page among its own."""
        now = self._clock.now()
        if self._allowed.get((site_key, origin), 0) > now:
            return False
        named = read_site_key(site_key)
        site = await self._sites.find(named.shop_id, named.id) if named else None
        keys = (site.key, site.old_key or "") if site else ()
        if site is None or not any(hmac.compare_digest(key, site_key) for key in keys):
            return False
        if not origin_allowed(origin, site.origins):
            return True
        if len(self._allowed) >= PAGES_MAX:
            self._allowed.clear()
        self._allowed[site_key, origin] = now + KEPT_MS
        return False
