"""Short owned tasks beside the loops: whatever one of them does wrong ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from prometheus_client import Counter

log = structlog.get_logger()

FAILURES = Counter("firstreply_router_chore_failures_total", "Short tasks that failed")


class Chores:
    """Runs coroutines in its own task group while `run` runs; before and after it drops them."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something now; its failure is logged and nobody else's."""
        if self._group is None:
            work.close()
        else:
            self._group.create_task(self._guard(work))

    async def run(self) -> None:
        """Own the tasks until cancelled, then cancel them."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                await asyncio.Event().wait()
            finally:
                self._group = None  # a group that is ending takes nobody in

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:  # a task's edge: nobody waits for it
            FAILURES.inc()
            log.exception("router.chore_failed")
