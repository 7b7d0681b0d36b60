"""Answers to what agents did, kept for a day by the keys they did it with."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.kit.change_log import ChangeLog
from shared.kit.database import Database


class KeptAnswers:
    """See `usecases.repeat.AnswerBook`."""

    def __init__(self, database: Database, log: ChangeLog) -> None:
        self._database = database
        self._log = log

    async def find(self, caller: Principal, once: Once) -> Mapping[str, JsonValue] | None:
        """See `AnswerBook.find`."""
        async with self._database.write(caller.shop_id) as tx:
            return await self._log.answered(tx, caller, once)

    async def keep(self, caller: Principal, once: Once, answer: Mapping[str, JsonValue]) -> None:
        """See `AnswerBook.keep`."""
        async with self._database.write(caller.shop_id) as tx:
            await self._log.keep(tx, caller, once, answer)
