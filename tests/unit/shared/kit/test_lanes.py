"""The group lane: order, grouping, and what each waiter is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.lanes import GroupLane


class Ledger:
    """Commits numbers when its gate is open, and remembers the groups."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def commit(self, jobs: Sequence[int]) -> Sequence[int | Exception]:
        self.groups.append(list(jobs))
        await self.gate.wait()
        if -1 in jobs:
            raise OSError("the database went away")
        return [
            RefusedError(ErrorCode.NOT_FOUND, "None.") if job == 404 else job * 10 for job in jobs
        ]


@asynccontextmanager
async def running(lane: GroupLane[int, int]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(lane.run())
        await asyncio.sleep(0)
        try:
            yield
        finally:
            task.cancel()


class TestGrouping:
    async def test_lane_commits_a_lone_job_at_once(self) -> None:
        ledger = Ledger()
        lane = GroupLane("test", ledger.commit)
        async with running(lane):
            assert await lane.submit(7) == 70
        assert ledger.groups == [[7]]

    async def test_lane_groups_what_arrived_while_the_last_commit_was_in_flight(self) -> None:
        ledger = Ledger()
        lane = GroupLane("test", ledger.commit)
        async with running(lane):
            ledger.gate.clear()
            first = lane.post(1)
            await asyncio.sleep(0)
            rest = [lane.post(number) for number in (2, 3, 4)]
            ledger.gate.set()
            assert await asyncio.gather(first, *rest) == [10, 20, 30, 40]
        assert ledger.groups == [[1], [2, 3, 4]]

    async def test_lane_splits_a_line_longer_than_the_largest_group(self) -> None:
        ledger = Ledger()
        lane = GroupLane("test", ledger.commit, max_group=2)
        async with running(lane):
            await asyncio.gather(*[lane.submit(number) for number in range(5)])
        assert ledger.groups == [[0, 1], [2, 3], [4]]


class TestRefusing:
    async def test_lane_tells_one_job_its_own_refusal_and_the_others_their_results(self) -> None:
        lane = GroupLane("test", Ledger().commit)
        async with running(lane):
            good, bad = lane.post(1), lane.post(404)
            assert await good == 10
            with pytest.raises(RefusedError, match="not_found"):
                await bad

    async def test_lane_answers_try_again_when_a_group_fails_and_goes_on(self) -> None:
        lane = GroupLane("test", Ledger().commit)
        async with running(lane):
            with pytest.raises(RefusedError, match="try_again"):
                await lane.submit(-1)
            assert await lane.submit(5) == 50

    async def test_lane_refuses_when_the_line_is_full(self) -> None:
        lane = GroupLane("test", Ledger().commit, max_waiting=1)
        waiting = lane.post(1)
        with pytest.raises(RefusedError, match="try_again"):
            _ = lane.post(2)
        async with running(lane):
            assert await waiting == 10

    async def test_lane_refuses_what_still_waits_when_it_stops(self) -> None:
        ledger = Ledger()
        lane = GroupLane("test", ledger.commit)
        async with running(lane):
            ledger.gate.clear()
            in_flight = lane.post(1)
            await asyncio.sleep(0)
            waiting = lane.post(2)
        assert in_flight.cancelled()
        with pytest.raises(RefusedError, match="try_again"):
            await waiting
        with pytest.raises(RefusedError, match="try_again"):
            _ = lane.post(3)

    async def test_lane_goes_on_when_a_waiter_went_away(self) -> None:
        ledger = Ledger()
        lane = GroupLane("test", ledger.commit)
        async with running(lane):
            ledger.gate.clear()
            gone = lane.post(1)
            await asyncio.sleep(0)
            gone.cancel()
            ledger.gate.set()
            assert await lane.submit(2) == 20
