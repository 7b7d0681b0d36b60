"""Publishes latest values: an agent's to a conversation's customer, a customer's to an agent."""

from __future__ import annotations

from uuid import UUID

import structlog

from shared.contracts.signs import LiveSign
from shared.contracts.stream import StreamEvent
from shared.contracts.subjects import live_agent, live_conversation
from shared.contracts.wire import Readable
from shared.kernel.vocabulary import EventType
from shared.kit.bus.interface import Bus, BusError

log = structlog.get_logger()


class BusSignTeller:
    """The SignTeller over the bus."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def tell_agent(self, agent_id: UUID, event: EventType, body: Readable) -> None:
        """See `SignTeller.tell_agent`."""
        told = StreamEvent(type=event, body=body.model_dump(mode="json"))
        await self._publish(live_agent(agent_id), told.to_json())

    async def tell_customer(self, sign: LiveSign) -> None:
        """See `SignTeller.tell_customer`."""
        await self._publish(live_conversation(sign.conversation_id), sign.to_json())

    async def _publish(self, subject: str, payload: bytes) -> None:
        try:
            await self._bus.publish(subject, payload)
        except BusError:  # the next value makes up for it
            log.warning("signs.publish_failed")
