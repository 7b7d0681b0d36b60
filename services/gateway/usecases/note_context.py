"""Keeps the page, language and cart that a customer's page tells of, and shows them to agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias
from uuid import UUID

from services.gateway.usecases.ports import RefusedGroupError, UnknownOutcomeError
from services.gateway.usecases.read_items import Reading, allow_reading
from shared.contracts.context import Cart, Context, ConversationContext
from shared.contracts.frames import Hello
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.database import MAX_SHOPS


@dataclass(frozen=True, slots=True)
class ContextRow:
    """What a session's page tells of; None: no word of that."""

    shop_id: UUID
    session_id: UUID
    page_url: str | None = None
    locale: str | None = None
    cart: Cart | None = None

    @property
    def says_something(self) -> bool:
        """Return whether there is anything to keep."""
        return (self.page_url, self.locale, self.cart) != (None, None, None)


class ContextStore(Protocol):
    """Keeps contexts."""

    async def note(self, rows: Sequence[ContextRow]) -> None:
        """Keep rows of at most MAX_SHOPS shops, one a session.

        Raises:
            RefusedGroupError: nothing was kept.
            UnknownOutcomeError: nobody knows.
        """
        ...

    async def read(self, shop_id: UUID, conversation_id: UUID) -> ConversationContext | None:
        """Return the context of a conversation; None when the shop has no such one."""
        ...


Answer: TypeAlias = RefusedError | None


def context_of(told: Hello | Context, shop_id: UUID, session_id: UUID) -> ContextRow:
    """Return what a hello, or a page that goes on, tells of where the customer is."""
    return ContextRow(shop_id, session_id, told.page_url, told.locale, told.cart)


class NoteContext:
    """The commit of the contexts' lane: latest values, which may be lost."""

    def __init__(self, store: ContextStore) -> None:
        self._store = store

    async def __call__(self, rows: Sequence[ContextRow]) -> Sequence[Answer]:
        """Keep a group; the last word of a session counts."""
        latest: dict[UUID, ContextRow] = {}
        for row in rows:
            latest[row.session_id] = _over(latest.get(row.session_id, row), row)
        shops = sorted({row.shop_id for row in rows})
        for start in range(0, len(shops), MAX_SHOPS):
            some = set(shops[start : start + MAX_SHOPS])
            try:
                await self._store.note([row for row in latest.values() if row.shop_id in some])
            except (RefusedGroupError, UnknownOutcomeError):
                return [RefusedError(ErrorCode.TRY_AGAIN, "This was not kept.")] * len(rows)
        return [None] * len(rows)


async def show_context(
    shop_id: UUID, reader: UUID | None, conversation_id: UUID, store: ContextStore, reading: Reading
) -> ConversationContext:
    """Return a conversation's context to an agent who may read it; see `agent_page`.

    Raises:
        RefusedError: NOT_FOUND, ROUTING_UNAVAILABLE.
    """
    await allow_reading(shop_id, reader, conversation_id, reading)
    context = await store.read(shop_id, conversation_id)
    if context is None:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such conversation.")
    return context


def _over(before: ContextRow, after: ContextRow) -> ContextRow:
    return replace(
        before,
        page_url=after.page_url or before.page_url,
        locale=after.locale or before.locale,
        cart=after.cart or before.cart,
    )
