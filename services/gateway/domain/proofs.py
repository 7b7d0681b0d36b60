"""What proved who a customer is, and whether that is in force still; holds no secret."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """What a site's customers may be proved by: secrets, by their digests, and public keys.

    Attributes:
        secret_proofs: the digests of the secrets in force.
        jwks: a set of public keys (RFC 7517).
        jwks_url: where such a set is read; never beside `jwks`.
        issuer, audience: what tokens of those keys must say; None: nothing.
    """

    secret_proofs: tuple[bytes, ...] = ()
    jwks: Mapping[str, Any] | None = None
    jwks_url: str | None = None
    issuer: str | None = None
    audience: str | None = None


KeysInForce: TypeAlias = Callable[[SiteKeys], Collection[bytes] | None]
"""The proofs of the public keys; None: they are not known here, and nothing is held against any."""


def secret_proof(secret: str) -> bytes:
    """Return what a secret is known by to whoever must not hold it."""
    return hashlib.sha256(secret.encode()).digest()


def is_proved(proof: bytes | None, keys: SiteKeys, in_force: KeysInForce) -> bool:
    """Return whether what proved a customer is in force still; an anonymous one needs nothing."""
    if proof is None or proof in keys.secret_proofs:
        return True
    public = in_force(keys)
    return public is None or proof in public
