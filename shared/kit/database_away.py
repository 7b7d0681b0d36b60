"""Tells a database that is away or busy from a fault of ours: the first passes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy import exc

from shared.kernel.clock import Millis
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.tasks import cancels

RETRY_AFTER_MS: Millis = 1_000
"""An embedded database that was killed is back in about a second."""

_AWAY_CLASSES = ("08", "53", "57P", "58", "XX")
"""SQLSTATEs of a server that is away, full, stopping or broken: the outcome is unknown."""
_DRIVER = (asyncpg.InterfaceError, asyncpg.InternalClientError)
"""The second one: a connection was taken on which the server had just said that it ends."""
_BUSY_STATES = frozenset({"40001", "40P01", "55P03", "57014"})
"""Serialisation, deadlock, lock and statement time-outs: rolled back, and worth another try."""


class DatabaseAwayError(RefusedError):
    """The database did not answer, or not in time. Edges show it as TRY_AGAIN.

    Attributes:
        rolled_back: certainly nothing was done; else the outcome is unknown.
    """

    def __init__(self, *, rolled_back: bool) -> None:
        super().__init__(
            ErrorCode.TRY_AGAIN,
            "The database is not available right now: the same request may be sent again.",
            retry_after_ms=RETRY_AFTER_MS,
        )
        self.rolled_back = rolled_back


@contextmanager
def told_when_away() -> Iterator[None]:
    """Turn a failure of the block that passes by itself into a DatabaseAwayError.

    Faults of ours, such as a broken constraint or a bad argument, stay what they are.

    A cancel that came in the block stays one, whatever the driver made of it: connecting to a
    server that is gone may answer a cancel with "connection refused", and whoever was cancelled
    would go on as if nobody had asked.

    Raises:
        DatabaseAwayError: the database is away or busy.
        asyncio.CancelledError: this task was cancelled in the block, and the driver hid it.
    """
    asked_before = cancels()
    try:
        yield
    except (asyncpg.PostgresError, *_DRIVER, exc.SQLAlchemyError, OSError) as error:
        if cancels() > asked_before:
            raise asyncio.CancelledError from error
        rolled_back = _rolled_back(error)  # TimeoutError is an OSError
        if rolled_back is None:
            raise
        raise DatabaseAwayError(rolled_back=rolled_back) from error


def _rolled_back(error: Exception) -> bool | None:
    """Return whether nothing was done by a statement that met this; None: it is no outage."""
    if isinstance(error, exc.DBAPIError):
        return _of_state(_state(error.orig), away=error.connection_invalidated)
    if isinstance(error, asyncpg.PostgresError):
        return _of_state(_state(error), away=False)
    if isinstance(error, _DRIVER):
        return None if isinstance(error, ValueError) else False  # asyncpg's word for a bad argument
    return False if isinstance(error, OSError | exc.TimeoutError) else None


def _state(error: BaseException | None) -> str:
    return getattr(error, "sqlstate", None) or ""


def _of_state(state: str, *, away: bool) -> bool | None:
    if state in _BUSY_STATES:
        return True
    return False if away or state.startswith(_AWAY_CLASSES) else None
