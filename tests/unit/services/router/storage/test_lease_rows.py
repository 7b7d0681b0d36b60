"""What the lease tables' callers are told when the database is too slow."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from services.router.storage import leases
from services.router.storage.leases import LeaseRows
from services.router.usecases.ports import CommitFailedError
from shared.kit.database import Database
from shared.kit.new_ids import new_id


class SilentDatabase:
    async def call(self, *_: Any) -> Any:
        await asyncio.Event().wait()


async def test_a_question_that_takes_too_long_is_told_as_one_that_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A router that starts beside a busy database must not end of it."""
    monkeypatch.setattr(leases, "CALL_S", 0)
    rows = LeaseRows(cast("Database", SilentDatabase()), new_id())
    with pytest.raises(CommitFailedError):
        await rows.free(1)
