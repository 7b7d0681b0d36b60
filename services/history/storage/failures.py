"""Which failures of the database pass by themselves, told to callers as "try again"."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError

from shared.kernel.errors import ErrorCode, RefusedError

RETRY_AFTER_MS = 1_000
"""An embedded database that was killed is back in about a second."""

INGEST_TIMEOUT_S = 20.0
"""A batch of the largest orders; the service answers 503 before the caller's own patience ends."""

PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    OSError,
    TimeoutError,
)


@contextmanager
def try_again_when_unavailable() -> Iterator[None]:
    """Turn a passing failure of the block into a refusal; repeating these calls is always safe.

    Raises:
        RefusedError: TRY_AGAIN.
    """
    try:
        yield
    except PASSING as failure:
        raise _refusal() from failure
    except DBAPIError as failure:
        if not failure.connection_invalidated:
            raise
        raise _refusal() from failure


def _refusal() -> RefusedError:
    return RefusedError(
        ErrorCode.TRY_AGAIN,
        "The database is not available right now: try again.",
        retry_after_ms=RETRY_AFTER_MS,
    )
