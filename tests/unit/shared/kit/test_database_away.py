"""Failures that pass by themselves are told as "try again"; the others stay what they are."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import asyncpg
import pytest
from sqlalchemy import exc

from shared.kernel.errors import ErrorCode
from shared.kit.database_away import RETRY_AFTER_MS, DatabaseAwayError, told_when_away


def lost_connection() -> exc.DBAPIError:
    return exc.DBAPIError("SELECT 1", {}, OSError("gone"), connection_invalidated=True)


def failed_with(state: type[asyncpg.PostgresError]) -> exc.DBAPIError:
    return exc.DBAPIError("SELECT 1", {}, state("so it is"))


PASSING: tuple[tuple[Exception, bool], ...] = (
    (asyncpg.ConnectionDoesNotExistError(), False),
    (asyncpg.CannotConnectNowError(), False),
    (asyncpg.AdminShutdownError(), False),
    (asyncpg.TooManyConnectionsError(), False),
    (asyncpg.InterfaceError("the connection is closed"), False),
    (asyncpg.InternalClientError("another operation (2) is in progress"), False),
    (ConnectionRefusedError(), False),
    (TimeoutError(), False),
    (exc.TimeoutError(), False),
    (lost_connection(), False),
    (failed_with(asyncpg.CannotConnectNowError), False),
    (asyncpg.DeadlockDetectedError(), True),
    (asyncpg.LockNotAvailableError(), True),
    (failed_with(asyncpg.QueryCanceledError), True),
)


@pytest.mark.parametrize(("failure", "rolled_back"), PASSING, ids=range(len(PASSING)))
async def test_a_passing_failure_asks_the_caller_to_come_back(
    failure: Exception, rolled_back: bool
) -> None:
    with pytest.raises(DatabaseAwayError) as away, told_when_away():
        raise failure
    assert away.value.code is ErrorCode.TRY_AGAIN
    assert away.value.retry_after_ms == RETRY_AFTER_MS
    assert away.value.rolled_back is rolled_back
    assert away.value.__cause__ is failure


@pytest.mark.parametrize(
    "failure",
    [
        asyncpg.NotNullViolationError(),
        asyncpg.DataError("a bad argument"),
        exc.IntegrityError("INSERT", {}, ValueError("twice")),
        exc.NoSuchColumnError("ours"),
        KeyError("ours"),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_fault_of_ours_is_not_hidden(failure: Exception) -> None:
    with pytest.raises(type(failure)), told_when_away():
        raise failure


async def cancelled_end_of(work: Coroutine[None, None, None]) -> asyncio.CancelledError:
    """Begin some work, cancel it, and return what it ended with."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await task
    return cancelled.value


async def test_a_cancel_that_the_driver_answers_with_a_failure_stays_a_cancel() -> None:
    async def connect() -> None:
        with told_when_away():
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise ConnectionRefusedError from None

    cancelled = await cancelled_end_of(connect())
    assert isinstance(cancelled.__cause__, ConnectionRefusedError)


async def test_a_failure_after_an_earlier_cancel_is_told_as_it_is() -> None:
    async def clean_up() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            with pytest.raises(DatabaseAwayError), told_when_away():
                raise ConnectionRefusedError

    await cancelled_end_of(clean_up())


async def test_a_time_out_around_a_failure_is_a_time_out() -> None:
    with pytest.raises(TimeoutError):  # noqa: PT012  the whole of it is what is asked
        async with asyncio.timeout(0):
            with told_when_away():
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    raise ConnectionRefusedError from None
