"""Reads a conversation's items: all of them for agents, the visible ones for its customer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Reading:
    """What an agent's reading needs."""

    items: ItemStore
    ask_router: Callable[[UUID, UUID, UUID], Awaitable[bool]]
    """(shop, agent, conversation) -> whether it was ever offered to the agent."""


async def agent_page(
    shop_id: UUID, reader: UUID | None, conversation_id: UUID, after_seq: int, needs: Reading
) -> ItemPage:
    """Return a page for an agent who was offered the conversation once, or for a supervisor.

    Args:
        shop_id: the shop.
        reader: the agent; None: a supervisor, who reads every conversation of the shop.
        conversation_id: which one.
        after_seq: the last item that is known.
        needs: where items and answers come from.

    Raises:
        RefusedError: NOT_FOUND, also for one that is not the agent's to see; ROUTING_UNAVAILABLE.
    """
    await allow_reading(shop_id, reader, conversation_id, needs)
    page = await _page(shop_id, conversation_id, after_seq, needs.items, AGENT_PAGE)
    return ItemPage(items=page.items, last_seq=page.last_seq, epoch=page.epoch)


async def allow_reading(
    shop_id: UUID, reader: UUID | None, conversation_id: UUID, needs: Reading
) -> None:
    """Let an agent pass who was offered the conversation once, or a supervisor (None).

    Raises:
        RefusedError: NOT_FOUND, ROUTING_UNAVAILABLE.
    """
    if reader is None:
        return
    # Whoever serves it is known here, and needs no answer of the router's.
    allowed = await needs.items.serves(shop_id, reader, conversation_id) or await needs.ask_router(
        shop_id, reader, conversation_id
    )
    if not allowed:
        raise _not_found()


async def _page(
    shop_id: UUID, conversation_id: UUID, after_seq: int, store: ItemStore, limit: int
) -> StoredPage:
    page = await store.page(shop_id, conversation_id, after_seq, limit)
    if page is None:
        raise _not_found()
    return page


def _not_found() -> RefusedError:
    return RefusedError(ErrorCode.NOT_FOUND, "There is no such conversation.")


def fitting(items: tuple[Item, ...]) -> Iterator[Item]:
    """Yield the first item, and those after it while their text fits PAGE_BYTES."""
    sizes = accumulate(len(item.text.encode()) for item in items)
    fitting = sum(1 for _ in takewhile(lambda size: size <= PAGE_BYTES, sizes))
    yield from items[: max(1, fitting)]
