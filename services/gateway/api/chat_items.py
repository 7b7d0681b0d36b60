"""A customer's frames as rows of the append lane, and the lane's results as the session reads them.

What a frame brings beside its text (a rating, files) goes into the row here.
"""

from __future__ import annotations

from uuid import UUID

from services.gateway.domain.answers import Appended
from services.gateway.domain.effects import Append
from services.gateway.usecases.ports import AppendResult, AppendRow
from shared.contracts.items import Content
from shared.kernel.vocabulary import ItemKind, Visibility

_SEEN_BY = {ItemKind.ADDRESS: Visibility.AGENTS}
"""An address is for whoever answers later, not for another window of the same browser."""


def row_of(
    effect: Append, shop_id: UUID, session_id: UUID, files: Content | None = None
) -> AppendRow:
    """Return what is to be committed of a session's customer."""
    return AppendRow(
        shop_id=shop_id,
        sender_id=session_id,
        client_id=effect.client_id,
        text=effect.text,
        received_at=effect.received_at,
        session_id=session_id,
        conversation_id=effect.conversation_id,
        kind=effect.kind,
        visibility=_SEEN_BY.get(effect.kind, Visibility.EVERYONE),
        content=files if effect.rating is None else Content(rating=effect.rating),
    )


def place_of(effect: Append, result: AppendResult) -> Appended:
    """Return where it stands; only a message makes its conversation the present one."""
    if result.conversation_id is None or result.item_id is None:
        raise TypeError("what is committed has its place")
    return Appended(
        conversation_id=result.conversation_id,
        item_id=result.item_id,
        seq=result.seq,
        created_at=result.created_at,
        current=result.current and effect.kind is ItemKind.MESSAGE,
        text=result.text,
    )
