"""Commits a lane's group of messages and announces what is new; knows no SQL and no socket.

Every text on its way into a conversation passes here, so here card numbers are masked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from services.gateway.domain.card_numbers import masked
from services.gateway.domain.refusals import sentence
from services.gateway.usecases.ports import (
    AppendResult,
    AppendRow,
    AppendStore,
    Outlet,
    RefusedGroupError,
    SpentFileError,
    UnknownOutcomeError,
    Verdict,
)
from shared.kernel.clock import Millis
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.database import MAX_SHOPS

RETRY_AFTER_MS: Millis = 1_000
TRIES = 3
"""Times a row is tried whose conversation ended between being found and being locked."""

Answer: TypeAlias = AppendResult | Exception

_REFUSALS = {
    Verdict.CLIENT_ID_CONFLICT: (
        ErrorCode.CLIENT_ID_CONFLICT,
        "This client_id was used for another text.",
    ),
    Verdict.NOT_FOUND: (ErrorCode.NOT_FOUND, "There is no such conversation."),
    Verdict.NOT_ASSIGNED: (
        ErrorCode.NOT_ASSIGNED,
        "This conversation is not assigned to you, or not any more: accept an offer of it first.",
    ),
    Verdict.ALREADY_ENDED: (
        ErrorCode.ALREADY_ENDED,
        "This conversation has ended: what its customer writes next comes as a new offer.",
    ),
}


class GroupCommit:
    """The lane's commit: one call of the store for at most MAX_SHOPS shops, side by side.

    `committed` is called after each commit and before anybody hears of it.
    """

    def __init__(
        self,
        store: AppendStore,
        outlet: Outlet,
        *,
        committed: Callable[[], None] = lambda: None,
        group_failed: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._outlet = outlet
        self._committed = committed
        self._group_failed = group_failed

    async def __call__(self, rows: Sequence[AppendRow]) -> Sequence[Answer]:
        """Answer each row in order: where it stands, or the RefusedError it alone gets."""
        kept = [_without_cards(row) for row in rows]
        answers = await self._commit_all(kept)
        return [
            replace(answer, text=new.text)
            if new is not row and isinstance(answer, AppendResult)
            else answer
            for row, new, answer in zip(rows, kept, answers, strict=True)
        ]

    async def _commit_all(self, rows: Sequence[AppendRow]) -> Sequence[Answer]:
        shares = list(_by_shops(rows))
        if len(shares) == 1:  # nearly always; each task more is a turn of the loop more to wait
            return await self._commit(rows)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._commit([rows[place] for place in share]))
                for share in shares
            ]
        answers: dict[int, Answer] = {}
        for share, task in zip(shares, tasks, strict=True):
            answers |= zip(share, task.result(), strict=True)
        return [answers[place] for place in range(len(rows))]

    async def _commit(self, rows: Sequence[AppendRow]) -> Sequence[Answer]:
        try:
            return await self._once(rows)
        except UnknownOutcomeError:
            return [_unknown() for _ in rows]
        except RefusedGroupError:
            self._group_failed()
        return [await self._alone(row) for row in rows]

    async def _alone(self, row: AppendRow, tries: int = TRIES) -> Answer:
        """Commit one row by itself, so that a bad one spoils no other."""
        try:
            (answer,) = await self._once([row], tries)
        except SpentFileError:
            return RefusedError(ErrorCode.UNKNOWN_FILE, sentence(ErrorCode.UNKNOWN_FILE))
        except (UnknownOutcomeError, RefusedGroupError):
            return _unknown()
        return answer

    async def _once(self, rows: Sequence[AppendRow], tries: int = TRIES) -> Sequence[Answer]:
        results = await self._store.append(rows)
        self._committed()
        self._outlet.announce([r.announcement for r in results if r.announcement is not None])
        return [
            await self._answer(row, result, tries)
            for row, result in zip(rows, results, strict=True)
        ]

    async def _answer(self, row: AppendRow, result: AppendResult, tries: int) -> Answer:
        if result.verdict is Verdict.TRY_AGAIN:
            return await self._alone(row, tries - 1) if tries > 1 else _unknown()
        refusal = _REFUSALS.get(result.verdict)
        return RefusedError(*refusal) if refusal else result


def _without_cards(row: AppendRow) -> AppendRow:
    """Return the row itself when there is nothing to mask."""
    text = masked(row.text)
    return row if text == row.text else replace(row, text=text)


def _by_shops(rows: Sequence[AppendRow]) -> Iterator[list[int]]:
    """Cut a group into shares of at most MAX_SHOPS shops; a shop's rows stay together, in order."""
    places: dict[object, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row.shop_id, []).append(place)
    shops = list(places.values())
    for start in range(0, len(shops), MAX_SHOPS):
        yield sorted(place for shop in shops[start : start + MAX_SHOPS] for place in shop)


def _unknown() -> RefusedError:
    return RefusedError(
        ErrorCode.TRY_AGAIN,
        "The outcome is unknown; the same message may be sent again.",
        retry_after_ms=RETRY_AFTER_MS,
    )
