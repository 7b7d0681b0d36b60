"""Orders on a real PostgreSQL: taken once, changed when they changed, of one shop only."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from services.history.storage.told_orders import ToldOrder
from shared.contracts.items import IdentityKind
from shared.contracts.orders import Checkpoint, Ingested
from shared.kernel.vocabulary import OrderStatus
from tests.support.clock import START
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import DAY_MS, line, order, person

if TYPE_CHECKING:
    from shared.contracts.orders import IngestOrder
    from tests.support.history import Stores

SOURCE = "ab" * 32


FIELDS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = 'history.told_order'::regclass "
    "AND NOT attisdropped ORDER BY attnum"
)


class TestIngest:
    async def test_second_time_changes_nothing(self, stores: Stores) -> None:
        batch = [order(f"A-{number}") for number in range(30)]
        first = await stores.orders.ingest(SHOP, batch, None)
        before = await stores.card_of()
        second = await stores.orders.ingest(SHOP, batch, None)
        assert first == Ingested(created=30, updated=0, unchanged=0)
        assert second == Ingested(created=0, updated=0, unchanged=30)
        assert await stores.card_of() == before

    async def test_changed_order_is_updated_and_keeps_its_id(self, stores: Stores) -> None:
        await stores.orders.ingest(SHOP, [order(status=OrderStatus.SHIPPED)], None)
        before = await stores.card_of()
        changed = order(status=OrderStatus.DELIVERED, lines=(line(), line(2)), total_minor=5_990)
        ingested = await stores.orders.ingest(SHOP, [changed, order("A-2")], None)
        after = await stores.card_of()
        assert ingested == Ingested(created=1, updated=1, unchanged=0)
        (kept,) = [one for one in after.orders if one["reference"] == "A-1"]
        assert kept["id"] == before.orders[0]["id"]
        assert (kept["status"], kept["total_minor"], len(kept["lines"])) == ("delivered", 5_990, 2)

    async def test_same_reference_of_another_platform_is_another_order(
        self, stores: Stores
    ) -> None:
        batch = [order("A-1", platform="one"), order("A-1", platform="two")]
        assert (await stores.orders.ingest(SHOP, batch, None)).created == 2

    async def test_bad_order_leaves_nothing_of_its_batch(self, stores: Stores) -> None:
        good = order("A-1", customer=person("bob"))
        bad = order("A-2").model_copy(update={"currency": None})
        with pytest.raises(asyncpg.NotNullViolationError):
            await stores.orders.ingest(SHOP, [good, bad], Checkpoint(source=SOURCE, next_batch=4))
        assert await stores.cards.card_of_identity(SHOP, IdentityKind.SHOP_CUSTOMER, "bob") is None
        assert await stores.orders.next_batch(SHOP, SOURCE) == 0

    async def test_row_has_the_fields_of_the_databases_type_in_their_order(
        self, stores: Stores
    ) -> None:
        async with stores.db.read(SHOP) as tx:
            rows = await tx.rows(FIELDS)
        assert tuple(row["attname"] for row in rows) == ToldOrder._fields

    async def test_batches_that_meet_count_each_order_once(self, stores: Stores) -> None:
        people = [person(f"p{number % 7}") for number in range(60)]
        batch = [order(f"A-{number}", customer=one) for number, one in enumerate(people)]
        found = await asyncio.gather(
            *(stores.orders.ingest(SHOP, turned, None) for turned in (batch, batch[::-1]) * 4)
        )
        assert sum(one.created for one in found) == 60
        assert sum(one.updated for one in found) == 0

    async def test_batch_that_looks_new_may_hold_what_is_known(self, stores: Stores) -> None:
        """Of a batch one in each sixteenth is looked for first: here the known ones are others."""
        batch = [order(f"A-{number}", updated_at=START) for number in range(160)]
        older = batch[5].model_copy(update={"updated_at": START - 1})
        newer = batch[47].model_copy(update={"updated_at": START + 1, "note": "left at noon"})
        batch[5], batch[47] = older, newer
        known = [
            older.model_copy(update={"updated_at": START}),
            newer.model_copy(update={"updated_at": START, "note": None}),
            batch[155],
        ]
        await stores.orders.ingest(SHOP, known, None)
        done = await stores.orders.ingest(SHOP, batch, Checkpoint(source=SOURCE, next_batch=4))
        assert done == Ingested(created=157, updated=1, unchanged=1, outdated=1)
        assert await stores.orders.next_batch(SHOP, SOURCE) == 4
        again = await stores.orders.ingest(SHOP, batch, None)
        assert again == Ingested(created=0, updated=0, unchanged=159, outdated=1)

    async def test_batches_of_the_same_new_orders_for_other_customers_end_as_one(
        self, stores: Stores
    ) -> None:
        """They meet at the orders and not before, as no customer is the same."""

        def batch(shop_ref: str, at: int) -> list[IngestOrder]:
            one = person(shop_ref)
            return [order(f"A-{n}", customer=one, updated_at=START + at) for n in range(60)]

        found = await asyncio.gather(
            *(stores.orders.ingest(SHOP, batch(f"p{at}", at), None) for at in range(6))
        )
        assert sum(one.created for one in found) == 60
        card = await stores.card_of("p5")
        assert card.customer["order_count"] == 60, "the newest state is kept, whichever came first"


class TestCustomers:
    async def test_newest_order_says_where_a_customer_lives(self, stores: Stores) -> None:
        newer = order("A-2", placed_at=START, customer=person(city="Gent", locale="nl-BE"))
        older = order("A-1", customer=person(city="Delft", phone="+31 6 12345678"))
        for batch in ([newer], [older]):
            await stores.orders.ingest(SHOP, batch, None)
        customer = (await stores.card_of()).customer
        assert (customer["city"], customer["locale"]) == ("Gent", "nl-BE")
        assert customer["phone"] == "+31 6 12345678", "what only the older one knows is kept"
        assert customer["since"] == older.placed_at

    async def test_order_of_a_batch_does_not_matter_for_a_customer(self, stores: Stores) -> None:
        batch = [
            order("A-2", placed_at=START, customer=person(city="Gent")),
            order("A-1", customer=person(city="Delft")),
        ]
        await stores.orders.ingest(SHOP, batch, None)
        customer = (await stores.card_of()).customer
        assert (customer["city"], customer["since"]) == ("Gent", batch[1].placed_at)

    async def test_address_typed_at_a_checkout_opens_no_card(self, stores: Stores) -> None:
        """LESSONS 24: typing somebody's e-mail shows nothing of theirs."""
        mail = person(email="Anna@Example.org", phone="+31612345678")
        await stores.orders.ingest(SHOP, [order(customer=mail)], None)
        for kind, value in (("email", "anna@example.org"), ("phone", "+31612345678")):
            assert await stores.cards.card_of_identity(SHOP, IdentityKind(kind), value) is None


