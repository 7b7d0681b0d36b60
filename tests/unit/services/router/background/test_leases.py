"""The loops of ownership outlive a database that is away, and take what is free piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from services.router.background.clockwork import Clockwork
from services.router.background.desk import OwnersLane
from services.router.background.leases import LookLoop, RenewalLoop, let_go
from services.router.domain.commands import Command
from services.router.domain.effects import Answer, Noted
from services.router.domain.leases import LEASE_MS
from services.router.usecases.keep_leases import PIECE, KeepLeases
from services.router.usecases.ports import CommitFailedError
from shared.contracts import subjects
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.bus.in_process import InProcessBus
from shared.kit.web.readiness import NotReadyError
from tests.support.clock import VirtualClock

ROUTER, OTHER = UUID(int=0xA), UUID(int=0xB)
SHOPS = [UUID(int=0x5000 + number) for number in range(2 * PIECE + 3)]


@dataclass
class Tables:
    """Leases in memory, which can be out of reach."""

    away: bool = False
    unowned: list[UUID] = field(default_factory=list)
    stolen: set[UUID] = field(default_factory=set)
    holder_of: dict[UUID, UUID] = field(default_factory=dict)
    looks: list[frozenset[UUID]] = field(default_factory=list)
    released: int = 0

    async def renew(self, tokens: Mapping[UUID, int]) -> frozenset[UUID]:
        self._reach()
        return frozenset(tokens) - self.stolen

    async def release(self) -> None:
        self._reach()
        self.released += 1

    async def free(self, limit: int) -> Sequence[UUID]:
        self._reach()
        return self.unowned[:limit]

    async def holders(self, shops: Collection[UUID]) -> Mapping[UUID, UUID]:
        self._reach()
        self.looks.append(frozenset(shops))
        return {shop: self.holder_of[shop] for shop in shops if shop in self.holder_of}

    def _reach(self) -> None:
        if self.away:
            raise CommitFailedError


@dataclass
class Desk:
    """Takes every shop that is named to it, unless it is told not to."""

    tables: Tables
    leases: KeepLeases
    taking: bool = True
    named: list[UUID] = field(default_factory=list)

    def post(self, shop_id: UUID, command: Command) -> Awaitable[Answer]:
        self.named.append(shop_id)
        if self.taking:
            self.tables.unowned.remove(shop_id)
            self.leases.taken(shop_id, 1, self.leases.asks())
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        future.set_result(Noted())
        return future


@pytest.fixture
def tables() -> Tables:
    return Tables()


@pytest.fixture
def leases(tables: Tables, clock: VirtualClock) -> KeepLeases:
    return KeepLeases(tables, clock)


@pytest.fixture
def desk(tables: Tables, leases: KeepLeases) -> Desk:
    return Desk(tables, leases)


@pytest.fixture
def look(leases: KeepLeases, desk: Desk, clock: VirtualClock) -> LookLoop:
    return LookLoop(leases, Clockwork(desk, clock))


class TestRenewing:
    async def test_what_another_router_took_is_dropped(
        self, tables: Tables, leases: KeepLeases
    ) -> None:
        dropped: list[UUID] = []
        loop = RenewalLoop(leases, dropped.append)
        for shop in SHOPS[:2]:
            leases.taken(shop, 2, leases.asks())
        tables.stolen = {SHOPS[0]}
        await loop.renew()
        assert dropped == [SHOPS[0]]
        assert (leases.owned, leases.take_overs) == (1, 2)

    async def test_a_router_that_cannot_renew_ceases_to_own_and_to_be_ready(
        self, tables: Tables, leases: KeepLeases, clock: VirtualClock
    ) -> None:
        dropped: list[UUID] = []
        loop = RenewalLoop(leases, dropped.append)
        leases.taken(SHOPS[0], 1, leases.asks())
        await loop.renew()
        assert await loop.check.probe()
        tables.away = True
        clock.advance(LEASE_MS - 1)
        await loop.renew()
        assert (dropped, leases.holds(SHOPS[0])) == ([], True)
        clock.advance(1)
        assert not leases.holds(SHOPS[0])  # whether or not anybody has looked
        await loop.renew()
        assert dropped == [SHOPS[0]]
        with pytest.raises(NotReadyError):
            await loop.check.probe()
        tables.away = False
        await loop.renew()
        assert await loop.check.probe()


class TestLooking:
    async def test_every_free_shop_is_taken_a_piece_at_a_time(
        self, tables: Tables, desk: Desk, look: LookLoop, leases: KeepLeases
    ) -> None:
        tables.unowned = list(SHOPS)
        await look.look()
        assert desk.named == SHOPS
        assert leases.owned == len(SHOPS)

    async def test_shops_that_nobody_can_take_are_left_for_the_next_look(
        self, tables: Tables, desk: Desk, look: LookLoop
    ) -> None:
        tables.unowned, desk.taking = list(SHOPS), False
        await look.look()
        assert desk.named == SHOPS[:PIECE]

    async def test_a_database_that_is_away_is_looked_at_again(
        self, tables: Tables, look: LookLoop, leases: KeepLeases
    ) -> None:
        tables.unowned, tables.away = SHOPS[:1], True
        async with InProcessBus() as bus, look.listening(bus), asyncio.TaskGroup() as group:
            running = group.create_task(look.run())
            await asyncio.sleep(0.01)
            tables.away = False
            await bus.publish(subjects.LEASES_RELEASED, b"{}")  # the next look need not wait
            await asyncio.sleep(0.1)
            running.cancel()
        assert leases.owned == 1


class TestLettingGo:
    async def test_every_shop_is_let_go_and_the_others_hear_of_it(
        self, tables: Tables, leases: KeepLeases
    ) -> None:
        leases.taken(SHOPS[0], 1, leases.asks())
        heard: list[bytes] = []
        async with InProcessBus() as bus:
            await bus.subscribe(subjects.LEASES_RELEASED, heard.append)
            await let_go(leases, bus, ROUTER)
            await asyncio.sleep(0.01)
        assert (leases.owned, tables.released, len(heard)) == (0, 1, 1)

    async def test_a_database_that_is_away_stops_no_stop(
        self, tables: Tables, leases: KeepLeases
    ) -> None:
        tables.away = True
        async with InProcessBus() as bus:
            await let_go(leases, bus, ROUTER)
        assert tables.released == 0


class TestAskingForOwners:
    async def test_what_is_asked_together_is_one_look(self, tables: Tables) -> None:
        tables.holder_of = {SHOPS[0]: OTHER}
        lane = OwnersLane(tables)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(lane.run())
            shops = [SHOPS[0], SHOPS[1], SHOPS[0]]
            found = await asyncio.gather(*map(lane.holder, shops))
            running.cancel()
        assert found == [OTHER, None, OTHER]
        assert tables.looks == [frozenset(SHOPS[:2])]

    async def test_a_database_that_is_away_is_said_to_be_busy(self, tables: Tables) -> None:
        tables.away = True
        lane = OwnersLane(tables)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(lane.run())
            with pytest.raises(RefusedError) as refused:
                await lane.holder(SHOPS[0])
            running.cancel()
        assert refused.value.code is ErrorCode.TRY_AGAIN
