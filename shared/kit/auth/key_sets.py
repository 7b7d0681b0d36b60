"""A shop's public keys (a JSON Web Key Set, RFC 7517), and what tokens under them say.

A key decides which algorithm a token under it may have; a token decides nothing. So there is no
`none`, and a public key is never taken for the secret of an HMAC.
"""

from __future__ import annotations

import base64
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from shared.kernel.clock import Instant
from shared.kit.auth.customer_tokens import (
    TOKEN_MAX,
    CustomerClaims,
    claims_of,
    refuse_token,
)

KEYS_MAX: Final = 20
"""Keys of one set: a shop has one, and two while it rotates; an identity provider some more."""
RSA_MIN_BITS: Final = 2_048
"""RFC 7518, 3.3."""
RSA_MAX_BITS: Final = 8_192
"""A longer one only makes each verification slow."""

_Key: TypeAlias = RSAKey | ECKey | OKPKey
_MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What parsing hostile text may raise: the library reads a header before it knows its shape."""
_ALGORITHMS: Mapping[tuple[str, str | None], tuple[str, ...]] = {
    ("RSA", None): ("RS256",),
    ("EC", "P-256"): ("ES256",),
    ("OKP", "Ed25519"): ("Ed25519", "EdDSA"),  # one algorithm: RFC 9864 and the name before it
}
"""(kty, crv) -> what a token under such a key may call its algorithm."""


class BadKeySetError(ValueError):
    """The set cannot be used; the text is one sentence that holds nothing of the set."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key that verifies.

    Attributes:
        kid: its name in the set, if it has one.
        algorithms: the names of its one algorithm.
        proof: its thumbprint (RFC 7638), which it is known by whatever it is called.
    """

    kid: str | None
    key: _Key
    algorithms: tuple[str, ...]
    proof: bytes


class KeySet:
    """The keys of one shop that can verify."""

    def __init__(self, keys: tuple[PublicKey, ...]) -> None:
        self._keys = keys

    @property
    def proofs(self) -> frozenset[bytes]:
        """Return what its keys are known by."""
        return frozenset(one.proof for one in self._keys)

    def has(self, kid: str | None) -> bool:
        """Return whether a token that names this key can be judged by this set."""
        return any(True for _ in self._named(kid))

    def verify(
        self, token: str, now: Instant, *, issuer: str | None = None, audience: str | None = None
    ) -> tuple[CustomerClaims, bytes]:
        """Return what the shop says of its customer, and the proof of the key it said it with.

        Args:
            token: the text.
            now: the time.
            issuer: what `iss` must be; None: anything.
            audience: what `aud` must be or hold; None: anything.

        Raises:
            RefusedError: BAD_CUSTOMER_TOKEN, the same for every token that is not good now.
        """
        for one in self._named(kid_of(token)):
            payload = _verified(token, one)
            if payload is not None:
                return claims_of(payload, now, issuer=issuer, audience=audience), one.proof
        return refuse_token()

    def _named(self, kid: str | None) -> Iterator[PublicKey]:
        """Yield the keys of this name; a token that names none is judged by a set of one key."""
        if kid is None:
            yield from self._keys if len(self._keys) == 1 else ()
        else:
            yield from (one for one in self._keys if one.kid == kid)


def kid_of(token: str) -> str | None:
    """Return the key that a token names; None: it names none, or cannot be read."""
    if len(token) > TOKEN_MAX:
        return None
    try:
        kid = jws.extract_compact(token.encode("ascii")).headers().get("kid")
    except _MALFORMED:
        return None
    return kid if isinstance(kid, str) else None


def read_key_set(document: object) -> KeySet:
    """Return the keys of a set that can verify customer tokens; others are left out.

    Raises:
        BadKeySetError: it is no key set, holds a private or secret key, too many, or none to use.
    """
    entries = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(entries, list):
        raise BadKeySetError("a key set is a JSON object with a list of keys")
    if len(entries) > KEYS_MAX:
        raise BadKeySetError(f"a key set has {KEYS_MAX} keys at most")
    if any(isinstance(one, Mapping) and ("d" in one or "k" in one) for one in entries):
        raise BadKeySetError("a key set must hold public keys only: this one shows a secret")
    keys = tuple(key for one in entries if (key := _key(one)) is not None)
    if not keys:
        raise BadKeySetError("no key of the set is for RS256, ES256 or Ed25519 signatures")
    return KeySet(keys)


def key_set_fault(document: object) -> str | None:
    """Return why a set cannot be used, or None when it can."""
    try:
        read_key_set(document)
    except BadKeySetError as fault:
        return str(fault)
    return None


def _key(entry: Any) -> PublicKey | None:
    if not isinstance(entry, Mapping) or entry.get("use", "sig") != "sig":
        return None
    uses = entry.get("key_ops", ["verify"])
    if not isinstance(uses, list) or "verify" not in uses:
        return None
    algorithms = _algorithms_of(entry.get("kty"), entry.get("crv"))
    if algorithms is None or entry.get("alg", algorithms[0]) not in algorithms:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # sizes are looked at here
            key = _imported(dict(entry))
        thumbprint = key.thumbprint()
    except _MALFORMED:
        return None
    kid = entry.get("kid")
    proof = base64.urlsafe_b64decode(thumbprint + "=" * (-len(thumbprint) % 4))
    return PublicKey(kid if isinstance(kid, str) else None, key, algorithms, proof)


def _algorithms_of(kty: object, crv: object) -> tuple[str, ...] | None:
    """Return what tokens under such a key may say; whoever wrote the set wrote any JSON there."""
    if isinstance(kty, str) and isinstance(crv, str | None):
        return _ALGORITHMS.get((kty, crv))
    return None


def _imported(entry: dict[str, Any]) -> _Key:
    if entry["kty"] != "RSA":
        return (ECKey if entry["kty"] == "EC" else OKPKey).import_key(entry)
    key = RSAKey.import_key(entry)
    if not RSA_MIN_BITS <= key.public_key.key_size <= RSA_MAX_BITS:
        raise ValueError("of a size that is not safe, or not quick")
    return key


def _verified(token: str, one: PublicKey) -> bytes | None:
    registry = jws.JWSRegistry(algorithms=list(one.algorithms), strict_check_header=False)
    try:
        with warnings.catch_warnings():
            # The old name of Ed25519's algorithm is what identity providers still write.
            warnings.simplefilter("ignore", SecurityWarning)
            signed = jws.deserialize_compact(token.encode("ascii"), one.key, registry=registry)
    except _MALFORMED:
        return None
    return signed.payload
