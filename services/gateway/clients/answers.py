"""Passes the answers to agents' pings on between gateway nodes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from pydantic import ValidationError

from shared.contracts.stream import StreamAnswered
from shared.contracts.subjects import stream_answered
from shared.kit.bus.interface import Bus, BusError

log = structlog.get_logger()


class StreamAnswers:
    """The bus's part of "the answer to a ping may come in at any node"."""

    def __init__(self, bus: Bus, node_id: UUID) -> None:
        self._bus = bus
        self._node_id = node_id

    async def tell(self, node_id: UUID, agent_id: UUID, nonce: str) -> None:
        """Give another node the answer to a ping of its own."""
        answered = StreamAnswered(agent_id=agent_id, nonce=nonce)
        try:
            await self._bus.publish(stream_answered(node_id), answered.to_json())
        except BusError:  # two more pings are answered before the stream counts as gone
            log.warning("answers.tell_failed")

    @asynccontextmanager
    async def hearing(self, hear: Callable[[UUID, str], None]) -> AsyncIterator[None]:
        """Call `hear(agent_id, nonce)` for every answer that another node was given for us."""

        def take(payload: bytes) -> None:
            try:
                answered = StreamAnswered.model_validate_json(payload)
            except ValidationError:
                log.warning("answers.unreadable")
                return
            hear(answered.agent_id, answered.nonce)

        subscription = await self._bus.subscribe(stream_answered(self._node_id), take)
        try:
            yield
        finally:
            await subscription.close()
