"""Ids made from what they name, so that the same inputs give the same trace; uses no randomness."""

from __future__ import annotations

from hashlib import blake2b
from uuid import UUID

from shared.kernel.clock import Instant
from shared.kernel.ids import RANDOM_BITS, IdKind, uuid7

_DIGEST_BYTES = 10
_SPARE_BITS = _DIGEST_BYTES * 8 - RANDOM_BITS


def derived_id(kind: IdKind, conversation_id: UUID, ordinal: int, now: Instant) -> UUID:
    """Return the UUIDv7 of a conversation's n-th offer, assignment or decision.

    A number counted on the conversation's own row is never used twice once committed, so neither
    is the id. It is no secret: every use of it is authorised.
    """
    text = b"%b/%032x/%d" % (kind.encode(), conversation_id.int, ordinal)
    digest = blake2b(text, digest_size=_DIGEST_BYTES).digest()
    return uuid7(now, int.from_bytes(digest, "big") >> _SPARE_BITS)
