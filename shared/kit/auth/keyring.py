"""The Ed25519 keys that sign and verify our own tokens; knows nothing of what a token says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import structlog
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, OKPKey

from shared.kernel.clock import Clock
from shared.kit.auth.key_files import (
    KeyEntry,
    KeyringFileError,
    Stamp,
    make_file,
    new_entry,
    read_file,
    stamp_of,
)
from shared.kit.system_clock import SystemClock

__all__ = ["BadTokenError", "Keyring", "KeyringFileError"]

log = structlog.get_logger()

ALGORITHM = "Ed25519"
"""RFC 9864's name; the older `EdDSA` also covers Ed448 and is deprecated there."""

TOKEN_MAX = 8_192
"""Characters of the longest token looked at: ours are under 1,000."""

SEEN_MAX = 4_096
"""Good signatures remembered: to check one costs a busy endpoint more than most of its work."""

_MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What parsing hostile text may raise: the library reads the header before it knows its shape."""


class BadTokenError(Exception):
    """The text is not a token of this type signed by one of our keys."""


class Keyring:
    """Keys by id (kid): the newest private one signs, every one verifies while it is in force.

    Key ids are made in order of time, so the greatest is the newest. A ring of a file looks at the
    file before each use and reads it again when it is another one: a rotation by any process holds
    for every process at once. A look is one `stat`, some 2 microseconds.
    """

    def __init__(self, entries: Mapping[str, KeyEntry], clock: Clock | None = None) -> None:
        """Take the keys.

        Raises:
            ValueError: there is no key.
        """
        self._clock = clock or SystemClock()
        self._path: Path | None = None
        self._stamp: Stamp | None = None
        self._take(entries)

    @classmethod
    def ephemeral(cls) -> Self:
        """Return a ring of one fresh key that lives only in memory."""
        return cls(dict([new_entry()]))

    @classmethod
    def open(cls, path: Path, clock: Clock | None = None) -> Self:
        """Read the JWK set at the path, or make one there (mode 0600) when there is none.

        Two processes that make it at once end with the same keys.

        Raises:
            KeyringFileError: the file is no JWK set of Ed25519 keys, or others may read it.
        """
        make_file(path)
        stamp = stamp_of(path)
        ring = cls(read_file(path), clock)
        ring._path, ring._stamp = path, stamp
        return ring

    def public(self) -> Self:
        """Return the public halves as they are now: verifies, cannot sign."""
        halves = {kid: KeyEntry(self._public[kid], one.until) for kid, one in self._entries.items()}
        return type(self)(halves, self._clock)

    def sign(self, payload: bytes, *, token_type: str) -> str:
        """Return a compact JWS of the payload whose `typ` header is token_type.

        Raises:
            ValueError: this ring holds public keys only.
        """
        self._look()
        if self._newest is None:
            raise ValueError("a ring of public keys cannot sign")
        header = {"alg": ALGORITHM, "kid": self._newest, "typ": token_type}
        return jws.serialize_compact(header, payload, self._entries[self._newest].key, [ALGORITHM])

    def verify(self, token: str, *, token_type: str) -> bytes:
        """Return the payload of a token that one of our keys signed as this type.

        Raises:
            BadTokenError: anything else, always with the same text.
        """
        self._look()
        seen = self._seen.get((token_type, token))
        if seen is not None and self._is_in_force(seen[0]):
            return seen[1]
        try:
            kid, payload = self._verified(token, token_type)
        except _MALFORMED:
            raise BadTokenError("not a token of ours") from None
        if len(self._seen) >= SEEN_MAX:
            del self._seen[next(iter(self._seen))]
        self._seen[token_type, token] = kid, payload
        return payload

    def _verified(self, token: str, token_type: str) -> tuple[str, bytes]:
        if len(token) > TOKEN_MAX:
            raise ValueError("too long")
        signed = jws.deserialize_compact(token.encode("ascii"), self._key_of, [ALGORITHM])
        if signed.headers().get("typ") != token_type:
            raise ValueError("another type of token")
        return signed.headers()["kid"], signed.payload

    def _key_of(self, signed: GuestProtocol) -> OKPKey:
        kid = signed.headers()["kid"]
        if not self._is_in_force(kid):
            raise ValueError("a key that is no longer in force")
        return self._public[kid]

    def _is_in_force(self, kid: str) -> bool:
        until = self._entries[kid].until
        return until is None or until > self._clock.now()

    def _take(self, entries: Mapping[str, KeyEntry]) -> None:
        if not entries:
            raise ValueError("a keyring needs at least one key")
        self._entries = dict(sorted(entries.items()))
        self._public = {kid: _public_half(one.key) for kid, one in self._entries.items()}
        private = [kid for kid, one in self._entries.items() if one.key.is_private]
        self._newest = private[-1] if private else None
        self._seen: dict[tuple[str, str], tuple[str, bytes]] = {}  # what other keys had signed

    def _look(self) -> None:
        """Read the file again when it is another one; one that cannot be used changes nothing."""
        if self._path is None:
            return
        stamp = stamp_of(self._path)
        if stamp is None or stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._take(read_file(self._path))
        except (KeyringFileError, OSError) as error:
            log.warning("keyring.unreadable", error=str(error))
        else:
            log.info("keyring.read_again", keys=len(self._entries))


def _public_half(key: OKPKey) -> OKPKey:
    return OKPKey.import_key(key.as_dict(private=False))
