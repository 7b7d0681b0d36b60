"""Tells a rolled back statement from one whose outcome nobody knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog

from services.gateway.usecases.ports import RefusedGroupError, UnknownOutcomeError

log = structlog.get_logger()

_AWAY_CLASSES = ("08", "53", "57P", "58", "XX")
"""SQLSTATEs of a server that is away, full or stopping: trying row by row would only add to it."""


@asynccontextmanager
async def sorted_failures() -> AsyncIterator[None]:
    """Turn a driver's error into RefusedGroupError or UnknownOutcomeError."""
    try:
        yield
    except asyncpg.PostgresError as error:
        state = error.sqlstate or ""
        log.warning("append.failed", sqlstate=state, error=type(error).__name__)
        if state.startswith(_AWAY_CLASSES):
            raise UnknownOutcomeError from error
        raise RefusedGroupError from error
    except (OSError, TimeoutError, asyncpg.InterfaceError) as error:
        log.warning("append.unknown_outcome", error=type(error).__name__)
        raise UnknownOutcomeError from error
