"""Turns the ids of uploaded files into what a message holds of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias
from uuid import UUID

from services.gateway.domain.refusals import sentence
from services.gateway.usecases.file_ports import FileRows
from shared.contracts.items import Content
from shared.kernel.errors import ErrorCode, RefusedError

Attach: TypeAlias = Callable[[UUID, UUID, str, Sequence[UUID]], Awaitable[Content]]
"""(shop, sender, client_id, files) -> the message's content; see `attached`."""


async def attached(
    rows: FileRows, shop_id: UUID, sender_id: UUID, client_id: str, file_ids: Sequence[UUID]
) -> Content:
    """Return the content of a message with these files, or of the same one sent before.

    The commit itself gives the files to the message, so that two messages never have one.

    Raises:
        RefusedError: UNKNOWN_FILE, the same for a file that does not exist, is not whole, is
            somebody else's, or came with another message.
    """
    found = await rows.sendable(shop_id, sender_id, client_id, file_ids)
    if len(found) != len(file_ids):
        raise RefusedError(ErrorCode.UNKNOWN_FILE, sentence(ErrorCode.UNKNOWN_FILE))
    return Content(attachments=tuple(found))
