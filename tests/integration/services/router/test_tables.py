"""The tables themselves: what the service's functions refuse, and who may see what."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import asyncpg
import pytest

from services.router.app import open_set_up
from services.router.storage.leases import LeaseRows
from services.router.storage.routing_store import RoutingTables
from services.router.usecases.ownership import NotOwnedError
from shared.kernel.vocabulary import Service
from shared.kit import roles
from shared.kit.database import open_database
from shared.kit.new_ids import new_id
from tests.support.postgres import TestDatabase
from tests.support.router import Rig, settings_of


class TestFunctions:
    async def test_an_event_taken_twice_fails_the_whole_commit(
        self, database: TestDatabase
    ) -> None:
        shop = new_id()
        async with open_set_up(settings_of(database)) as set_up:
            await set_up.create_shop(shop, "A shop")
        inbox = '[{"shop_id": "%s", "emitter": "gateway", "stream": "conv_x", "version": 1}]'
        async with open_database(database.service_url(Service.ROUTER)) as db:
            (taken,) = await db.call(
                "SELECT * FROM router.take_lease($1, $2, 3000)", shop, new_id()
            )
            rows = '{"inbox": %s}' % (inbox % shop)
            call = "SELECT router.commit_group($1, $2, $3::jsonb) AS held"
            (first,) = await db.call(call, [shop], [taken["token"]], rows)
            assert first["held"] == [shop]
            with pytest.raises(asyncpg.RaiseError, match="taken twice"):
                await db.call(call, [shop], [taken["token"]], rows)

    async def test_a_renewal_waits_for_no_commit_and_a_take_over_does(
        self, database: TestDatabase
    ) -> None:
        """Else one commit that hangs would cost its router every lease; see decision 0008."""
        shop, holder = new_id(), new_id()
        async with AsyncExitStack() as stack:
            set_up = await stack.enter_async_context(open_set_up(settings_of(database)))
            await set_up.create_shop(shop, "A shop")
            db = await stack.enter_async_context(
                open_database(database.service_url(Service.ROUTER))
            )
            sweeper = await stack.enter_async_context(
                open_database(database.sweep_url(Service.ROUTER))
            )
            token = await RoutingTables(db, holder).take(shop)
            assert token == 1
            leases = LeaseRows(sweeper, holder)
            tx = await stack.enter_async_context(db.write(shop))
            commit = "SELECT router.commit_group(ARRAY[:shop]::uuid[], ARRAY[1]::bigint[], '{}')"
            assert await tx.value(commit, {"shop": shop}) == [shop]
            assert await leases.renew({shop: token}) == {shop}
            with pytest.raises(NotOwnedError) as other:
                await RoutingTables(db, new_id()).take(shop)
            assert other.value.holder == holder
            await leases.release()
            async with asyncio.TaskGroup() as group:
                taking = group.create_task(RoutingTables(db, new_id()).take(shop))
                await asyncio.sleep(0.2)
                assert not taking.done()
                await tx.execute("COMMIT")
            assert taking.result() == 2
            assert await leases.renew({shop: token}) == frozenset()

    async def test_the_sweep_role_may_prolong_leases_and_take_none(
        self, database: TestDatabase
    ) -> None:
        async with open_database(database.sweep_url(Service.ROUTER)) as db:
            for column in ("token = token + 1", "holder = holder"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await db.call(f"UPDATE router.leases SET {column}")  # noqa: S608  the columns above

    async def test_what_the_release_before_calls_takes_no_living_lease(
        self, database: TestDatabase
    ) -> None:
        shop, old = new_id(), "SELECT router.take_lease($1, $2) AS token"
        async with (
            open_set_up(settings_of(database)) as set_up,
            open_database(database.service_url(Service.ROUTER)) as db,
        ):
            await set_up.create_shop(shop, "A shop")
            first = [await db.call(old, shop, holder) for holder in (new_id(), new_id())]
            assert [[row["token"] for row in rows] for rows in first] == [[1], [None]]

    async def test_the_sweep_role_reads_shops_and_leases_and_nothing_of_routing(
        self, rig: Rig, database: TestDatabase
    ) -> None:
        shop = await rig.shop()
        async with open_database(database.sweep_url(Service.ROUTER)) as db:
            (row,) = await db.call("SELECT shop_id FROM router.shops")
            assert row["shop_id"] == shop
            for table in ("agents", "conversations", "offers", "api_keys", "decisions"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await db.call(f"SELECT * FROM router.{table}")  # noqa: S608  the names above

    async def test_without_a_shop_in_scope_nothing_is_there(
        self, rig: Rig, database: TestDatabase
    ) -> None:
        shop = await rig.shop()
        await rig.agent(shop)
        async with open_database(database.service_url(Service.ROUTER)) as db:
            assert await db.call("SELECT * FROM router.agents") == []
            async with db.read(new_id()) as tx:
                assert await tx.rows("SELECT * FROM router.agents") == []

    async def test_only_the_service_may_call_the_functions(
        self, rig: Rig, database: TestDatabase
    ) -> None:
        async with open_database(database.url(roles.sweep_role(Service.ROUTER))) as db:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await db.call("SELECT router.take_lease($1, $2, 3000)", new_id(), new_id())
