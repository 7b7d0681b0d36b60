"""What a shop does not want kept any longer goes; to whom cards were shown is noted in batches."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.history.storage.retention import SqlRetention
from services.history.storage.views import SqlViews
from services.history.usecases.keep_retention import KeepRetention
from services.history.usecases.note_views import CardViews, Views
from shared.contracts.claims import Principal
from shared.contracts.retention import RetentionAnswer, RetentionAsked, RetentionRules
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope, Service
from shared.kit.change_log import ChangeLog, actor_of
from shared.kit.database import MAX_SHOPS, open_database
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.history import OTHER_SHOP, SHOP, RunningService, Stores
from tests.support.orders import order
from tests.support.patience import WAIT_S
from tests.support.postgres import TestDatabase

DAY_MS = 86_400_000
RULES = {"orders_days": 30, "contacts_days": 7}


class Others:
    """The other services, which have nothing left."""

    def __init__(self) -> None:
        self.asked: list[tuple[Service, RetentionAsked]] = []

    async def retain(self, service: Service, asked: RetentionAsked) -> RetentionAnswer:
        self.asked.append((service, asked))
        return RetentionAnswer(erased={"conversations": 1}, more=len(self.asked) == 1)


def somebody(shop_id: Any = SHOP) -> Principal:
    return Principal(shop_id=shop_id, scopes=(Scope.ADMIN,), name="Ada", expires_at=0)


class TestRules:
    async def test_a_shop_without_rules_keeps_everything(self, service: RunningService) -> None:
        told = (await service.client(Scope.SUPERVISOR).get("/v1/retention")).json()
        assert set(told["rules"].values()) == {None}

    async def test_admins_set_them_and_supervisors_see_who_did(
        self, service: RunningService
    ) -> None:
        admin, supervisor = service.client(Scope.ADMIN), service.client(Scope.SUPERVISOR)
        (await admin.put("/v1/retention", json=RULES)).raise_for_status()
        told = (await supervisor.get("/v1/retention")).json()
        assert told["rules"]["orders_days"] == 30
        assert told["changed_at"] is not None
        assert (await supervisor.put("/v1/retention", json={})).status_code == 403
        zero = await admin.put("/v1/retention", json={"orders_days": 0})
        assert (zero.status_code, zero.json()["code"]) == (422, "invalid_request")


class TestSweep:
    async def test_what_is_older_goes_and_nothing_else(
        self, stores: Stores, history_database: TestDatabase
    ) -> None:
        clock, others = VirtualClock(), Others()
        old, new = clock.now() - 31 * DAY_MS, clock.now() - 29 * DAY_MS
        for shop in (SHOP, OTHER_SHOP):
            orders = [
                order(reference="old", placed_at=old),
                order(reference="new", placed_at=new),
            ]
            await stores.orders.ingest(shop, orders, None)
        async with open_database(history_database.sweep_url(Service.HISTORY)) as sweep:
            book = SqlRetention(stores.db, sweep, ChangeLog("history", clock))
            keep = KeepRetention(book, others, clock)
            await keep.change(somebody(), RetentionRules(orders_days=30, decisions_days=2))
            assert await keep.sweep() == 1
            assert await keep.sweep() == 0, "it rests for an hour"
            told = await book.show(SHOP)

        assert await _orders(stores, SHOP) == ["new"]
        assert await _orders(stores, OTHER_SHOP) == ["new", "old"]
        assert told.erased == {
            "gateway.conversations": 2,
            "router.conversations": 1,
            "history.orders": 1,
            "history.carts": 0,
        }
        (first, *_), since = others.asked, clock.now() - 2 * DAY_MS
        assert first[1].decisions_before == since
        assert first[1].files_before is None


async def _orders(stores: Stores, shop: Any) -> list[str]:
    async with stores.db.read(shop) as tx:
        rows = await tx.rows("SELECT reference FROM history.orders ORDER BY 1")
        found = await tx.rows("SELECT id FROM history.searchable WHERE kind = 'order'")
    assert len(found) == len(rows)
    return [row["reference"] for row in rows]


class TestViews:
    async def test_many_reads_of_a_card_are_one_row_that_a_supervisor_reads(
        self, service: RunningService, stores: Stores
    ) -> None:
        await stores.orders.ingest(SHOP, [order(reference="R-1")], None)
        async with stores.db.read(SHOP) as tx:
            customer = await tx.value("SELECT id FROM history.customers")
        agent, supervisor = service.client(Scope.AGENT), service.client(Scope.SUPERVISOR)
        wire = (await agent.get(f"/v1/customers/{_wire(customer)}")).json()["customer"]["id"]
        for _ in range(4):
            (await agent.get(f"/v1/customers/{wire}")).raise_for_status()

        told: list[dict[str, Any]] = []
        async with asyncio.timeout(WAIT_S):  # they may be written by two calls
            while sum(one["data"]["times"] for one in told) < 5:
                await asyncio.sleep(0.05)
                told = await _audit(supervisor, wire)

        assert [(one["kind"], one["data"]["times"]) for one in told] == [("card_views", 5)]
        assert (await agent.get(f"/v1/customers/{wire}/audit")).status_code == 403

    async def test_what_could_not_be_written_is_written_later(self, stores: Stores) -> None:
        class Store(SqlViews):
            """Is away at first."""

            away = True

            async def add(self, views: Views) -> None:
                if self.away:
                    raise ConnectionError
                await super().add(views)

        clock, customer = VirtualClock(), new_id()
        store = Store(stores.db)
        views = CardViews(store, clock, actor_of)
        views.note(somebody(), customer)
        with pytest.raises(ConnectionError):
            await views.flush()
        views.note(somebody(), customer)
        store.away = False
        await views.flush()
        await views.flush()
        async with stores.db.read(SHOP) as tx:
            rows = await tx.rows("SELECT times FROM history.card_views")
        assert [row["times"] for row in rows] == [2]

    async def test_views_of_many_shops_are_written_at_once_each_in_its_own(
        self, stores: Stores
    ) -> None:
        views = CardViews(SqlViews(stores.db), VirtualClock(), actor_of)
        shops = [new_id() for _ in range(MAX_SHOPS + 1)]
        for shop_id in shops:
            views.note(somebody(shop_id), new_id())
        await views.flush()
        for shop_id in shops:
            async with stores.db.read(shop_id) as tx:
                (row,) = await tx.rows("SELECT shop_id, times FROM history.card_views")
            assert (row["shop_id"], row["times"]) == (shop_id, 1)


def _wire(customer_id: Any) -> str:
    return encode(IdKind.CUSTOMER, customer_id)


async def _audit(client: Any, customer: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/customers/{customer}/audit")
    records: list[dict[str, Any]] = answer.json()["records"]
    return records
