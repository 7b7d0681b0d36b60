"""Says when two states of what a shop sent are the same."""

from __future__ import annotations

import hashlib

from shared.contracts.cards import IngestContact
from shared.contracts.orders import IngestCart, IngestOrder, IngestProduct


def digest_of(told: IngestOrder | IngestCart | IngestProduct | IngestContact) -> str:
    """Return 64 hexadecimal digits that change whenever anything of it does.

    Fields left at their defaults are left out, so that a release with a new optional field still
    recognises what an older one took.
    """
    return hashlib.sha256(told.model_dump_json(exclude_defaults=True).encode()).hexdigest()
