"""Makes a site of a shop: the key for its pages and the secret for its customer tokens."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from uuid import UUID

from services.gateway.domain.keys import site_key
from services.gateway.usecases.ports import NewSite, Site, SiteStore

KEY_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
KEY_LENGTH = 16
SECRET_BYTES = 32
"""RFC 7518, 3.2: an HS256 key has at least as many bits as the hash."""


async def create_site(
    store: SiteStore, *, shop_id: UUID, site_id: UUID, name: str, origins: Sequence[str]
) -> Site:
    """Make a site, or return the one that has this id in this shop already.

    Args:
        store: where sites are kept.
        shop_id: whose site it is.
        site_id: its id; the same id twice is the same site.
        name: for people.
        origins: the pages that may chat, such as https://shop.example; "*" allows every page.
    """
    site = Site(
        key=fresh_key(shop_id, site_id),
        customer_secret=fresh_secret(),
        origins=tuple(origin.lower() for origin in origins),
    )
    if await store.create(NewSite(site_id, shop_id, name, site)):
        return site
    existing = await store.find(shop_id, site_id)
    if existing is None:
        raise LookupError("this site id belongs to another shop")
    return existing


def fresh_key(shop_id: UUID, site_id: UUID) -> str:
    """Return a key of a site that it never had."""
    random_end = "".join(secrets.choice(KEY_ALPHABET) for _ in range(KEY_LENGTH))
    return site_key(shop_id, site_id, random_end)


def fresh_secret() -> str:
    """Return a secret for a site's customer tokens."""
    return secrets.token_urlsafe(SECRET_BYTES)
