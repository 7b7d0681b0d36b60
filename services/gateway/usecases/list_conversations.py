"""Lists, finds and shows conversations to those who may read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.gateway.domain.search import search_query
from services.gateway.usecases.read_items import Reading, allow_reading
from shared.contracts.conversations import ListedConversation, Openness
from shared.kernel.errors import ErrorCode, RefusedError


@dataclass(frozen=True, slots=True)
class Wish:
    """Which conversations: of whom (None: of the whole shop), in which state, by which words."""

    shop_id: UUID
    served_by: UUID | None
    status: Openness | None = None
    typed: str | None = None


class ConversationStore(Protocol):
    """Reads conversations."""

    async def list(
        self, wish: Wish, query: str | None, before: UUID | None, limit: int
    ) -> Sequence[ListedConversation]:
        """Return the newest that fit, from before an id on; `query` is `search_query`'s."""
        ...

    async def find(self, shop_id: UUID, conversation_id: UUID) -> ListedConversation | None:
        """Return one of the shop's."""
        ...


async def list_conversations(
    wish: Wish, before: UUID | None, limit: int, store: ConversationStore
) -> Sequence[ListedConversation]:
    """Return conversations of an agent, or for a supervisor of the shop, newest first.

    An agent's are those served now or once; words without a letter or digit find nothing.
    """
    query = None
    if wish.typed is not None:
        query = search_query(wish.typed)
        if query is None:
            return ()
    return await store.list(wish, query, before, limit)


async def show_conversation(
    shop_id: UUID,
    reader: UUID | None,
    conversation_id: UUID,
    store: ConversationStore,
    reading: Reading,
) -> ListedConversation:
    """Return a conversation to an agent who was offered it once, or to a supervisor (None).

    Raises:
        RefusedError: NOT_FOUND, ROUTING_UNAVAILABLE.
    """
    await allow_reading(shop_id, reader, conversation_id, reading)
    found = await store.find(shop_id, conversation_id)
    if found is None:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such conversation.")
    return found
