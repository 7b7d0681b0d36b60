"""Builders of what stands in a conversation."""

from __future__ import annotations

from uuid import UUID

from shared.contracts.items import Author, Item
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import AuthorKind, ItemKind, Visibility
from tests.support.clock import START

CONVERSATION = UUID(int=0xC0)
AGENT = UUID(int=0xA0)


def an_item(
    seq: int,
    *,
    conversation_id: UUID = CONVERSATION,
    author: AuthorKind = AuthorKind.AGENT,
    visibility: Visibility = Visibility.EVERYONE,
    client_id: str | None = None,
    text: str = "How can I help?",
    created_at: Instant = START,
) -> Item:
    """Return an item; by default something an agent wrote for everyone."""
    return Item(
        id=UUID(int=conversation_id.int << 32 | seq),
        conversation_id=conversation_id,
        seq=seq,
        kind=ItemKind.MESSAGE,
        visibility=visibility,
        author=Author(kind=author, id=AGENT if author is AuthorKind.AGENT else None),
        text=text,
        client_id=client_id,
        created_at=created_at,
    )
