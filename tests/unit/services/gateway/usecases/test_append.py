"""The lane's commit: every row gets its own answer, whatever happens to its group."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest

from services.gateway.usecases.append import TRIES, GroupCommit
from services.gateway.usecases.ports import (
    AppendResult,
    AppendRow,
    RefusedGroupError,
    SpentFileError,
    UnknownOutcomeError,
    Verdict,
)
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.database import MAX_SHOPS
from tests.support.gateway import Heard, a_message

SESSION = UUID(int=1)


class Store:
    """An AppendStore in memory; texts say what befalls their group."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.shops_seen: list[int] = []
        self.tries: dict[str, int] = {}

    async def append(self, rows: Sequence[AppendRow]) -> Sequence[AppendResult]:
        self.groups.append([row.text for row in rows])
        self.shops_seen.append(len({row.shop_id for row in rows}))
        if any(row.text == "poison" for row in rows):
            raise RefusedGroupError
        if any(row.text == "spent" for row in rows):
            raise SpentFileError
        if any(row.text == "blackout" for row in rows):
            raise UnknownOutcomeError
        return [self._result(row) for row in rows]

    def _result(self, row: AppendRow) -> AppendResult:
        tried = self.tries[row.text] = self.tries.get(row.text, 0) + 1
        if row.text == "moved" and tried == 1:
            return AppendResult(Verdict.TRY_AGAIN)
        if row.text == "never":
            return AppendResult(Verdict.TRY_AGAIN)
        if row.text == "conflict":
            return AppendResult(Verdict.CLIENT_ID_CONFLICT)
        return AppendResult(Verdict.NEW, SESSION, SESSION, 1, 1, current=True)


def codes(answers: Sequence[AppendResult | Exception]) -> list[ErrorCode | None]:
    return [answer.code if isinstance(answer, RefusedError) else None for answer in answers]


async def commit(*texts: str, store: Store | None = None) -> list[ErrorCode | None]:
    rows = [a_message(SESSION, f"m{number}", text) for number, text in enumerate(texts)]
    return codes(await GroupCommit(store or Store(), Heard())(rows))


async def test_a_refused_group_is_tried_row_by_row() -> None:
    store = Store()

    answers = await commit("one", "poison", "two", store=store)

    assert answers == [None, ErrorCode.TRY_AGAIN, None]
    assert store.groups[1:] == [["one"], ["poison"], ["two"]]


async def test_a_group_is_at_the_store_before_anything_else_has_its_turn() -> None:
    store = Store()
    coroutine = GroupCommit(store, Heard())([a_message(SESSION, "m1", "one")])
    with pytest.raises(StopIteration):
        coroutine.send(None)  # the store of this test answers at once: so it ends in one step
    assert store.groups == [["one"]]


async def test_a_file_that_another_message_took_in_the_same_instant_is_that_rows_own() -> None:
    assert await commit("before", "spent", "after") == [None, ErrorCode.UNKNOWN_FILE, None]


async def test_an_unknown_outcome_is_told_as_such_and_not_tried_row_by_row() -> None:
    store = Store()

    assert await commit("one", "blackout", store=store) == [ErrorCode.TRY_AGAIN] * 2
    assert len(store.groups) == 1


async def test_a_conversation_that_ended_meanwhile_is_looked_for_again() -> None:
    assert await commit("moved") == [None]


async def test_a_row_is_tried_so_often_and_no_more() -> None:
    store = Store()

    assert await commit("never", store=store) == [ErrorCode.TRY_AGAIN]
    assert len(store.groups) == TRIES


async def test_a_conflict_is_that_rows_own() -> None:
    assert await commit("one", "conflict") == [None, ErrorCode.CLIENT_ID_CONFLICT]


async def test_no_call_has_more_shops_than_a_scope_may_hold() -> None:
    store = Store()
    rows = [
        a_message(SESSION, f"m{number}", shop_id=UUID(int=100 + number % 20))
        for number in range(60)
    ]

    answers = await GroupCommit(store, Heard())(rows)

    assert len(answers) == 60
    assert max(store.shops_seen) <= MAX_SHOPS
    assert sum(len(group) for group in store.groups) == 60


async def test_a_card_number_is_masked_before_the_store_sees_it_and_its_sender_is_told() -> None:
    store = Store()
    rows = [
        a_message(SESSION, "m1", "4111 1111 1111 1111"),
        a_message(SESSION, "m2", "Hello?"),
        a_message(SESSION, "m3", "blackout"),
    ]
    first, second = await GroupCommit(store, Heard())(rows[:2])
    (third,) = await GroupCommit(store, Heard())([rows[2]])

    assert store.groups[0] == ["**** **** **** 1111", "Hello?"]
    assert isinstance(first, AppendResult)
    assert isinstance(second, AppendResult)
    assert (first.text, second.text) == ("**** **** **** 1111", None)
    assert isinstance(third, RefusedError)
