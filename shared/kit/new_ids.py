"""Makes new ids; the kernel says how they are laid out."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

from shared.kernel.ids import RANDOM_BITS, uuid7

_NS_PER_MS = 1_000_000


def new_id() -> UUID:
    """Return a fresh UUIDv7. Its time part orders index pages only; no rule may read it."""
    now = time.time_ns() // _NS_PER_MS  # noqa: TID251  index locality, not a domain instant
    return uuid7(now, secrets.randbits(RANDOM_BITS))
