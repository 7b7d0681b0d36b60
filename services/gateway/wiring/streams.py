"""Composes the agents' event streams: who has one, what it begins with, and what keeps it whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from uuid import UUID

from services.gateway.api.agent_events import StreamParts
from services.gateway.background.beating import beat_for_ever
from services.gateway.background.healing import heal_for_ever
from services.gateway.clients.answers import StreamAnswers
from services.gateway.clients.feeds import BusAgentFeed
from services.gateway.clients.router import BusRouter
from services.gateway.clients.topics import Topics
from services.gateway.storage.items import PostgresItems
from services.gateway.usecases.answer_ping import Pulses
from services.gateway.usecases.follow_agent import ConnectedAgents, SnapshotNeeds, agent_snapshot
from services.gateway.usecases.heal_streams import StreamHealer
from services.gateway.usecases.ports import ReceiptStore, WatchedStream
from shared.contracts.routing import AgentSnapshot
from shared.kernel.clock import Clock
from shared.kit.auth.callers import Callers
from shared.kit.new_ids import new_id


class Streams:
    """The streams of this node, and the loops that they take.

    Attributes:
        parts: what the endpoints of the streams share.
    """

    def __init__(
        self,
        items: PostgresItems,
        receipts: ReceiptStore,
        router: BusRouter,
        answers: StreamAnswers,
        *,
        node_id: UUID,
        clock: Clock,
        topics: Topics,
        callers: Callers,
        stopping: asyncio.Event,
    ) -> None:
        self._needs = SnapshotNeeds(router, items, receipts, clock)
        self._agents = ConnectedAgents(router)
        self.parts = StreamParts(
            feed=BusAgentFeed(topics),
            agents=self._agents,
            pulses=Pulses(node_id, clock, new_id, answers.tell),
            snapshot=self._snapshot,
            clock=clock,
            stopping=stopping,
            callers=callers,
        )
        self._healer = StreamHealer(self._open, items, router, clock)

    def loops(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return what runs in the background, by name."""
        return {
            "gateway.heal_streams": partial(heal_for_ever, self._healer.heal),
            "gateway.beat": partial(beat_for_ever, self._agents),
            "gateway.presence": self._agents.run,
            "gateway.stop": self._wake_when_stopping,
        }

    def _open(self) -> tuple[WatchedStream, ...]:
        return tuple(self.parts.open)

    async def _snapshot(self, shop_id: UUID, agent_id: UUID) -> AgentSnapshot:
        return await agent_snapshot(shop_id, agent_id, self._needs)

    async def _wake_when_stopping(self) -> None:
        await self.parts.stopping.wait()
        self.parts.wake()
