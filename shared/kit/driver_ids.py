"""Makes many new ids at once as the driver sends them; what starts no database does not need it."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

from asyncpg.pgproto import pgproto

from shared.kernel.ids import RANDOM_BITS, uuid7_number

_NS_PER_MS = 1_000_000
_NOISE_BYTES = -(-RANDOM_BITS // 8)
_UUID_BYTES = 16


def new_ids(count: int) -> list[UUID]:
    """Return ids like those of `new_id`, of the driver's own kind: a fourth of what one costs."""
    now = time.time_ns() // _NS_PER_MS  # noqa: TID251  index locality, not a domain instant
    noise = secrets.token_bytes(_NOISE_BYTES * count)
    numbers = (
        uuid7_number(now, int.from_bytes(noise[start : start + _NOISE_BYTES], "big"))
        for start in range(0, len(noise), _NOISE_BYTES)
    )
    return [pgproto.UUID(number.to_bytes(_UUID_BYTES, "big")) for number in numbers]
