"""Pages of a conversation: what a customer may see, and no more of it than a socket takes."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.gateway.usecases.ports import StoredPage
from services.gateway.usecases.read_items import PAGE_BYTES, fitting, visible_page
from shared.contracts.items import Item
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Visibility
from tests.support.items import CONVERSATION, an_item

SHOP = UUID(int=1)


class Items:
    """The one question of an ItemStore that a page asks."""

    def __init__(self, *items: Item) -> None:
        self.items = items

    async def page(
        self, shop_id: UUID, conversation_id: UUID, after_seq: int, limit: int
    ) -> StoredPage | None:
        if conversation_id != CONVERSATION:
            return None
        found = tuple(item for item in self.items if item.seq > after_seq)[:limit]
        through = found[-1].seq if found else after_seq
        return StoredPage(found, through, len(self.items), 1)


async def visible(items: Items, conversation_id: UUID = CONVERSATION) -> StoredPage:
    return await visible_page(SHOP, conversation_id, 0, items, 10)  # type: ignore[arg-type]


async def test_what_is_for_agents_is_left_out_but_counts_as_read() -> None:
    """LESSONS 31."""
    page = await visible(Items(an_item(1), an_item(2, visibility=Visibility.AGENTS)))

    assert [item.seq for item in page.items] == [1]
    assert page.through_seq == 2


async def test_a_page_ends_where_its_text_would_be_too_much() -> None:
    long = "y" * (PAGE_BYTES // 4)
    page = await visible(Items(*(an_item(seq, text=long) for seq in range(1, 9))))

    assert [item.seq for item in page.items] == [1, 2, 3, 4]
    assert (page.through_seq, page.last_seq) == (4, 8)


async def test_a_page_has_at_least_one_item() -> None:
    assert len(list(fitting((an_item(1, text="y" * 2 * PAGE_BYTES),)))) == 1


async def test_an_empty_page_stands_where_it_was_asked() -> None:
    page = await visible(Items())

    assert (page.items, page.through_seq) == ((), 0)


async def test_an_unknown_conversation_is_not_found() -> None:
    with pytest.raises(RefusedError) as refused:
        await visible(Items(), UUID(int=9))

    assert refused.value.code is ErrorCode.NOT_FOUND
