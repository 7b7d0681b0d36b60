"""Gateways hear from the owner of a shop whether an agent is free, also from the next owner."""

from __future__ import annotations

import asyncio
from uuid import UUID

from shared.contracts.hours import FreeAgents
from shared.contracts.subjects import FREE_AGENTS
from shared.kernel.vocabulary import EventType
from shared.kit.bus.interface import Bus
from shared.kit.new_ids import new_id
from tests.support.patience import WAIT_S
from tests.support.router import Rig
from tests.support.routers import Cluster


class Told:
    """What a gateway node hears, shop by shop."""

    def __init__(self) -> None:
        self._said: dict[UUID, list[bool]] = {}
        self._more = asyncio.Event()

    @classmethod
    async def on(cls, bus: Bus) -> Told:
        told = cls()
        await bus.subscribe(FREE_AGENTS, told.hear)
        return told

    def hear(self, raw: bytes) -> None:
        word = FreeAgents.model_validate_json(raw)
        for shop_id in word.shops:
            self._said.setdefault(shop_id, []).append(word.free)
        self._more.set()

    def forget(self) -> None:
        self._said.clear()

    async def hears(self, shop_id: UUID, *, free: bool) -> None:
        async with asyncio.timeout(WAIT_S):
            while self._said.get(shop_id, [None])[-1] is not free:
                self._more.clear()
                await self._more.wait()


async def test_an_agent_is_free_until_at_capacity_and_again_when_a_place_is_left(
    rig: Rig, shop: UUID
) -> None:
    told = await Told.on(rig.bus)
    anna = await rig.console(shop, capacity=1)
    await told.hears(shop, free=True)
    await rig.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    await told.hears(shop, free=False)
    await anna.accept(offer)
    await anna.close(offer["conversation_id"])
    await told.hears(shop, free=True)
    await anna.call("PUT", "/v1/agents/me/status", {"status": "away"})
    await told.hears(shop, free=False)


async def test_the_next_owner_of_a_shop_tells_of_it(cluster: Cluster) -> None:
    told = await Told.on(cluster.bus)
    first = await cluster.router()
    shop = await first.rig.shop()
    await first.rig.console(shop)
    await told.hears(shop, free=True)
    await cluster.router()
    await first.stop()
    told.forget()
    await told.hears(shop, free=True)
