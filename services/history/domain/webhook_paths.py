"""Webhook paths: how they are laid out; they prove nothing, the signature does.

A path carries the shop's id, because row security needs it before the first row can be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from shared.kernel.ids import decode_bare, encode_bare

PREFIX = "/v1/orders/webhooks/"
_KEY = re.compile(r"fw_(?P<shop>\w{26})(?P<id>\w{26})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Named:
    """The shop and the connection that a path names."""

    shop_id: UUID
    connection_id: UUID


def webhook_path(shop_id: UUID, connection_id: UUID) -> str:
    """Return where the platform of a connection sends its webhooks."""
    return f"{PREFIX}fw_{encode_bare(shop_id)}{encode_bare(connection_id)}"


def read_key(text: str) -> Named | None:
    """Return what the end of a webhook path names, or None when it is laid out another way."""
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    try:
        return Named(decode_bare(match["shop"]), decode_bare(match["id"]))
    except ValueError:
        return None
