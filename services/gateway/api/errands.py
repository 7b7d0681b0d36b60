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

AT_ONCE = 6
"""Errands at work at the same time: two of the eight hot connections stay free for the lane, so
that a storm of hellos does not stand before the messages of those who are in."""

Errand: TypeAlias = Callable[[], Awaitable[None]]


class Errands:
    """Runs errands in the gateway's task group."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._room = asyncio.Semaphore(AT_ONCE)

    def run(self, name: str, errand: Errand, failed: Callable[[Exception], None]) -> None:
        """Start an errand; `failed` is called with what it raises."""
        self._group.create_task(self._guard(name, errand, failed), name=name)

    async def _guard(self, name: str, errand: Errand, failed: Callable[[Exception], None]) -> None:
        try:
            async with self._room:
                await errand()
        except RefusedError as refusal:
            failed(refusal)
        except Exception as error:  # the edge of an errand: its asker is told, the others go on
            FAILURES.labels(errand=name).inc()
            log.exception("errand.failed", errand=name)
            failed(error)
