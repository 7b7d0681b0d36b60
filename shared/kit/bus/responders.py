"""Runs the responder of one served subject in owned, bounded tasks; knows no transport."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog
from prometheus_client import Counter

from shared.kit.bus.interface import Responder
from shared.kit.bus.limits import check_payload

MAX_RUNNING = 64
"""Requests of one subject worked on at once: above the hot connections any of them could use."""
MAX_TAKEN = 1_024
"""Requests of one subject running or waiting; one more is left to its time-out."""
DRAIN_S = 5.0
"""How long a closing server waits for what it has taken, before it cancels the rest."""

Reply: TypeAlias = Callable[[bytes | None], Awaitable[None]]
"""Sends the answer, or None for "the responder failed", to the one who asked."""

log = structlog.get_logger()

RESPONDER_FAILURES = Counter(
    "firstreply_bus_responder_failures_total", "Requests whose responder raised an error"
)
REQUESTS_SHED = Counter(
    "firstreply_bus_requests_shed_total", "Requests left to their time-out: too many, or closing"
)


class Responders:
    """One server of one subject."""

    def __init__(
        self,
        subject: str,
        responder: Responder,
        group: asyncio.TaskGroup,
        *,
        max_running: int = MAX_RUNNING,
        max_taken: int = MAX_TAKEN,
        drain_s: float = DRAIN_S,
    ) -> None:
        self._subject = subject
        self._responder = responder
        self._group = group
        self._slots = asyncio.Semaphore(max_running)
        self._max_taken = max_taken
        self._drain_s = drain_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = True

    def take(self, payload: bytes, reply: Reply) -> None:
        """Work on one request in a task of its own; never waits."""
        if not self._open or len(self._tasks) >= self._max_taken:
            REQUESTS_SHED.inc()
            return
        task = self._group.create_task(
            self._work(payload, reply), name=f"bus.respond.{self._subject}"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Take no more; return when all is answered. What takes too long is cancelled."""
        self._open = False
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=self._drain_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def _work(self, payload: bytes, reply: Reply) -> None:
        async with self._slots:
            try:
                await reply(await self._answer(payload))
            except Exception:  # the transport's edge: who asked runs into the time-out
                log.exception("bus.reply_failed", subject=self._subject)

    async def _answer(self, payload: bytes) -> bytes | None:
        """Return the responder's answer; its failure stays in our log and never travels."""
        try:
            answer = await self._responder(payload)
            check_payload(answer)
        except Exception:  # a responder's failure ends with its request
            RESPONDER_FAILURES.inc()
            log.exception("bus.responder_failed", subject=self._subject)
            return None
        return answer
