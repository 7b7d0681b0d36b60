"""REST for agents beside a conversation's items: typing, received, read, and the context."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends

from services.gateway.api.items import RequireAgent, conversation_in_path
from services.gateway.usecases.pass_signs import Noted, SignRow
from shared.contracts.context import ConversationContext
from shared.contracts.signs import SeenThrough
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import SignedInAgent
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import read_any_idempotency_key


@dataclass(frozen=True, slots=True)
class SignNeeds:
    """What these endpoints need."""

    submit: Callable[[SignRow], Awaitable[Noted]]
    show_context: Callable[[UUID, UUID | None, UUID], Awaitable[ConversationContext]]
    """(shop, reader or None for a supervisor, conversation) -> its context."""


def sign_routes(agent: RequireAgent, needs: SignNeeds) -> APIRouter:
    """Return the endpoints. Latest values need no Idempotency-Key: said again they change nothing.

    Only whoever serves a conversation may give signs of it; for all others it does not exist.
    """
    router = APIRouter(
        prefix="/v1/conversations/{conversation_id}",
        tags=["conversations"],
        dependencies=[Depends(read_any_idempotency_key)],
    )
    SignedIn: TypeAlias = Annotated[SignedInAgent, Depends(agent)]
    Conversation: TypeAlias = Annotated[UUID, Depends(conversation_in_path)]

    @router.post("/typing", status_code=HTTPStatus.NO_CONTENT)
    async def type_on(caller: SignedIn, conversation_id: Conversation) -> None:
        """Show the customer for six seconds that the agent types; say it again while it goes on."""
        await needs.submit(SignRow(caller.shop_id, conversation_id, caller.agent_id, typing=True))

    @router.post("/received", status_code=HTTPStatus.NO_CONTENT)
    async def receive(
        caller: SignedIn, conversation_id: Conversation, seen: JsonBody[SeenThrough]
    ) -> None:
        """Say that the agent's console holds every item up to a seq."""
        row = SignRow(
            caller.shop_id, conversation_id, caller.agent_id, received_seq=seen.through_seq
        )
        await needs.submit(row)

    @router.post("/read", status_code=HTTPStatus.NO_CONTENT)
    async def read(
        caller: SignedIn, conversation_id: Conversation, seen: JsonBody[SeenThrough]
    ) -> None:
        """Say that the agent has seen every item up to a seq."""
        row = SignRow(caller.shop_id, conversation_id, caller.agent_id, read_seq=seen.through_seq)
        await needs.submit(row)

    @router.get("/context")
    async def read_context(caller: SignedIn, conversation_id: Conversation) -> ConversationContext:
        """Return where the customer is in the shop, and how far they received and read."""
        reader = None if Scope.SUPERVISOR in caller.principal.scopes else caller.agent_id
        return await needs.show_context(caller.shop_id, reader, conversation_id)

    return router
