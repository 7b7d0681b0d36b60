"""REST for agents: read a conversation, write into it."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from services.gateway.usecases.post_item import Posting, Writer, post_item
from services.gateway.usecases.read_items import Reading, agent_page
from shared.contracts.items import Item, ItemPage, NewItem
from shared.contracts.wire import SEQ_MAX
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, decode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import SignedInAgent
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey

RequireAgent: TypeAlias = Callable[..., Coroutine[Any, Any, SignedInAgent]]


def item_routes(agent: RequireAgent, reading: Reading, posting: Posting) -> APIRouter:
    """Return the endpoints under /v1/conversations."""
    router = APIRouter(prefix="/v1/conversations/{conversation_id}", tags=["conversations"])
    SignedIn: TypeAlias = Annotated[SignedInAgent, Depends(agent)]
    Conversation: TypeAlias = Annotated[UUID, Depends(conversation_in_path)]

    @router.get("/items")
    async def read_items(
        caller: SignedIn,
        conversation_id: Conversation,
        after_seq: Annotated[int, Query(ge=0, le=SEQ_MAX)] = 0,
    ) -> ItemPage:
        """Return the items after a seq, oldest first; ask again from the last one for more."""
        reader = reader_of(caller)
        return await agent_page(caller.shop_id, reader, conversation_id, after_seq, reading)

    @router.post("/items", status_code=HTTPStatus.CREATED)
    async def write_item(
        caller: SignedIn,
        conversation_id: Conversation,
        new: JsonBody[NewItem],
        key: IdempotencyKey,
    ) -> Item:
        """Commit a message; the same key and text again return the same item."""
        writer = Writer(caller.shop_id, caller.agent_id, caller.name)
        return await post_item(writer, conversation_id, new, key, posting)

    return router


def reader_of(caller: SignedInAgent) -> UUID | None:
    """Return whose eyes an agent looks with: its own, or everybody's (None) for a supervisor."""
    return None if Scope.SUPERVISOR in caller.principal.scopes else caller.agent_id


def conversation_in_path(conversation_id: Annotated[str, Path(max_length=64)]) -> UUID:
    """Read the id in the path; one that cannot be an id looks like one that does not exist."""
    try:
        return decode(IdKind.CONVERSATION, conversation_id)
    except ValueError:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such conversation.") from None
