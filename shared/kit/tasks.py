"""Owned background loops: named, supervised, drained on stop; knows nothing of what they do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from prometheus_client import Counter

log = structlog.get_logger()

LOOP_FAILURES = Counter(
    "firstreply_loop_failures_total",
    "Times a background loop failed and was started again",
    ["loop"],
)
RESTART_DELAY_S = 0.1
"""Pause before a failed loop starts again: short against one second sweeps, long against a spin."""


def cancels() -> int:
    """Return how often the running task was asked to end and has not said that it will not.

    Greater at the end of a block than at its start: the task was cancelled in between, whether or
    not the block let the CancelledError through.
    """
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


async def supervise(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run a loop for ever; when it fails, log it, count it and start it again.

    Returns only when the loop itself returns. Cancellation passes through, and ends a loop too that
    fails instead of heeding it: it is asked for once, and whoever asked waits for the end.
    """
    asked_before = cancels()
    while True:
        try:
            await loop()
        except Exception as error:  # the one place where a loop's failure may end
            if cancels() > asked_before:
                raise asyncio.CancelledError from error
            LOOP_FAILURES.labels(loop=name).inc()
            log.exception("loop.failed", loop=name)
            await asyncio.sleep(RESTART_DELAY_S)
        else:
            return


@asynccontextmanager
async def background(**loops: Callable[[], Awaitable[None]]) -> AsyncIterator[asyncio.TaskGroup]:
    """Run named loops while the block runs; cancel and await them all at its end.

    The group may take further owned tasks from inside the block.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(supervise(name, loop), name=name) for name, loop in loops.items()
        ]
        try:
            yield group
        finally:
            for task in tasks:
                task.cancel()
