"""Commits many small jobs as few groups; knows nothing of what a job is."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

import structlog
from prometheus_client import Counter, Histogram

from shared.kernel.errors import ErrorCode, RefusedError

log = structlog.get_logger()

Job = TypeVar("Job")
Result = TypeVar("Result")
Commit: TypeAlias = Callable[[Sequence[Job]], Awaitable[Sequence[Result | Exception]]]
"""Commits a group; answers each job in order with its result, or the exception it alone gets."""

GROUP_SIZE = Histogram(
    "firstreply_lane_group_size", "Jobs in one commit", ["lane"], buckets=(1, 2, 4, 8, 16, 64, 256)
)
GROUP_FAILURES = Counter("firstreply_lane_failures_total", "Groups that failed whole", ["lane"])

MAX_GROUP = 256
"""Jobs in one commit: bounds the time the row locks of one group are held."""
MAX_WAITING = 10_000
"""Jobs in line before new ones are refused: about 1 s of work at the measured pace."""
RETRY_AFTER_MS = 1_000


class GroupLane(Generic[Job, Result]):
    """One writer whose next group is whatever arrived while the last commit was in flight.

    There is no timer: waiting a few milliseconds for company measured worse in throughput and in
    latency (DESIGN section 5). One group is in flight at a time, so jobs commit in their order.
    """

    def __init__(
        self,
        name: str,
        commit: Commit[Job, Result],
        *,
        max_group: int = MAX_GROUP,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        self._name = name
        self._commit = commit
        self._max_group = max_group
        self._max_waiting = max_waiting
        self._waiting: deque[tuple[Job, asyncio.Future[Result]]] = deque()
        self._wake = asyncio.Event()
        self._closed = False

    def post(self, job: Job) -> asyncio.Future[Result]:
        """Put a job in line; the future has its result after the commit.

        Cancelling the future does not take the job back.

        Raises:
            RefusedError: TRY_AGAIN when the line is full or the lane has stopped.
        """
        if self._closed or len(self._waiting) >= self._max_waiting:
            raise RefusedError(
                ErrorCode.TRY_AGAIN, "The service is busy.", retry_after_ms=RETRY_AFTER_MS
            )
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        self._wake.set()
        return future

    async def submit(self, job: Job) -> Result:
        """Put a job in line and wait for its own result or exception.

        Raises:
            RefusedError: TRY_AGAIN when the line is full or the lane stops before the commit.
        """
        return await self.post(job)

    async def run(self) -> None:
        """Commit groups until cancelled; then refuse whatever still waits."""
        self._closed = False
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    await self._commit_next()
        finally:
            self._close()

    async def _commit_next(self) -> None:
        size = min(len(self._waiting), self._max_group)
        group = [self._waiting.popleft() for _ in range(size)]
        GROUP_SIZE.labels(lane=self._name).observe(size)
        try:
            results = await self._commit([job for job, _ in group])
            answered = list(zip(group, results, strict=True))
        except Exception as error:  # a lane outlives every group; each waiter is told
            GROUP_FAILURES.labels(lane=self._name).inc()
            log.exception("lane.group_failed", lane=self._name, jobs=size)
            answered = [(entry, _unknown_outcome(error)) for entry in group]
        except BaseException:
            for _, future in group:
                future.cancel()
            raise
        for (_, future), result in answered:
            _answer(future, result)

    def _close(self) -> None:
        self._closed = True
        while self._waiting:
            _, future = self._waiting.popleft()
            _answer(future, RefusedError(ErrorCode.TRY_AGAIN, "The service is stopping."))


def _unknown_outcome(error: Exception) -> Exception:
    if isinstance(error, RefusedError):
        return error
    return RefusedError(
        ErrorCode.TRY_AGAIN,
        "The outcome is unknown; the same request may be sent again.",
        retry_after_ms=RETRY_AFTER_MS,
    )


def _answer(future: asyncio.Future[Result], result: Result | Exception) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
        # A waiter that went away must not turn a refusal into an "exception never retrieved".
        future.exception()
    else:
        future.set_result(result)
