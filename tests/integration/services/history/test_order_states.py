"""Older states, parts, carts and products on PostgreSQL: any order of arrival ends the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import text

from shared.contracts.cards import OrderSummary
from shared.contracts.items import IdentityKind
from shared.contracts.orders import Ingested, OrderParts, Payment, Shipment
from shared.kernel.vocabulary import OrderStatus, PaymentStatus, ShipmentStatus
from shared.kit.new_ids import new_id
from tests.support.cards import card_at
from tests.support.clock import START
from tests.support.orders import DAY_MS, cart, line, order, product

if TYPE_CHECKING:
    from tests.support.history import Stores

SHOP, OTHER_SHOP = new_id(), new_id()


async def shown(stores: Stores) -> OrderSummary:
    card = await stores.cards.card_of_identity(SHOP, IdentityKind.SHOP_CUSTOMER, "anna")
    assert card is not None
    return card_at(card, START).orders[0]


async def rows(stores: Stores, sql: str) -> Sequence[Any]:
    async with stores.db.read(SHOP) as tx:
        return await tx.rows(text(sql))


class TestOlderStates:
    async def test_older_state_never_replaces_a_newer(self, stores: Stores) -> None:
        newer = order(status=OrderStatus.DELIVERED, updated_at=START)
        older = order(status=OrderStatus.SHIPPED, updated_at=START - 1)
        await stores.orders.ingest(SHOP, [newer], None)
        late = await stores.orders.ingest(SHOP, [older], None)
        assert late == Ingested(created=0, updated=0, unchanged=0, outdated=1)
        assert (await shown(stores)).status is OrderStatus.DELIVERED

    async def test_state_without_an_instant_replaces_none_that_has_one(
        self, stores: Stores
    ) -> None:
        told = [order(note="two", updated_at=START), order(note="one"), order(note="three")]
        counts = [await stores.orders.ingest(SHOP, [one], None) for one in told]
        assert [one.outdated for one in counts] == [0, 1, 1]
        assert (await shown(stores)).note == "two"

    async def test_without_any_instant_what_comes_later_is_newer(self, stores: Stores) -> None:
        for note in ("one", "two", "one"):
            await stores.orders.ingest(SHOP, [order(note=note)], None)
        assert (await shown(stores)).note == "one"

    async def test_states_of_one_instant_end_the_same_in_any_order(self, stores: Stores) -> None:
        states = [order(note=note, updated_at=START) for note in ("one", "two", "three")]
        ends = set()
        for shop, turned in zip(new_shops(), itertools.permutations(states), strict=False):
            for state in turned:
                await stores.orders.ingest(shop, [state], None)
            async with stores.db.read(shop) as tx:
                ends.add(await tx.value("SELECT note FROM history.orders"))
        assert len(ends) == 1


def new_shops() -> Iterator[UUID]:
    while True:
        yield new_id()


class TestParts:
    async def test_parts_come_back_as_they_were_told(self, stores: Stores) -> None:
        parts = OrderParts(
            payments=(
                Payment(reference="P", status=PaymentStatus.FAILED, amount_minor=2_995, at=START),
            ),
            shipments=(
                Shipment(
                    reference="S",
                    status=ShipmentStatus.DELIVERED,
                    carrier="PostNL",
                    tracking_number="3S1",
                    tracking_url="https://postnl.example/3S1",
                    promised_at=START - DAY_MS,
                    delivered_at=START,
                ),
            ),
        )
        told = order(number="#1001", promised_at=None, delivered_at=None, parts=parts)
        await stores.orders.ingest(SHOP, [told], None)
        order_shown = await shown(stores)
        assert order_shown.parts == parts
        assert order_shown.number == "#1001"
        assert (order_shown.delivered_at, order_shown.late) == (START, True)


class TestCarts:
    async def test_cart_is_in_progress_until_its_order_comes(self, stores: Stores) -> None:
        await stores.orders.ingest_carts(SHOP, [cart("K-1"), cart("K-2")])
        await stores.orders.ingest(SHOP, [order(cart_reference="K-1")], None)
        assert await in_progress(stores) == ["K-2"]

    async def test_cart_that_comes_after_its_order_is_ended(self, stores: Stores) -> None:
        await stores.orders.ingest(SHOP, [order(cart_reference="K-1")], None)
        await stores.orders.ingest_carts(SHOP, [cart("K-1")])
        again = await stores.orders.ingest_carts(SHOP, [cart("K-1", updated_at=START + 1)])
        assert again.updated == 1
        assert await in_progress(stores) == []

    async def test_older_state_of_a_cart_is_left(self, stores: Stores) -> None:
        done = cart(completed_at=START + 5, updated_at=START + 5)
        counts = [await stores.orders.ingest_carts(SHOP, [one]) for one in (done, cart(), done)]
        assert [(one.created, one.unchanged, one.outdated) for one in counts] == [
            (1, 0, 0),
            (0, 0, 1),
            (0, 1, 0),
        ]
        assert await in_progress(stores) == []

    async def test_another_shop_has_none_of_it(self, stores: Stores) -> None:
        await stores.orders.ingest_carts(SHOP, [cart()])
        await stores.orders.ingest_products(SHOP, [product()])
        assert (await stores.orders.ingest_carts(OTHER_SHOP, [cart()])).created == 1
        assert (await stores.orders.ingest_products(OTHER_SHOP, [product()])).created == 1


async def in_progress(stores: Stores) -> list[str]:
    found = await rows(
        stores,
        "SELECT reference FROM history.carts "
        "WHERE completed_at IS NULL AND ordered_at IS NULL ORDER BY 1",
    )
    return [row["reference"] for row in found]


class TestProducts:
    async def test_line_is_shown_with_the_picture_of_its_product(self, stores: Stores) -> None:
        await stores.orders.ingest(SHOP, [order(lines=(line(1), line(2)))], None)
        counts = [
            await stores.orders.ingest_products(SHOP, batch)
            for batch in (
                [product("P-1", updated_at=START), product("P-9")],
                [product("P-1", updated_at=START - 1, picture_url=None), product("P-9")],
            )
        ]
        assert counts == [
            Ingested(created=2, updated=0, unchanged=0),
            Ingested(created=0, updated=0, unchanged=1, outdated=1),
        ]
        pictures = [one.picture_url for one in (await shown(stores)).lines]
        assert pictures == ["https://shop.example/P-1.jpg", None]

    async def test_product_of_another_platform_is_another(self, stores: Stores) -> None:
        await stores.orders.ingest(SHOP, [order()], None)
        await stores.orders.ingest_products(SHOP, [product("P-1", platform="other")])
        assert [one.picture_url for one in (await shown(stores)).lines] == [None]
