"""Tells a rolled back statement from one whose outcome nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import structlog

from services.gateway.usecases.ports import (
    RefusedGroupError,
    SpentFileError,
    UnknownOutcomeError,
)
from shared.kit.database_away import DatabaseAwayError

_SPENT_FILE = asyncpg.IntegrityConstraintViolationError.sqlstate
"""What `0009_attach_files.sql` raises; a constraint's own violations have numbers of their own."""

log = structlog.get_logger()


@contextmanager
def sorted_failures() -> Iterator[None]:
    """Turn a failure of the database into RefusedGroupError or UnknownOutcomeError.

    Where the server is away nothing is tried row by row: that would only add to it.
    """
    try:
        yield
    except DatabaseAwayError as error:
        log.warning("append.away", error=type(error.__cause__).__name__)
        raise (RefusedGroupError if error.rolled_back else UnknownOutcomeError) from error
    except asyncpg.PostgresError as error:
        if error.sqlstate == _SPENT_FILE:
            raise SpentFileError from error
        log.warning("append.failed", sqlstate=error.sqlstate, error=type(error).__name__)
        raise RefusedGroupError from error
