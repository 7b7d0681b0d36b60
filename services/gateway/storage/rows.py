"""Turns rows of `gateway.items` into items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.contracts.items import Author, Item
from shared.kernel.clock import from_datetime
from shared.kernel.vocabulary import AuthorKind, ItemKind, Visibility


def item_of(row: Mapping[str, Any]) -> Item:
    """Return the item of a row."""
    return Item(
        id=row["id"],
        conversation_id=row["conversation_id"],
        seq=row["seq"],
        kind=ItemKind(row["kind"]),
        visibility=Visibility(row["visibility"]),
        author=Author(
            kind=AuthorKind(row["author_kind"]), id=row["author_id"], name=row["author_name"]
        ),
        text=row["text"],
        client_id=row["client_id"],
        created_at=from_datetime(row["created_at"]),
    )
