"""Failures that pass by themselves are told as "try again"; the others stay what they are."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.history.storage.failures import RETRY_AFTER_MS, try_again_when_unavailable
from shared.kernel.errors import ErrorCode, RefusedError


def lost_connection() -> DBAPIError:
    return DBAPIError("SELECT 1", {}, OSError("gone"), connection_invalidated=True)


class TestTryAgain:
    @pytest.mark.parametrize(
        "failure",
        [
            asyncpg.ConnectionDoesNotExistError(),
            asyncpg.CannotConnectNowError(),
            asyncpg.DeadlockDetectedError(),
            ConnectionRefusedError(),
            TimeoutError(),
            lost_connection(),
        ],
        ids=lambda failure: type(failure).__name__,
    )
    def test_passing_failure_asks_the_caller_to_come_back(self, failure: Exception) -> None:
        with pytest.raises(RefusedError) as refusal, try_again_when_unavailable():
            raise failure
        assert refusal.value.code is ErrorCode.TRY_AGAIN
        assert refusal.value.retry_after_ms == RETRY_AFTER_MS

    @pytest.mark.parametrize(
        "failure",
        [
            asyncpg.NotNullViolationError(),
            IntegrityError("INSERT", {}, ValueError("twice")),
            KeyError("ours"),
        ],
        ids=lambda failure: type(failure).__name__,
    )
    def test_fault_of_ours_is_not_hidden(self, failure: Exception) -> None:
        with pytest.raises(type(failure)), try_again_when_unavailable():
            raise failure
