"""REST for agents: which conversations there are, found by state and by words."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.gateway.api.items import RequireAgent, conversation_in_path, reader_of
from services.gateway.usecases.list_conversations import (
    ConversationStore,
    Wish,
    list_conversations,
    show_conversation,
)
from services.gateway.usecases.read_items import Reading
from shared.contracts.conversations import (
    QUERY_MAX,
    ConversationPage,
    ListedConversation,
    Openness,
)
from shared.kit.auth.bearer import SignedInAgent
from shared.kit.web.paging import Page, paged


def conversation_routes(
    agent: RequireAgent, store: ConversationStore, reading: Reading
) -> APIRouter:
    """Return GET /v1/conversations and GET /v1/conversations/{id}."""
    router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
    SignedIn: TypeAlias = Annotated[SignedInAgent, Depends(agent)]
    Conversation: TypeAlias = Annotated[UUID, Depends(conversation_in_path)]

    @router.get("")
    async def list_mine(
        caller: SignedIn,
        page: Page,
        status: Annotated[Openness | None, Query(description="leave it out for both")] = None,
        q: Annotated[
            str | None, Query(max_length=QUERY_MAX, description="words, or how they begin")
        ] = None,
    ) -> ConversationPage:
        """List the conversations one serves or served, newest first; a supervisor's whole shop.

        `q` finds those where every word of it was said, in messages or notes.
        """
        wish = Wish(caller.shop_id, reader_of(caller), status, q)
        found = await list_conversations(wish, page.after, page.limit + 1, store)
        conversations, cursor = paged(found, page)
        return ConversationPage(conversations=conversations, next_cursor=cursor)

    @router.get("/{conversation_id}")
    async def read_conversation(
        caller: SignedIn, conversation_id: Conversation
    ) -> ListedConversation:
        """Return a conversation that one may read."""
        reader = reader_of(caller)
        return await show_conversation(caller.shop_id, reader, conversation_id, store, reading)

    return router
