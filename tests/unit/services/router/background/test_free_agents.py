"""Gateways are told when the first agent of a shop is free, and when the last is not any more."""

from __future__ import annotations

import asyncio
from uuid import UUID

from services.router.background.free_agents import SHOPS_MAX, FreeAgentsTeller
from services.router.domain.effects import Effects, Noted
from services.router.usecases.ports import ShopWork
from shared.contracts.hours import FreeAgents
from shared.contracts.subjects import FREE_AGENTS
from shared.kit.bus.in_process import InProcessBus
from tests.support.routing import Desk, an_agent

SHOP, OTHER = UUID(int=1), UUID(int=2)


class Shops:
    """An Announcer, and who is free in which shop, with what was heard of it."""

    def __init__(self, bus: InProcessBus) -> None:
        self._bus = bus
        self.passed_on: list[ShopWork] = []
        self.free: dict[UUID, bool] = {}
        self.heard: list[tuple[bool, tuple[UUID, ...]]] = []
        self.teller = FreeAgentsTeller(self, self.free.get, bus)

    def committed(self, work: ShopWork) -> None:
        self.passed_on.append(work)

    def moves(self, shop_id: UUID, *, free: bool | None) -> None:
        if free is None:
            self.free.pop(shop_id, None)
        else:
            self.free[shop_id] = free
        self.teller.committed(ShopWork(shop_id, 1, (Desk().customer_writes(1),), ()))

    def hear(self, raw: bytes) -> None:
        told = FreeAgents.model_validate_json(raw)
        self.heard.append((told.free, told.shops))

    async def heard_after(self, *, again: bool = False) -> list[tuple[bool, tuple[UUID, ...]]]:
        self.heard.clear()
        subscription = await self._bus.subscribe(FREE_AGENTS, self.hear)
        await self.teller.tell(again=again)
        await self._bus.publish("flush", b"")
        for _ in range(10):
            await asyncio.sleep(0)
        await subscription.close()
        return list(self.heard)


async def test_only_a_change_is_told_and_what_stands_again_now_and_then() -> None:
    async with InProcessBus() as bus:
        shops = Shops(bus)
        shops.moves(SHOP, free=True)
        shops.moves(OTHER, free=False)
        assert await shops.heard_after() == [(True, (SHOP,))]

        shops.moves(SHOP, free=True)
        assert await shops.heard_after() == []
        assert await shops.heard_after(again=True) == [(True, (SHOP,))]

        shops.moves(SHOP, free=False)
        assert await shops.heard_after() == [(False, (SHOP,))]
        assert await shops.heard_after(again=True) == []
        assert len(shops.passed_on) == 4


async def test_a_shop_that_another_router_took_is_told_of_by_that_one() -> None:
    async with InProcessBus() as bus:
        shops = Shops(bus)
        shops.moves(SHOP, free=True)
        await shops.heard_after()
        shops.moves(SHOP, free=None)
        assert await shops.heard_after() == []
        assert await shops.heard_after(again=True) == []


async def test_a_shop_whose_engine_is_built_is_looked_at_and_one_where_nothing_moved_is_not() -> (
    None
):
    async with InProcessBus() as bus:
        shops = Shops(bus)
        shops.free = {SHOP: True, OTHER: True}
        shops.teller = FreeAgentsTeller(shops, shops.free.get, bus)
        shops.teller.committed(ShopWork(OTHER, 1, (Effects(Noted()),), ()))
        shops.teller.built(SHOP, ())
        assert await shops.heard_after() == [(True, (SHOP,))]


async def test_very_many_shops_are_several_messages() -> None:
    async with InProcessBus() as bus:
        shops = Shops(bus)
        for number in range(SHOPS_MAX + 1):
            shops.moves(UUID(int=number), free=True)
        assert [len(named) for _, named in await shops.heard_after()] == [SHOPS_MAX, 1]


def test_somebody_is_free_as_long_as_one_more_could_be_asked_and_nobody_waits() -> None:
    desk = Desk()
    assert not desk.engine.has_free_agent()
    desk = Desk(an_agent(1, capacity=2))
    assert desk.engine.has_free_agent()
    desk.customer_writes(1)
    assert desk.engine.has_free_agent()
    desk.customer_writes(2)
    assert not desk.engine.has_free_agent()
