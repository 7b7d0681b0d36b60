"""Connections of hot calls on a real PostgreSQL: few, used again, and gone at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from shared.kernel.vocabulary import Service
from shared.kit import hot_connections
from shared.kit.hot_connections import HotConnections
from tests.support.patience import WAIT_S
from tests.support.postgres import TestDatabase

PID = "SELECT pg_backend_pid()"
SLOW = "SELECT pg_backend_pid(), pg_sleep(0.05)"


@pytest.fixture
async def database(clone_database: Callable[..., Awaitable[TestDatabase]]) -> TestDatabase:
    return await clone_database(Service.GATEWAY)


@pytest.fixture
def dsn(database: TestDatabase) -> str:
    return database.service_url(Service.GATEWAY).dsn


async def pid(hot: HotConnections, sql: str = PID) -> int:
    ((number, *_),) = await hot.fetch(sql, (), timeout_s=5)
    assert isinstance(number, int)
    return number


async def backends(database: TestDatabase) -> int:
    async with database.server.admin() as admin:
        count = await admin.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = $1", database.name
        )
    assert isinstance(count, int)
    return count


async def test_one_call_after_the_other_takes_the_same_connection(dsn: str) -> None:
    async with HotConnections(dsn, 3) as hot:
        assert len({await pid(hot) for _ in range(20)}) == 1


async def test_calls_at_once_take_no_more_connections_than_there_may_be(
    dsn: str, database: TestDatabase
) -> None:
    async with HotConnections(dsn, 3) as hot:
        pids = await asyncio.gather(*(pid(hot, SLOW) for _ in range(12)))
        assert len(set(pids)) == 3
        assert await backends(database) == 3


async def test_what_a_burst_left_is_closed_and_what_goes_on_being_used_is_not(
    dsn: str, database: TestDatabase
) -> None:
    async with HotConnections(dsn, 3, idle_s=1.0) as hot:
        await asyncio.gather(*(pid(hot, SLOW) for _ in range(3)))
        assert await backends(database) == 3
        used = await pid(hot)
        async with asyncio.timeout(WAIT_S):
            while await backends(database) > 1:
                assert await pid(hot) == used
        async with asyncio.timeout(WAIT_S):
            while await backends(database):  # noqa: ASYNC110  its rest takes its time
                await asyncio.sleep(0.02)
        assert await pid(hot) != used


async def test_whoever_waits_too_long_for_a_connection_is_told(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with HotConnections(dsn, 1) as hot:
        monkeypatch.setattr(hot_connections, "CONNECT_TIMEOUT_S", 0.05)
        async with asyncio.TaskGroup() as group:
            slow = group.create_task(hot.fetch("SELECT pg_sleep(0.5)", (), timeout_s=5))
            await asyncio.sleep(0)
            with pytest.raises(TimeoutError):
                await pid(hot)
        await slow
        assert await pid(hot)


async def test_a_statement_that_fails_or_takes_too_long_costs_its_connection_and_no_place(
    dsn: str,
) -> None:
    async with HotConnections(dsn, 1) as hot:
        first = await pid(hot)
        with pytest.raises(asyncpg.DivisionByZeroError):
            await hot.fetch("SELECT 1 / 0", (), timeout_s=5)
        second = await pid(hot)
        with pytest.raises(TimeoutError):
            await hot.fetch("SELECT pg_sleep(9)", (), timeout_s=0.05)
        assert len({first, second, await pid(hot)}) == 3


async def test_a_connection_that_the_server_ended_is_not_handed_out(
    dsn: str, database: TestDatabase
) -> None:
    async with HotConnections(dsn, 1) as hot:
        first = await pid(hot)
        async with database.server.admin() as admin:
            await admin.execute("SELECT pg_terminate_backend($1, 5000)", first)
        await asyncio.sleep(0.05)  # its goodbye is on the way
        assert await pid(hot) != first


async def test_nothing_is_left_connected_not_even_by_a_call_under_way(
    dsn: str, database: TestDatabase
) -> None:
    async with asyncio.TaskGroup() as group, HotConnections(dsn, 2) as hot:
        group.create_task(pid(hot, SLOW))
        await pid(hot)
    async with asyncio.timeout(WAIT_S):
        while await backends(database):  # noqa: ASYNC110  a server's process takes its time to end
            await asyncio.sleep(0.02)
