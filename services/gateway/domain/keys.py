"""Site keys and session tokens: how they are laid out and told apart; makes no randomness itself.

Both carry the shop's id, because row-level security needs it before the first row can be read.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

from shared.kernel.ids import decode_bare, encode_bare

SITE_SECRET = re.compile("[0-9a-hjkmnp-tv-z]{16}")
"""A site key stands in a public page: its random end only keeps ids from being guessed."""
SESSION_SECRET = re.compile("[A-Za-z0-9_-]{43}")
"""32 random bytes in URL-safe base64: whoever holds them is the customer."""

_SITE_KEY = re.compile(rf"fk_(?P<shop>\w{{26}})(?P<id>\w{{26}}){SITE_SECRET.pattern}", re.ASCII)
_SESSION_TOKEN = re.compile(
    rf"fs_(?P<shop>\w{{26}})(?P<id>\w{{26}})_{SESSION_SECRET.pattern}", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Named:
    """The shop, and the site or session of it, that a key names but does not prove."""

    shop_id: UUID
    id: UUID


def site_key(shop_id: UUID, site_id: UUID, secret: str) -> str:
    """Return the key of a site; `secret` is 16 characters of the ids' alphabet."""
    return f"fk_{encode_bare(shop_id)}{encode_bare(site_id)}{secret}"


def session_token(shop_id: UUID, session_id: UUID, secret: str) -> str:
    """Return the token that resumes a session; `secret` is 43 characters of URL-safe base64."""
    return f"fs_{encode_bare(shop_id)}{encode_bare(session_id)}_{secret}"


def read_site_key(text: str) -> Named | None:
    """Return what a site key names, or None when it is laid out another way."""
    return _named(_SITE_KEY.fullmatch(text))


def read_session_token(text: str) -> Named | None:
    """Return what a session token names, or None when it is laid out another way."""
    return _named(_SESSION_TOKEN.fullmatch(text))


def digest(token: str) -> bytes:
    """Return what is stored of a session token: 32 random bytes need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def _named(match: re.Match[str] | None) -> Named | None:
    if match is None:
        return None
    try:
        return Named(decode_bare(match["shop"]), decode_bare(match["id"]))
    except ValueError:
        return None
