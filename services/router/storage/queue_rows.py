"""Queues as an engine is built from them."""

from __future__ import annotations

from services.router.domain.queues import RoutingQueue
from services.router.storage.account_rows import read_queue
from services.router.storage.rows import Row
from services.router.usecases.routed_queues import routed


def read_routed(row: Row) -> RoutingQueue:
    """Return a queue from all its columns, as routing sees it."""
    return routed(read_queue(row))
