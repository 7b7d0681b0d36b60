"""Shows how a site looks to whoever has its key, which stands in a public page."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from services.gateway.domain.keys import read_site_key
from shared.contracts.sites import Appearance
from shared.kernel.errors import ErrorCode, RefusedError


class Looks(Protocol):
    """Where sites' looks are read."""

    async def look(self, shop_id: UUID, site_id: UUID, key: str) -> Appearance | None:
        """Return the look of an open site by a key in force; None: it opens nothing."""
        ...


async def show_appearance(site_key: str, looks: Looks) -> Appearance:
    """Return how the site of a key looks.

    Raises:
        RefusedError: NOT_FOUND, the same for a key that nobody has, an old one and a closed site.
    """
    named = read_site_key(site_key)
    look = await looks.look(named.shop_id, named.id, site_key) if named else None
    if look is None:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such site.")
    return look
