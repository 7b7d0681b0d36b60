"""Reads a conversation's items: all of them for agents, the visible ones for its customer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, takewhile
from uuid import UUID

from services.gateway.usecases.ports import ItemStore, StoredPage
from shared.contracts.items import Item, ItemPage
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Visibility

CUSTOMER_PAGE = 50
AGENT_PAGE = 200
PAGE_BYTES = 128 * 1024
"""Text in one page for a customer: a quarter of what one socket may have waiting to be sent."""


async def visible_page(
    shop_id: UUID, conversation_id: UUID, after_seq: int, store: ItemStore, limit: int
) -> StoredPage:
    """Return a page for the customer; what is for agents is left out but counts as read.

    The caller has made sure that the conversation is the customer's.

    Raises:
        RefusedError: NOT_FOUND.
    """
    page = await _page(shop_id, conversation_id, after_seq, store, limit)
    kept = tuple(fitting(page.items))
    through = page.through_seq if len(kept) == len(page.items) else kept[-1].seq
    visible = tuple(item for item in kept if item.visibility is Visibility.EVERYONE)
    return StoredPage(visible, through, page.last_seq, page.epoch)


async def agent_page(
    shop_id: UUID, conversation_id: UUID, after_seq: int, store: ItemStore
) -> ItemPage:
    """Return a page for an agent of the shop.

    Raises:
        RefusedError: NOT_FOUND.
    """
    page = await _page(shop_id, conversation_id, after_seq, store, AGENT_PAGE)
    return ItemPage(items=page.items, last_seq=page.last_seq, epoch=page.epoch)


async def _page(
    shop_id: UUID, conversation_id: UUID, after_seq: int, store: ItemStore, limit: int
) -> StoredPage:
    page = await store.page(shop_id, conversation_id, after_seq, limit)
    if page is None:
        raise RefusedError(ErrorCode.NOT_FOUND, "There is no such conversation.")
    return page


def fitting(items: tuple[Item, ...]) -> Iterator[Item]:
    """Yield the first item, and those after it while their text fits PAGE_BYTES."""
    sizes = accumulate(len(item.text.encode()) for item in items)
    fitting = sum(1 for _ in takewhile(lambda size: size <= PAGE_BYTES, sizes))
    yield from items[: max(1, fitting)]
