"""What an agent's stream begins with, and which agents have one open on this node."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from services.gateway.usecases.ports import ItemStore, ReceiptStore, RouterClient
from shared.contracts.routing import AgentSnapshot
from shared.kernel.clock import Clock
from shared.kernel.vocabulary import Presence


@dataclass(frozen=True, slots=True)
class SnapshotNeeds:
    """Where the parts of a snapshot come from."""

    router: RouterClient
    items: ItemStore
    receipts: ReceiptStore
    clock: Clock


async def agent_snapshot(shop_id: UUID, agent_id: UUID, needs: SnapshotNeeds) -> AgentSnapshot:
    """Return all an agent's console needs to start from, now.

    Raises:
        RefusedError: ROUTING_UNAVAILABLE.
    """
    told = await needs.router.snapshot(shop_id, agent_id)
    return AgentSnapshot(
        agent=told.agent,
        offers=told.offers,
        conversations=told.conversations,
        cards=told.cards,
        may_be=told.may_be,
        items=await needs.items.of_agent(shop_id, agent_id),
        receipts=await needs.receipts.of_agent(shop_id, agent_id),
        server_time=needs.clock.now(),
    )


class ConnectedAgents:
    """The agents with at least one stream on this node; tells the router of firsts and lasts."""

    def __init__(self, router: RouterClient) -> None:
        self._router = router
        self._streams: Counter[tuple[UUID, UUID]] = Counter()
        self._gone: dict[tuple[UUID, UUID], None] = {}
        self._wake = asyncio.Event()

    async def opened(self, shop_id: UUID, agent_id: UUID) -> None:
        """Count a stream that opened; when it is the first, the router knows on return.

        It is counted even when this is cancelled: `closed` always follows.
        """
        self._streams[shop_id, agent_id] += 1
        if self._streams[shop_id, agent_id] == 1:
            await self._router.presence(shop_id, agent_id, Presence.CONNECTED)

    def closed(self, shop_id: UUID, agent_id: UUID) -> None:
        """Count a stream that closed. Never waits: a cancelled stream has no time left for it."""
        self._streams[shop_id, agent_id] -= 1
        if self._streams[shop_id, agent_id] <= 0:
            del self._streams[shop_id, agent_id]
            self._gone[shop_id, agent_id] = None
            self._wake.set()

    async def run(self) -> None:
        """Tell the router of agents whose last stream closed, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._gone:
                shop_id, agent_id = key = next(iter(self._gone))
                del self._gone[key]
                if key not in self._streams:  # else: back already
                    await self._router.presence(shop_id, agent_id, Presence.DISCONNECTED)

    async def beat(self) -> None:
        """Tell the router the whole list."""
        await self._router.beat(list(self._streams))
