"""The Ed25519 keys that sign and verify our own tokens; knows nothing of what a token says."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, OKPKey

from shared.kernel.ids import encode_bare
from shared.kit.new_ids import new_id

ALGORITHM = "Ed25519"
"""RFC 9864's name; the older `EdDSA` also covers Ed448 and is deprecated there."""

TOKEN_MAX = 8_192
"""Characters of the longest token looked at: ours are under 1,000."""

_MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What parsing hostile text may raise: the library reads the header before it knows its shape."""


class KeyringFileError(Exception):
    """The file of keys cannot be used; the text is one sentence for the operator."""


class BadTokenError(Exception):
    """The text is not a token of this type signed by one of our keys."""


class Keyring:
    """Keys by id (kid): the newest private one signs, every one verifies.

    Key ids are made in order of time, so the greatest is the newest.
    """

    def __init__(self, keys: Mapping[str, OKPKey]) -> None:
        """Take the keys.

        Raises:
            ValueError: there is no key.
        """
        if not keys:
            raise ValueError("a keyring needs at least one key")
        self._keys = dict(sorted(keys.items()))
        self._public = {kid: _public_half(key) for kid, key in self._keys.items()}
        private = [kid for kid, key in self._keys.items() if key.is_private]
        self._newest = private[-1] if private else None

    @classmethod
    def ephemeral(cls) -> Self:
        """Return a ring of one fresh key that lives only in memory."""
        return cls(dict([_new_key()]))

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the JWK set at the path, or make one there (mode 0600) when there is none.

        Two processes that make it at once end with the same keys.

        Raises:
            KeyringFileError: the file is no JWK set of Ed25519 keys, or others may read it.
        """
        if not path.exists():
            _create(path, cls.ephemeral())
        return cls(_read(path))

    def public(self) -> Self:
        """Return the public halves: verifies, cannot sign."""
        return type(self)(self._public)

    def rotated(self) -> Self:
        """Return a ring that signs with one more, fresh key; the old ones still verify."""
        return type(self)({**self._keys, **dict([_new_key()])})

    def save(self, path: Path) -> None:
        """Replace the file at the path, whole or not at all, with mode 0600."""
        beside = _write_beside(path, self)
        beside.replace(path)

    def sign(self, payload: bytes, *, token_type: str) -> str:
        """Return a compact JWS of the payload whose `typ` header is token_type.

        Raises:
            ValueError: this ring holds public keys only.
        """
        if self._newest is None:
            raise ValueError("a ring of public keys cannot sign")
        header = {"alg": ALGORITHM, "kid": self._newest, "typ": token_type}
        return jws.serialize_compact(header, payload, self._keys[self._newest], [ALGORITHM])

    def verify(self, token: str, *, token_type: str) -> bytes:
        """Return the payload of a token that one of our keys signed as this type.

        Raises:
            BadTokenError: anything else, always with the same text.
        """
        try:
            return self._verified(token, token_type)
        except _MALFORMED:
            raise BadTokenError("not a token of ours") from None

    def _verified(self, token: str, token_type: str) -> bytes:
        if len(token) > TOKEN_MAX:
            raise ValueError("too long")
        signed = jws.deserialize_compact(token.encode("ascii"), self._key_of, [ALGORITHM])
        if signed.headers().get("typ") != token_type:
            raise ValueError("another type of token")
        return signed.payload

    def _key_of(self, signed: GuestProtocol) -> OKPKey:
        return self._public[signed.headers()["kid"]]

    def _to_json(self) -> str:
        keys = [key.as_dict(private=key.is_private) for key in self._keys.values()]
        return json.dumps({"keys": keys}, indent=1)


def _new_key() -> tuple[str, OKPKey]:
    kid = encode_bare(new_id())
    return kid, OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig"})


def _public_half(key: OKPKey) -> OKPKey:
    return OKPKey.import_key(key.as_dict(private=False))


def _write_beside(path: Path, ring: Keyring) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(ring._to_json())  # noqa: SLF001  this module's own class
        file.flush()
        os.fsync(file.fileno())
    return beside


def _create(path: Path, ring: Keyring) -> None:
    """Put the ring at the path unless somebody was quicker."""
    beside = _write_beside(path, ring)
    try:
        os.link(beside, path)  # unlike a rename, fails when the file is there: the first wins
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def _read(path: Path) -> dict[str, OKPKey]:
    if path.stat().st_mode & 0o077:
        raise KeyringFileError(f"{path} holds signing keys and others may read it: chmod 600 it.")
    try:
        entries = json.loads(path.read_bytes())["keys"]
        keys = {str(entry["kid"]): OKPKey.import_key(entry) for entry in entries}
    except _MALFORMED:
        raise KeyringFileError(f"{path} is not a JWK set of Ed25519 keys.") from None
    if not keys or any(key.curve_name != "Ed25519" for key in keys.values()):
        raise KeyringFileError(f"{path} is not a JWK set of Ed25519 keys.")
    return keys
