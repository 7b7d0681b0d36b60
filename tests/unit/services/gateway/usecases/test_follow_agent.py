"""The router learns of an agent's first stream and of the last one's end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from services.gateway.usecases.follow_agent import ConnectedAgents
from shared.contracts.claims import Grant
from shared.contracts.routing import RouterSnapshot
from shared.kernel.vocabulary import Presence

SHOP, ANNA = UUID(int=1), UUID(int=2)


class Router:
    """A RouterClient that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[Presence] = []
        self.beats: list[int] = []

    async def snapshot(self, shop_id: UUID, agent_id: UUID) -> RouterSnapshot:
        raise NotImplementedError

    async def may_read(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> bool:
        raise NotImplementedError

    async def grant(self, shop_id: UUID, agent_id: UUID, conversation_id: UUID) -> Grant | None:
        raise NotImplementedError

    async def presence(self, shop_id: UUID, agent_id: UUID, presence: Presence) -> None:
        self.told.append(presence)

    async def beat(self, agents: Sequence[tuple[UUID, UUID]]) -> None:
        self.beats.append(len(agents))


@asynccontextmanager
async def running(router: Router) -> AsyncIterator[ConnectedAgents]:
    agents = ConnectedAgents(router)
    async with asyncio.TaskGroup() as group:
        runner = group.create_task(agents.run())
        yield agents
        for _ in range(5):
            await asyncio.sleep(0)
        runner.cancel()


async def test_only_the_first_and_the_last_stream_are_told() -> None:
    router = Router()
    async with running(router) as agents:
        await agents.opened(SHOP, ANNA)
        await agents.opened(SHOP, ANNA)
        agents.closed(SHOP, ANNA)
        await agents.beat()
        agents.closed(SHOP, ANNA)
        await agents.beat()

    assert router.told == [Presence.CONNECTED, Presence.DISCONNECTED]
    assert router.beats == [1, 0]


async def test_a_stream_that_comes_back_at_once_is_never_told_as_gone() -> None:
    router = Router()
    async with running(router) as agents:
        await agents.opened(SHOP, ANNA)
        agents.closed(SHOP, ANNA)
        await agents.opened(SHOP, ANNA)

    assert router.told == [Presence.CONNECTED, Presence.CONNECTED]
