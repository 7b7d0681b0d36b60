"""The tables themselves: what the service's functions refuse, and who may see what."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.kernel.vocabulary import Service
from shared.kit import roles
from shared.kit.database import open_database
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.postgres import TestDatabase
from tests.support.router import Rig, running_router


@pytest.fixture
async def rig(database: TestDatabase, clock: VirtualClock) -> AsyncIterator[Rig]:
    async with running_router(database, clock) as rig:
        yield rig


class TestFunctions:
    async def test_an_event_taken_twice_fails_the_whole_commit(
        self, rig: Rig, database: TestDatabase
    ) -> None:
        shop = await rig.shop()
        inbox = '[{"shop_id": "%s", "emitter": "gateway", "stream": "conv_x", "version": 1}]'
        async with open_database(database.service_url(Service.ROUTER)) as db:
            (taken,) = await db.call("SELECT router.take_lease($1, $2) AS token", shop, new_id())
            rows = '{"inbox": %s}' % (inbox % shop)
            call = "SELECT router.commit_group($1, $2, $3::jsonb) AS held"
            (first,) = await db.call(call, [shop], [taken["token"]], rows)
            assert first["held"] == [shop]
            with pytest.raises(asyncpg.RaiseError, match="taken twice"):
                await db.call(call, [shop], [taken["token"]], rows)

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
                await db.call("SELECT router.take_lease($1, $2)", new_id(), new_id())
