"""What changed is told once and counted once, and not lost when the database is away."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest

from services.history.usecases.count_together import ShopsToCount
from services.history.usecases.tell_changes import TOLD_MOST, CardNews
from shared.contracts.cards import CardsChanged
from shared.contracts.items import CustomerRef, IdentityKind

SHOP, CUSTOMER = UUID(int=1), UUID(int=2)


class Known:
    """Knows the customers of every shop but an empty one."""

    async def openers(
        self, shop_id: UUID, shop_refs: Sequence[str], customer_ids: Sequence[UUID]
    ) -> Sequence[tuple[CustomerRef, UUID]]:
        kind = IdentityKind.SHOP_CUSTOMER
        named = [*shop_refs, *map(str, customer_ids)] if shop_id == SHOP else []
        return [(CustomerRef(kind=kind, value=value, verified=True), CUSTOMER) for value in named]


async def test_customers_are_told_once_a_shop() -> None:
    told: list[CardsChanged] = []

    async def tell(news: CardsChanged) -> None:
        told.append(news)

    news = CardNews()
    news.changed(SHOP, ["anna", "ben"])
    news.changed(SHOP, ["anna"])
    news.changed(UUID(int=7), ["nobody"])
    news.changed_of(SHOP, [CUSTOMER])
    await news.tell(Known(), tell)
    (one,) = told
    assert [ref.value for ref in one.customers] == ["anna", "ben", str(CUSTOMER)]
    assert one.customer_ids == (CUSTOMER,)


async def test_back_fill_is_told_of_so_many_customers_only() -> None:
    told: list[CardsChanged] = []

    async def tell(news: CardsChanged) -> None:
        told.append(news)

    news = CardNews()
    for batch in range(5):
        news.changed(SHOP, [f"{batch}-{number}" for number in range(200)])
    await news.tell(Known(), tell)
    assert len(told[0].customers) == TOLD_MOST


async def test_shop_that_could_not_be_counted_is_counted_later() -> None:
    class Store:
        """Is away at first."""

        counted = 0

        async def count_together(self, shop_id: UUID, orders: int, least: int, most: int) -> int:
            self.counted += 1
            if self.counted == 1:
                raise ConnectionError
            return 0

    shops, store = ShopsToCount(), Store()
    shops.changed(SHOP)
    with pytest.raises(ConnectionError):
        await shops.count(store)
    assert await shops.count(store) == 1
    assert await shops.count(store) == 0
