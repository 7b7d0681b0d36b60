"""The file of signing keys: made once, replaced whole, read by several processes.

It is a JWK set. A key that no longer signs has only its public half, and a member of ours beside
it that says until when it still verifies.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.kernel.clock import Instant, Millis, from_iso, to_iso
from shared.kernel.ids import decode_bare, encode_bare
from shared.kit.new_ids import new_id

UNTIL = "firstreply:until"
"""RFC 7517, 4: members that are not registered are ours to name."""

LONGEST_LIFE_MS: Millis = 24 * 3_600_000
"""No token of ours lives longer: the demo's lives a day, agents' and the import's half of it."""

KEEP_MS: Millis = LONGEST_LIFE_MS + 60_000
"""How long a key verifies after another took its place: a process that signs at that moment may
have looked at the file just before."""

_PRIVATE = 0o600
_OTHERS = 0o077
_MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
_UUID7_RANDOM_AND_VERSION_BITS = 80

Stamp: TypeAlias = tuple[int, int, int]
"""What tells one version of the file from another: inode, size and time of change."""


class KeyringFileError(Exception):
    """The file of keys cannot be used; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key, and until when it verifies; None: for as long as it is there."""

    key: OKPKey
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What may be told of a key."""

    kid: str
    made_at: Instant
    signs: bool
    until: Instant | None


def new_entry() -> tuple[str, KeyEntry]:
    """Return a fresh key under its id."""
    kid = encode_bare(new_id())
    return kid, KeyEntry(OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig"}))


def stamp_of(path: Path) -> Stamp | None:
    """Return what tells this version of the file; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def make_file(path: Path) -> None:
    """Make a file with one fresh key unless there is one; who comes second leaves the first's."""
    if path.exists():
        return
    beside = _write_beside(path, dict([new_entry()]))
    try:
        os.link(beside, path)  # unlike a rename, fails when the file is there: the first wins
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def read_file(path: Path) -> dict[str, KeyEntry]:
    """Return the keys by id.

    Raises:
        KeyringFileError: the file is no JWK set of Ed25519 keys, or others may read it.
    """
    try:
        if path.stat().st_mode & _OTHERS:
            raise KeyringFileError(
                f"{path} holds signing keys and others may read it: chmod 600 it."
            )
        text = path.read_bytes()
    except OSError as error:
        raise KeyringFileError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        entries = {str(one["kid"]): _entry(one) for one in json.loads(text)["keys"]}
    except _MALFORMED:
        raise KeyringFileError(f"{path} is not a JWK set of Ed25519 keys.") from None
    if not entries or any(one.key.curve_name != "Ed25519" for one in entries.values()):
        raise KeyringFileError(f"{path} is not a JWK set of Ed25519 keys.")
    return entries


def rotate_file(path: Path, now: Instant, *, forget_old: bool = False) -> tuple[KeyFacts, ...]:
    """Put a fresh key into the file, which signs from now on; return what the file then holds.

    The keys before lose their private halves and verify until every token they signed has expired.
    Forgetting them ends every token at once: whoever is signed in signs in again.

    Raises:
        KeyringFileError: there is no file that can be used.
    """
    with _alone(path):
        kept = {} if forget_old else _in_force(read_file(path), now)
        entries = {**kept, **dict([new_entry()])}
        _write_beside(path, entries).replace(path)
    return facts_of(entries)


def list_file(path: Path) -> tuple[KeyFacts, ...]:
    """Return what may be told of the keys in the file, oldest first.

    Raises:
        KeyringFileError: there is no file that can be used.
    """
    return facts_of(read_file(path))


def facts_of(entries: Mapping[str, KeyEntry]) -> tuple[KeyFacts, ...]:
    """Return what may be told of keys, oldest first."""
    return tuple(
        KeyFacts(kid, _made_at(kid), one.key.is_private, one.until)
        for kid, one in sorted(entries.items())
    )


def _in_force(entries: Mapping[str, KeyEntry], now: Instant) -> dict[str, KeyEntry]:
    """Return the public halves of the keys that still verify."""
    kept = {
        kid: KeyEntry(
            OKPKey.import_key(one.key.as_dict(private=False)),
            now + KEEP_MS if one.until is None else one.until,
        )
        for kid, one in entries.items()
    }
    return {kid: one for kid, one in kept.items() if one.until is not None and one.until > now}


def _made_at(kid: str) -> Instant:
    """Return when a key was made, which its id tells; 0 for a key that somebody else made."""
    try:
        return decode_bare(kid).int >> _UUID7_RANDOM_AND_VERSION_BITS
    except ValueError:
        return 0


def _entry(member: dict[str, str]) -> KeyEntry:
    until = member.get(UNTIL)
    key = OKPKey.import_key({name: value for name, value in member.items() if name != UNTIL})
    return KeyEntry(key, None if until is None else from_iso(until))


def _to_json(entries: Mapping[str, KeyEntry]) -> str:
    keys = [
        {
            **one.key.as_dict(private=one.key.is_private),
            **({} if one.until is None else {UNTIL: to_iso(one.until)}),
        }
        for one in entries.values()
    ]
    return json.dumps({"keys": keys}, indent=1)


def _write_beside(path: Path, entries: Mapping[str, KeyEntry]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "w") as file:
        file.write(_to_json(entries))
        file.flush()
        os.fsync(file.fileno())
    return beside


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process at a time replace the file: two at once would lose one's key."""
    if not path.exists():
        raise KeyringFileError(f"{path} is not there: start Firstreply once, and it is made.")
    lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, _PRIVATE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
