"""Takes a note among agents into a conversation; its customer never learns of it."""

from __future__ import annotations

from uuid import UUID

from services.gateway.usecases.ports import AppendRow
from services.gateway.usecases.post_item import Posting, Writer, check_text, committed_item
from services.gateway.usecases.read_items import Reading, allow_reading
from shared.contracts.items import Item, NewNote
from shared.kernel.vocabulary import ItemKind, Visibility


async def post_note(
    writer: Writer,
    reader: UUID | None,
    conversation_id: UUID,
    new: NewNote,
    *,
    client_id: str,
    posting: Posting,
    reading: Reading,
) -> Item:
    """Commit a note and return it; a repeated one is returned as it stands.

    Whoever may read a conversation may leave a note in it, after its end too: a note stops no
    clock, opens nothing, and is no answer.

    Args:
        writer: the agent who writes.
        reader: the same agent; None: a supervisor, who may read every conversation.
        conversation_id: where to.
        new: its words.
        client_id: the agent's name for it.
        posting: how it is committed.
        reading: who may read.

    Raises:
        RefusedError: NOT_FOUND, CLIENT_ID_CONFLICT, INVALID_REQUEST, ROUTING_UNAVAILABLE,
            TRY_AGAIN.
    """
    check_text(new.text)
    await allow_reading(writer.shop_id, reader, conversation_id, reading)
    row = AppendRow(
        shop_id=writer.shop_id,
        sender_id=writer.agent_id,
        client_id=client_id,
        text=new.text,
        received_at=posting.clock.now(),
        conversation_id=conversation_id,
        author_name=writer.name,
        kind=ItemKind.NOTE,
        visibility=Visibility.AGENTS,
    )
    return await committed_item(writer.shop_id, await posting.submit(row), posting.items)
