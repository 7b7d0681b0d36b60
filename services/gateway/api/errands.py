"""Short owned tasks that answer a socket's question; a socket itself has none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog
from prometheus_client import Counter

from shared.kernel.errors import RefusedError

log = structlog.get_logger()

FAILURES = Counter("firstreply_errand_failures_total", "Errands that failed", ["errand"])

HELLOS_AT_ONCE = 256
"""Hellos at work at the same time: as many as one group of their lanes takes."""
CATCH_UPS_AT_ONCE = 3
OTHERS_AT_ONCE = 3
"""Errands that may ask the database for themselves at the same time. With the two connections of
the hellos' lanes that leaves two of the ten hot ones to the append lane, so that no storm stands
before the messages of those who are in. What the welcome of a resumed session reads has places of
its own, and does not stand before the reads of those who are in, either."""
HELLO = "hello"

Errand: TypeAlias = Callable[[], Awaitable[None]]


class Errands:
    """Runs errands in the gateway's task group."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._hellos = asyncio.Semaphore(HELLOS_AT_ONCE)
        self._others = asyncio.Semaphore(OTHERS_AT_ONCE)
        self.catching_up = asyncio.Semaphore(CATCH_UPS_AT_ONCE)

    def run(self, name: str, errand: Errand, failed: Callable[[Exception], None]) -> None:
        """Start an errand; `failed` is called with what it raises."""
        self._group.create_task(self._guard(name, errand, failed), name=name)

    async def _guard(self, name: str, errand: Errand, failed: Callable[[Exception], None]) -> None:
        try:
            async with self._hellos if name == HELLO else self._others:
                await errand()
        except RefusedError as refusal:
            failed(refusal)
        except Exception as error:  # the edge of an errand: its asker is told, the others go on
            FAILURES.labels(errand=name).inc()
            log.exception("errand.failed", errand=name)
            failed(error)
