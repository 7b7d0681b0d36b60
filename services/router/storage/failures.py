"""What the database may do wrong, as the one error that the use cases know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.router.usecases.ports import CommitFailedError
from shared.kit.database_away import DatabaseAwayError

log = structlog.get_logger()


@contextmanager
def as_commit_failure(event: str) -> Iterator[None]:
    """Log whatever the database did and raise the one error the lane knows."""
    try:
        yield
    except (DatabaseAwayError, asyncpg.PostgresError, SQLAlchemyError) as error:
        told = error.__cause__ if isinstance(error, DatabaseAwayError) else error
        # Never its text: a failing row's detail holds customers' words.
        log.warning(event, error=type(told).__name__, sqlstate=getattr(told, "sqlstate", None))
        raise CommitFailedError(event) from error
