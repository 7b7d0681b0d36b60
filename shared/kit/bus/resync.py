"""Who is told that publishes may have been lost, and how often that happened; heals nothing."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import structlog
from prometheus_client import Counter

log = structlog.get_logger()


class Cause(StrEnum):
    """Why publishes may have been lost."""

    OVERFLOW = "overflow"
    RECONNECT = "reconnect"
    ERROR = "error"


RESYNCS = Counter(
    "firstreply_bus_resyncs_total", "Times publishes may have been lost, by cause", ["cause"]
)
HANDLER_FAILURES = Counter(
    "firstreply_bus_handler_failures_total", "Publishes whose handler raised an error"
)


class Resync:
    """The callbacks of one bus."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[], None]] = []

    def add(self, callback: Callable[[], None]) -> None:
        """Call this back from now on."""
        self._callbacks.append(callback)

    def fire(self, cause: Cause) -> None:
        """Call everybody back; one that fails does not keep the others from hearing."""
        RESYNCS.labels(cause=cause.value).inc()
        log.warning("bus.resync", cause=cause.value)
        for callback in self._callbacks:
            try:
                callback()
            except Exception:  # the edge of the bus: one owner's failure is not another's
                log.exception("bus.resync_failed")


def hand_over(handler: Callable[[bytes], None], payload: bytes, subject: str) -> None:
    """Give one publish to its handler; a failure is logged and counted, and the next one comes."""
    try:
        handler(payload)
    except Exception:  # the edge of the bus: see above
        HANDLER_FAILURES.inc()
        log.exception("bus.handler_failed", subject=subject)
