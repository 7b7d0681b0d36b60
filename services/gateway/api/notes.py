"""REST for agents: a note for colleagues."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends

from services.gateway.api.items import RequireAgent, conversation_in_path, reader_of
from services.gateway.usecases.post_item import Posting, Writer
from services.gateway.usecases.post_note import post_note
from services.gateway.usecases.read_items import Reading
from shared.contracts.items import Item, NewNote
from shared.kit.auth.bearer import SignedInAgent
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import IdempotencyKey

KeepSearchable: TypeAlias = Callable[[UUID, UUID], Awaitable[None]]
"""(shop, conversation): what was added after its end is found, too."""


def note_routes(
    agent: RequireAgent, reading: Reading, posting: Posting, keep_searchable: KeepSearchable
) -> APIRouter:
    """Return POST /v1/conversations/{id}/notes."""
    router = APIRouter(prefix="/v1/conversations/{conversation_id}", tags=["conversations"])
    SignedIn: TypeAlias = Annotated[SignedInAgent, Depends(agent)]
    Conversation: TypeAlias = Annotated[UUID, Depends(conversation_in_path)]

    @router.post("/notes", status_code=HTTPStatus.CREATED)
    async def write_note(
        caller: SignedIn,
        conversation_id: Conversation,
        new: JsonBody[NewNote],
        key: IdempotencyKey,
    ) -> Item:
        """Leave a note for colleagues; the customer is never told of it.

        Whoever may read the conversation may, after its end too. The same key and text again
        return the same note.
        """
        writer = Writer(caller.shop_id, caller.agent_id, caller.name)
        written = await post_note(
            writer,
            reader_of(caller),
            conversation_id,
            new,
            client_id=key,
            posting=posting,
            reading=reading,
        )
        await keep_searchable(caller.shop_id, conversation_id)
        return written

    return router