class TestTotals:
    async def test_cancelled_orders_and_other_currencies_are_not_spent(
        self, stores: Stores
    ) -> None:
        batch = [
            order("A-1", total_minor=100),
            order("A-2", total_minor=20, placed_at=START - DAY_MS),
            order("A-3", total_minor=3_000, status=OrderStatus.CANCELLED),
            order("A-4", total_minor=40_000, currency="PLN"),
        ]
        await stores.orders.ingest(SHOP, batch, None)
        customer = (await stores.card_of()).customer
        assert (customer["spent_minor"], customer["currency"]) == (120, "EUR")
        assert customer["order_count"] == 4

    async def test_card_holds_the_five_newest_orders_newest_first(self, stores: Stores) -> None:
        batch = [order(f"A-{age}", placed_at=START - age * DAY_MS) for age in range(1, 9)]
        await stores.orders.ingest(SHOP, batch, None)
        card = await stores.card_of()
        assert [one["reference"] for one in card.orders] == ["A-1", "A-2", "A-3", "A-4", "A-5"]
        assert card.customer["order_count"] == 8


class TestShops:
    async def test_other_shop_finds_neither_identity_nor_customer(self, stores: Stores) -> None:
        """LESSONS 25: another shop's ids look the same as ids that do not exist."""
        await stores.orders.ingest(SHOP, [order()], None)
        customer_id = (await stores.card_of()).customer["id"]
        kind = IdentityKind.SHOP_CUSTOMER
        assert await stores.cards.card_of_identity(OTHER_SHOP, kind, "anna") is None
        assert await stores.cards.card_of_customer(OTHER_SHOP, customer_id) is None
        assert await stores.cards.card_of_customer(SHOP, customer_id) is not None

    async def test_same_reference_in_another_shop_is_another_order(self, stores: Stores) -> None:
        assert (await stores.orders.ingest(SHOP, [order()], None)).created == 1
        assert (await stores.orders.ingest(OTHER_SHOP, [order()], None)).created == 1


class TestCheckpoint:
    async def test_checkpoint_is_the_last_batchs_and_of_one_shop(self, stores: Stores) -> None:
        for next_batch in (1, 2):
            checkpoint = Checkpoint(source=SOURCE, next_batch=next_batch)
            await stores.orders.ingest(SHOP, [order()], checkpoint)
        assert await stores.orders.next_batch(SHOP, SOURCE) == 2
        assert await stores.orders.next_batch(OTHER_SHOP, SOURCE) == 0
        assert await stores.orders.next_batch(SHOP, "cd" * 32) == 0
