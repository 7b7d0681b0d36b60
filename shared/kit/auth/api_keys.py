"""API keys: a text shown once, a digest that is kept; whose key it is stands in the text."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from shared.kernel import ids
from shared.kernel.errors import ErrorCode, RefusedError

_SECRET_BYTES = 32
_ID = "([0-7][0-9a-hjkmnp-tv-z]{25})"
_PATTERN = re.compile(f"fa_{_ID}{_ID}_[0-9a-f]{{64}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What a text says before anything is looked up: the shop to look in, the key, the proof."""

    shop_id: UUID
    key_id: UUID
    digest: bytes = field(repr=False)


def new_api_key(shop_id: UUID, key_id: UUID) -> tuple[str, bytes]:
    """Return the text to show once and the SHA-256 digest to keep.

    A plain hash will do: the secret has 256 random bits, nobody can guess through it.
    """
    owner = ids.encode_bare(shop_id) + ids.encode_bare(key_id)
    text = f"fa_{owner}_{secrets.token_hex(_SECRET_BYTES)}"
    return text, _digest(text)


def parse_api_key(text: str) -> ApiKey:
    """Read a text that claims to be an API key; only its digest can prove it.

    Raises:
        RefusedError: NOT_SIGNED_IN, it is none of ours.
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise RefusedError(ErrorCode.NOT_SIGNED_IN, "This API key is not valid.")
    shop_id, key_id = ids.decode_bare(match[1]), ids.decode_bare(match[2])
    return ApiKey(shop_id, key_id, _digest(text))


def proves(key: ApiKey, kept_digest: bytes) -> bool:
    """Say whether the text behind the key is the one whose digest was kept; constant in time."""
    return hmac.compare_digest(key.digest, kept_digest)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
