"""Tells the other gateway nodes of a session's newest connection, and hears of theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from pydantic import ValidationError

from shared.contracts.stream import SessionOpened
from shared.contracts.subjects import SESSION_OPENED
from shared.kit.bus.interface import Bus, BusError

log = structlog.get_logger()


class NewestConnections:
    """The bus's part of "the newest connection wins"."""

    def __init__(self, bus: Bus, node_id: UUID) -> None:
        self._bus = bus
        self._node_id = node_id

    async def tell(self, session_id: UUID, connection_no: int) -> None:
        """Say that this node has this connection of a session."""
        opened = SessionOpened(
            node_id=self._node_id, session_id=session_id, connection_no=connection_no
        )
        try:
            await self._bus.publish(SESSION_OPENED, opened.to_json())
        except BusError:  # the older one stays until it goes quiet: two can read, none is lost
            log.warning("newest.tell_failed")

    @asynccontextmanager
    async def hearing(self, replace: Callable[[UUID, int], None]) -> AsyncIterator[None]:
        """Call `replace(session_id, connection_no)` for every connection of another node."""

        def hear(payload: bytes) -> None:
            try:
                opened = SessionOpened.model_validate_json(payload)
            except ValidationError:
                log.warning("newest.unreadable")
                return
            if opened.node_id != self._node_id:
                replace(opened.session_id, opened.connection_no)

        subscription = await self._bus.subscribe(SESSION_OPENED, hear)
        try:
            yield
        finally:
            await subscription.close()
