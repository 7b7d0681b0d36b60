"""Hears from the router in which order customers wait, and tells those who are on this node."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import zip_longest

import structlog
from pydantic import ValidationError

from shared.contracts.signs import QueuePosition, WaitingLine
from shared.contracts.subjects import WAITING_LINE
from shared.kit.bus.interface import Bus

log = structlog.get_logger()


@asynccontextmanager
async def hearing_lines(bus: Bus, tell: Callable[[QueuePosition], None]) -> AsyncIterator[None]:
    """Call `tell` for each place of every line that is published while the block runs."""

    def hear(payload: bytes) -> None:
        try:
            line = WaitingLine.model_validate_json(payload)
        except ValidationError:
            log.warning("waiting_lines.unreadable")
            return
        places = zip_longest(line.conversations, line.waits[: len(line.conversations)])
        for position, (conversation_id, wait) in enumerate(places, start=1):
            tell(
                QueuePosition(
                    conversation_id=conversation_id,
                    position=position,
                    waiting=line.waiting,
                    wait_ms=wait,
                )
            )

    subscription = await bus.subscribe(WAITING_LINE, hear)
    try:
        yield
    finally:
        await subscription.close()
