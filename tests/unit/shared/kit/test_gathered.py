"""Questions that are shared by those who ask at one time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

import pytest

from shared.kit.gathered import Gathered


class Oracle:
    """Answers each number with its double once its gate is open, and remembers the questions.

    The first question has a gate of its own when it is set apart.
    """

    def __init__(self) -> None:
        self.questions: list[list[int]] = []
        self.gate = asyncio.Event()
        self.first = asyncio.Event()
        self.is_first_apart = False

    async def ask(self, numbers: Sequence[int]) -> Sequence[int]:
        apart = self.is_first_apart and not self.questions
        self.questions.append(list(numbers))
        await (self.first if apart else self.gate).wait()
        if -1 in numbers:
            raise OSError("the database went away")
        return [number * 2 for number in numbers]


Tasks: TypeAlias = list[asyncio.Task[int]]


async def asked(group: asyncio.TaskGroup, gathered: Gathered[int, int], *numbers: int) -> Tasks:
    """Have these ask, and return once they have."""
    tasks = [group.create_task(gathered.get(number)) for number in numbers]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_who_comes_alone_is_asked_for_at_once() -> None:
    oracle = Oracle()
    oracle.gate.set()
    gathered = Gathered(oracle.ask, lanes=2, most=8)
    assert [await gathered.get(1), await gathered.get(2)] == [2, 4]
    assert oracle.questions == [[1], [2]]


async def test_who_comes_while_all_lanes_are_busy_goes_together_in_fair_shares() -> None:
    oracle = Oracle()
    oracle.is_first_apart = True
    gathered = Gathered(oracle.ask, lanes=2, most=8)
    async with asyncio.TaskGroup() as group:
        tasks = await asked(group, gathered, 1, 2, 3, 4, 5)
        assert oracle.questions == [[1], [2]]
        oracle.first.set()
        await asyncio.sleep(0.01)
        oracle.gate.set()
    assert [task.result() for task in tasks] == [2, 4, 6, 8, 10]
    assert oracle.questions == [[1], [2], [3, 4], [5]]


async def test_question_holds_no_more_than_it_may() -> None:
    oracle = Oracle()
    gathered = Gathered(oracle.ask, lanes=1, most=2)
    async with asyncio.TaskGroup() as group:
        await asked(group, gathered, 1, 2, 3, 4)
        oracle.gate.set()
    assert oracle.questions == [[1], [2, 3], [4]]


async def test_what_a_question_raises_is_told_to_those_who_shared_it_alone() -> None:
    oracle = Oracle()
    gathered = Gathered(oracle.ask, lanes=1, most=2)
    asking = [gathered.get(number) for number in (1, -1, 2, 3)]
    asyncio.get_running_loop().call_later(0.01, oracle.gate.set)
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert [isinstance(one, OSError) for one in answers] == [False, True, True, False]
    assert await gathered.get(4) == 8


async def test_who_gives_up_waiting_takes_nobody_along() -> None:
    oracle = Oracle()
    gathered = Gathered(oracle.ask, lanes=1, most=8)
    async with asyncio.TaskGroup() as group:
        first, gone, left = await asked(group, gathered, 1, 2, 3)
        gone.cancel()
        await asyncio.sleep(0)
        oracle.gate.set()
    assert (first.result(), left.result(), gone.cancelled()) == (2, 6, True)
    assert [3] in oracle.questions


async def test_when_the_one_who_asks_is_called_off_the_others_are_asked_for_again() -> None:
    oracle = Oracle()
    oracle.is_first_apart = True
    gathered = Gathered(oracle.ask, lanes=1, most=8)
    async with asyncio.TaskGroup() as group:
        _, asking, left = await asked(group, gathered, 1, 2, 3)
        oracle.first.set()
        await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.sleep(0.01)
        oracle.gate.set()
    assert left.result() == 6
    assert oracle.questions == [[1], [2, 3], [3]]


async def test_who_is_called_off_at_their_turn_hands_it_on() -> None:
    oracle = Oracle()
    gathered = Gathered(oracle.ask, lanes=1, most=1)
    late: list[asyncio.Task[int]] = []

    async def ask_and_call_off() -> None:
        await gathered.get(1)
        late[0].cancel()

    async with asyncio.TaskGroup() as group:
        group.create_task(ask_and_call_off())
        await asyncio.sleep(0)
        late += await asked(group, gathered, 2, 3)
        oracle.gate.set()
    assert (late[0].cancelled(), late[1].result()) == (True, 6)
    assert oracle.questions == [[1], [3]]
    assert await gathered.get(4) == 8


async def test_who_is_called_off_in_the_instant_of_a_failure_is_called_off() -> None:
    oracle = Oracle()
    gathered = Gathered(oracle.ask, lanes=1, most=8)
    late: Tasks = []

    async def fail_and_call_off() -> None:
        with pytest.raises(OSError, match="went away"):
            await gathered.get(-1)
        late[0].cancel()

    async with asyncio.TaskGroup() as group:
        await asked(group, gathered, 1)
        group.create_task(fail_and_call_off())
        await asyncio.sleep(0)
        late += await asked(group, gathered, 2)
        oracle.gate.set()
    assert late[0].cancelled()
    assert await gathered.get(3) == 6
