"""Turns rows of `gateway.items` into items."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shared.contracts.items import Author, Content, Item
from shared.kernel.clock import from_datetime
from shared.kernel.vocabulary import AuthorKind, ItemKind, Visibility

NOTHING_BESIDE = Content()


def item_of(row: Mapping[str, Any]) -> Item:
    """Return the item of a row."""
    content = _content_of(row["content"])
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
        attachments=content.attachments,
        rating=content.rating,
        erased=content.erased,
    )


def _content_of(kept: str | Mapping[str, Any] | None) -> Content:
    """Return what is beside the text, which a hot call gives as JSON and a transaction read."""
    if kept is None:
        return NOTHING_BESIDE
    text = kept if isinstance(kept, str) else json.dumps(kept)
    return Content.model_validate_json(text)
