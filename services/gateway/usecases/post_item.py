"""Takes an agent's message into a conversation; the Idempotency-Key is its client_id."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

from services.gateway.usecases.attach_files import Attach
from services.gateway.usecases.ports import AppendResult, AppendRow, ItemStore, SubmitAppend
from shared.contracts.claims import Grant
from shared.contracts.items import Content, Item, NewItem
from shared.kernel.clock import Clock
from shared.kernel.errors import ErrorCode, RefusedError

_ROUTERS_TO_SAY = frozenset({ErrorCode.NOT_ASSIGNED, ErrorCode.ALREADY_ENDED})


@dataclass(frozen=True, slots=True)
class Writer:
    """The agent who writes."""

    shop_id: UUID
    agent_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Posting:
    """What posting needs."""

    submit: SubmitAppend
    items: ItemStore
    read_grant: Callable[[str], Grant | None]
    ask_router: Callable[[UUID, UUID, UUID], Awaitable[Grant | None]]
    """(shop, agent, conversation) -> the grant of whoever serves it."""
    attach: Attach
    clock: Clock


async def post_item(
    writer: Writer,
    conversation_id: UUID,
    new: NewItem,
    client_id: str,
    needs: Posting,
) -> Item:
    """Commit an agent's message and return it; a repeated one is returned as it stands.

    Raises:
        RefusedError: NOT_ASSIGNED, ALREADY_ENDED, NOT_FOUND, CLIENT_ID_CONFLICT, INVALID_REQUEST,
            UNKNOWN_FILE, ROUTING_UNAVAILABLE or TRY_AGAIN.
    """
    check_text(new.text)
    row = AppendRow(
        shop_id=writer.shop_id,
        sender_id=writer.agent_id,
        client_id=client_id,
        text=new.text,
        received_at=needs.clock.now(),
        conversation_id=conversation_id,
        author_name=writer.name,
        grant=_grant(new.grant, writer, conversation_id, needs),
        content=await _content(writer, client_id, new, needs),
    )
    result = await _submit(row, conversation_id, needs)
    return await committed_item(writer.shop_id, result, needs.items)


async def _content(writer: Writer, client_id: str, new: NewItem, needs: Posting) -> Content | None:
    if not new.file_ids:
        return None
    return await needs.attach(writer.shop_id, writer.agent_id, client_id, new.file_ids)


async def _submit(row: AppendRow, conversation_id: UUID, needs: Posting) -> AppendResult:
    """Commit the row. What we know may be behind: it is refused only on the router's no."""
    try:
        return await needs.submit(row)
    except RefusedError as refusal:
        if refusal.code not in _ROUTERS_TO_SAY:
            raise
        grant = await needs.ask_router(row.shop_id, row.sender_id, conversation_id)
        if grant is None:
            raise
    return await needs.submit(replace(row, grant=grant))


def _grant(
    token: str | None, writer: Writer, conversation_id: UUID, needs: Posting
) -> Grant | None:
    if token is None:
        return None
    grant = needs.read_grant(token)
    if grant is None:
        return None  # over: the assignment's event has long come, and decides
    theirs = (grant.shop_id, grant.agent_id, grant.conversation_id)
    if theirs != (writer.shop_id, writer.agent_id, conversation_id):
        raise RefusedError(ErrorCode.NOT_ASSIGNED, "This grant is not yours for this conversation.")
    return grant


def check_text(text: str) -> None:
    """Refuse what PostgreSQL cannot keep.

    Raises:
        RefusedError: INVALID_REQUEST.
    """
    if "\0" in text:
        raise RefusedError(ErrorCode.INVALID_REQUEST, "A text may not hold the character U+0000.")


async def committed_item(shop_id: UUID, result: AppendResult, items: ItemStore) -> Item:
    """Return the item that a commit made, or found."""
    if result.announcement is not None:
        return Item.model_validate_json(json.dumps(result.announcement.item))
    page = (
        await items.page(shop_id, result.conversation_id, result.seq - 1, 1)
        if result.conversation_id is not None
        else None
    )
    if page is None or not page.items:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such conversation.")
    return page.items[0]
