"""Publishes live events to agents' streams over the bus; a lost one is healed elsewhere."""

from __future__ import annotations

from uuid import UUID

from shared.contracts import subjects
from shared.contracts.stream import StreamEvent
from shared.kit.bus.interface import Bus


class LiveAgents:
    """The live subject of each agent."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def publish(self, agent_id: UUID, event: StreamEvent) -> None:
        """Send to whoever holds a stream of this agent."""
        await self._bus.publish(subjects.live_agent(agent_id), event.to_json())
