"""Scope, transactions and hot calls on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from typing import Any, cast
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Service
from shared.kit import roles, row_security
from shared.kit.database import Database, open_database, scope_of
from shared.kit.new_ids import new_id
from tests.support.postgres import TestDatabase

RED, BLUE = new_id(), new_id()
ROUNDS = 10_000
"""The number of alternations the foundation promises never to leak in."""

SEE = """
CREATE FUNCTION gateway.see(shops text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.shop_ids', shops, true);
    IF shops = 'fail' THEN RAISE EXCEPTION 'asked to fail'; END IF;
    PERFORM pg_sleep(CASE WHEN current_setting('test.slow', true) = 'on' THEN 1 ELSE 0 END);
    RETURN QUERY SELECT colour FROM gateway.paints;
END $$
"""


@pytest.fixture
async def paints(
    clone_database: Callable[..., Awaitable[TestDatabase]],
) -> TestDatabase:
    """A database with one shop table that holds a row of two shops each."""
    test_database = await clone_database()
    owner = await asyncpg.connect(test_database.url(roles.OWNER).dsn)
    for statement in (
        *row_security.schema_v1("gateway", "gateway"),
        "CREATE TABLE gateway.paints (shop_id uuid NOT NULL, colour text NOT NULL)",
        *row_security.shop_table("gateway", "paints", "gateway"),
        SEE,
        *row_security.routine_v1("gateway", "see(text)", "gateway"),
    ):
        await owner.execute(statement)
    await owner.close()
    async with test_database.server.admin(test_database.name) as admin:
        await admin.execute("INSERT INTO gateway.paints VALUES ($1, 'red')", RED)
        await admin.execute("INSERT INTO gateway.paints VALUES ($1, 'blue')", BLUE)
    return test_database


@pytest.fixture
async def db(paints: TestDatabase) -> AsyncIterator[Database]:
    """One connection in each pool, so that every step meets the last one's leavings."""
    url = paints.service_url(Service.GATEWAY)
    async with open_database(url, pool_size=1, hot_pool_size=1) as db:
        yield db


async def seen_by_call(db: Database, *shops: UUID) -> list[str]:
    return [row[0] for row in await db.call("SELECT gateway.see($1)", scope_of(*shops))]


async def seen_by_read(db: Database, *shops: UUID) -> list[str]:
    async with db.read(*shops) as tx:
        return [row["colour"] for row in await tx.rows("SELECT colour FROM gateway.paints")]


class TestScope:
    async def test_transaction_sees_its_own_shop_only(self, db: Database) -> None:
        assert await seen_by_read(db, RED) == ["red"]
        assert await seen_by_read(db, BLUE) == ["blue"]
        assert sorted(await seen_by_read(db, RED, BLUE)) == ["blue", "red"]

    async def test_unset_shop_sees_zero_rows(self, db: Database) -> None:
        assert await db.call("SELECT colour FROM gateway.paints") == []

    async def test_scope_used_before_leaves_zero_rows_behind(self, db: Database) -> None:
        await seen_by_call(db, RED)
        assert await db.call("SELECT colour FROM gateway.paints") == []

    async def test_transaction_cannot_write_another_shops_row(self, db: Database) -> None:
        with pytest.raises(DBAPIError, match="row-level security"):
            async with db.write(RED) as tx:
                await tx.execute(
                    "INSERT INTO gateway.paints VALUES (:shop, 'green')", {"shop": BLUE}
                )

    async def test_owner_sees_zero_rows_because_security_is_forced(
        self, paints: TestDatabase
    ) -> None:
        async with open_database(paints.url(roles.OWNER)) as owner:
            assert await owner.call("SELECT colour FROM gateway.paints") == []

    def test_scope_refuses_no_shop_and_more_than_eight(self) -> None:
        for shops in ([], [new_id() for _ in range(9)]):
            with pytest.raises(ValueError, match="1 to 8"):
                scope_of(*shops)


class TestTransactions:
    async def test_read_transaction_cannot_write(self, db: Database) -> None:
        with pytest.raises(DBAPIError, match="read-only"):
            async with db.read(RED) as tx:
                await tx.value("INSERT INTO gateway.paints VALUES (:shop, 'x')", {"shop": RED})

    async def test_write_transaction_commits_at_the_end_of_its_block(self, db: Database) -> None:
        async with db.write(RED) as tx:
            insert = "INSERT INTO gateway.paints VALUES (:shop, 'pink')"
            assert await tx.execute(insert, {"shop": RED}) == 1
        assert sorted(await seen_by_read(db, RED)) == ["pink", "red"]

    async def test_write_transaction_keeps_nothing_when_its_block_refuses(
        self, db: Database
    ) -> None:
        with pytest.raises(RefusedError):  # noqa: PT012  the refusal has to come inside the block
            async with db.write(RED) as tx:
                await tx.execute("UPDATE gateway.paints SET colour = 'lost'")
                raise RefusedError(ErrorCode.FORBIDDEN, "No.")
        assert await seen_by_read(db, RED) == ["red"]


class TestLeaks:
    async def test_pooled_connection_alternating_shops_never_leaks(self, db: Database) -> None:
        for round_number in range(ROUNDS):
            shop, colour = (RED, "red") if round_number % 2 else (BLUE, "blue")
            assert await seen_by_call(db, shop) == [colour]
            if round_number % 100 == 0:
                assert await seen_by_read(db, shop) == [colour]
                assert await db.call("SELECT colour FROM gateway.paints") == []

    async def test_connection_never_leaks_after_an_error(self, db: Database) -> None:
        for _ in range(20):
            with pytest.raises(asyncpg.PostgresError, match="asked to fail"):
                await db.call("SELECT gateway.see($1)", "fail")
            assert await db.call("SELECT colour FROM gateway.paints") == []
            with pytest.raises(DBAPIError):
                async with db.write(RED) as tx:
                    await tx.execute("SELECT 1 / 0")
            assert await seen_by_read(db, BLUE) == ["blue"]

    @pytest.mark.parametrize("way", [seen_by_call, seen_by_read])
    async def test_connection_never_leaks_after_a_cancel_at_any_await(
        self, db: Database, way: Callable[..., Awaitable[list[str]]]
    ) -> None:
        steps = 0
        while await _cancelled_at(way(db, RED), steps):
            assert await seen_by_call(db, BLUE) == ["blue"]
            assert await seen_by_read(db, BLUE) == ["blue"]
            assert await db.call("SELECT colour FROM gateway.paints") == []
            steps += 1
        assert steps > 1, "the work must have been cancelled at several of its awaits"


async def _cancelled_at(work: Awaitable[list[str]], steps: int) -> bool:
    """Cancel the work at its nth suspension; return whether it got that far before it ended."""
    try:
        await _CancelAfter(work, steps)
    except asyncio.CancelledError:
        return True
    return False


class _CancelAfter:
    """Awaits a coroutine, throwing a cancel into it at its nth suspension."""

    def __init__(self, work: Awaitable[list[str]], steps: int) -> None:
        self._inner = cast("Generator[Any, None, list[str]]", work.__await__())
        self._steps = steps

    def __await__(self) -> Generator[Any, None, list[str]]:
        seen = 0
        try:
            while True:
                cancel = seen == self._steps
                waits_on = (
                    self._inner.throw(asyncio.CancelledError()) if cancel else next(self._inner)
                )
                seen += 1
                yield waits_on
        except StopIteration as done:
            return list(done.value)
