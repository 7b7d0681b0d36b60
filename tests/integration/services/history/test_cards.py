"""The card on a real PostgreSQL: what it holds, and that finding it reads nobody else's rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.cards import CardRequest
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kernel.vocabulary import OrderStatus, Service
from shared.kit import roles
from tests.support.clock import START
from tests.support.history import OTHER_SHOP, SHOP
from tests.support.orders import DAY_MS, contact, line, order, person
from tests.support.postgres import TestDatabase

if TYPE_CHECKING:
    from tests.support.history import RunningService, Stores

CUSTOMERS = 400
HOT = "history.card($1, 'shop_customer', $2, 5)"


def request(value: str = "anna", *, verified: bool = True, shop_id: UUID = SHOP) -> CardRequest:
    ref = CustomerRef(kind=IdentityKind.SHOP_CUSTOMER, value=value, verified=verified)
    return CardRequest(shop_id=shop_id, customer=ref)


class TestCardOnTheBus:
    async def test_card_tells_orders_and_contacts_of_who_writes(
        self, service: RunningService, stores: Stores
    ) -> None:
        shipped = order(
            "A-2",
            status=OrderStatus.SHIPPED,
            placed_at=START - 9 * DAY_MS,
            promised_at=START - 1,
            delivered_at=None,
            lines=(line(1, title="Чайник", freight_minor=400), line(2)),
            review_text="Goed",
        )
        await stores.orders.ingest(SHOP, [order("A-1"), shipped], None)
        await stores.contacts.ingest(SHOP, [contact("T-1"), contact("T-2", age_days=2)])
        card = await service.card(request(" anna "))
        assert card is not None
        newest, oldest = card.orders
        assert (newest.reference, newest.late, newest.review_text) == ("A-2", True, "Goed")
        assert [one.title for one in newest.lines] == ["Чайник", "Tea kettle"]
        assert (oldest.reference, oldest.late) == ("A-1", False)
        assert [one.ended_at for one in card.contacts] == [START - DAY_MS, START - 2 * DAY_MS]
        assert card.contacts[0].agent_name == "Piotr"
        assert card.contacts[0].last_words == "Tomorrow."
        assert (card.customer.order_count, card.customer.contact_count) == (2, 2)

    async def test_card_tells_what_came_back_and_what_the_shop_noted(
        self, service: RunningService, stores: Stores
    ) -> None:
        told: dict[str, Any] = {
            "refunded_minor": 1_000,
            "returned_at": START,
            "note": "One cup was broken.",
        }
        await stores.orders.ingest(SHOP, [order(**told), order("A-2")], None)
        card = await service.card(request())
        assert card is not None
        back = next(one for one in card.orders if one.reference == "A-1")
        assert (back.refunded_minor, back.returned_at, back.note) == tuple(told.values())
        assert card.customer.spent_minor == 2 * 2_995 - 1_000

    async def test_unverified_or_unknown_writer_or_other_shop_gets_none(
        self, service: RunningService, stores: Stores
    ) -> None:
        """LESSONS 24 and 25: all three look the same."""
        await stores.orders.ingest(SHOP, [order()], None)
        for other in (
            request(verified=False),
            request("nobody"),
            request(shop_id=OTHER_SHOP),
        ):
            assert await service.card(other) is None

    async def test_order_with_very_many_lines_shows_the_first_and_counts_the_rest(
        self, service: RunningService, stores: Stores
    ) -> None:
        lines = tuple(line(number) for number in range(1, 81))
        await stores.orders.ingest(SHOP, [order(lines=lines)], None)
        card = await service.card(request())
        assert card is not None
        assert (len(card.orders[0].lines), card.orders[0].more_lines) == (50, 30)


class TestPlans:
    """The hot statements read one customer's rows by key, with statistics and without any."""

    @pytest.mark.parametrize("analysed", [False, True])
    async def test_card_reads_every_table_by_its_key(
        self, stores: Stores, history_database: TestDatabase, *, analysed: bool
    ) -> None:
        people = [person(f"p{number}") for number in range(CUSTOMERS)]
        batch = [order(f"A-{n}", customer=one) for n, one in enumerate(people)]
        await stores.orders.ingest(SHOP, batch, None)
        past = [contact(one.shop_ref, shop_ref=one.shop_ref) for one in people]
        await stores.contacts.ingest(SHOP, past)
        plans = await self.plans(history_database, f"SELECT * FROM {HOT}", analysed=analysed)  # noqa: S608  constants
        assert "Seq Scan" not in plans
        for index in (
            "identities_pkey",
            "customers_pkey",
            "orders_of_customer",
            "contacts_of_customer",
        ):
            assert index in plans
        removed = [int(rows) for rows in re.findall(r"Rows Removed by Filter: (\d+)", plans)]
        own = 2  # this customer's two addresses, which are no hint at anybody else
        assert sum(removed) <= own, "rows of other customers were read"

    @staticmethod
    async def plans(database: TestDatabase, sql: str, *, analysed: bool) -> str:
        """Return the plans, as they ran, of every statement inside a call."""
        told: list[str] = []
        async with database.server.admin(database.name) as admin:
            if analysed:
                await admin.execute("ANALYZE")
            await admin.execute(
                "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0;"
                "SET auto_explain.log_nested_statements = on; SET auto_explain.log_analyze = on;"
                "SET client_min_messages = log;"
                f"SET ROLE {roles.service_role(Service.HISTORY)}"
            )
            admin.add_log_listener(lambda _, message: told.append(str(message)))
            assert isinstance(admin, asyncpg.Connection)
            assert len(await admin.fetch(sql, SHOP, "p7")) == 1
        return "\n".join(told)
