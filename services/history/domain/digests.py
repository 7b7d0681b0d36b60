"""Says when two states of what a shop sent are the same."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from pydantic import TypeAdapter

from shared.contracts.cards import IngestContact
from shared.contracts.orders import IngestCart, IngestOrder, IngestProduct

_ADAPTERS: Final[dict[type, TypeAdapter[Any]]] = {
    told: TypeAdapter(told) for told in (IngestOrder, IngestCart, IngestProduct, IngestContact)
}


def state_of(told: IngestOrder | IngestCart | IngestProduct | IngestContact) -> bytes:
    """Return the JSON that changes whenever anything of it does.

    Fields left at their defaults are left out, so that a release with a new optional field still
    recognises what an older one took.
    """
    return _ADAPTERS[type(told)].dump_json(told, exclude_defaults=True)


def digest_of(told: IngestOrder | IngestCart | IngestProduct | IngestContact) -> str:
    """Return the 64 hexadecimal digits of its state's SHA-256."""
    return hashlib.sha256(state_of(told)).hexdigest()
