"""A command finds its shop's owner, or its caller hears in time that it did not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from services.router.domain.commands import Command, StatusSet
from services.router.domain.effects import Answer, HeardUpTo
from services.router.domain.owners import (
    ASK_AGAIN_MS,
    ATTEMPT_MS,
    COMMAND_WAIT_MS,
    EVENTS_WAIT_MS,
)
from services.router.usecases.ownership import NotOwnedError, Order, UnheardError
from services.router.usecases.route_commands import CommandDesk, Owners
from shared.kernel.clock import Millis
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import AgentStatus
from tests.support.clock import VirtualClock
from tests.support.routing import a_message, agent_id, conversation_id

SHOP, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))
ANN, BEN = UUID(int=0xA), UUID(int=0xB)
"""Two other routers."""

AWAY = StatusSet(agent_id(1), AgentStatus.AWAY)


def heard(order: Order) -> Answer:
    return HeardUpTo(getattr(order.command, "version", 0))


@dataclass
class World:
    """Three routers as one of them sees the others; every way of being wrong can be set."""

    clock: VirtualClock
    mine: set[UUID] = field(default_factory=set)
    leases: dict[UUID, UUID] = field(default_factory=dict)
    """What the tables say; whoever asks for a shop that is not among them gets it."""
    alive: dict[UUID, set[UUID]] = field(default_factory=dict)
    """Which shops each router that answers believes to be its own."""
    silent: set[UUID] = field(default_factory=set)
    """Routers that get what is sent to them and answer nothing."""
    full: bool = False
    unknowing: bool = False
    looks: list[UUID] = field(default_factory=list)
    posted: list[Order] = field(default_factory=list)
    asked: list[tuple[UUID, list[Order]]] = field(default_factory=list)
    later: list[tuple[int, Callable[[], None]]] = field(default_factory=list)

    def post(self, shop_id: UUID, command: Command) -> Awaitable[Answer]:
        if self.full:
            raise RefusedError(ErrorCode.TRY_AGAIN, "The service is busy.")
        return self._decide(Order(shop_id, command))

    async def _decide(self, order: Order) -> Answer:
        if order.shop_id not in self.mine:
            if order.shop_id in self.leases:
                raise NotOwnedError(self.leases[order.shop_id])
            self.mine.add(order.shop_id)
        self.posted.append(order)
        return heard(order)

    async def holder(self, shop_id: UUID) -> UUID | None:
        self.looks.append(shop_id)
        if self.unknowing:
            raise RefusedError(ErrorCode.TRY_AGAIN, "Nobody can say.")
        return self.leases.get(shop_id)

    async def ask(
        self, router_id: UUID, orders: Sequence[Order], wait_ms: Millis
    ) -> Sequence[Answer | Exception]:
        self.asked.append((router_id, list(orders)))
        if router_id in self.silent:
            await self.pause(wait_ms)
            raise UnheardError(sent=True)
        if router_id not in self.alive:
            raise UnheardError(sent=False)
        own = self.alive[router_id]
        return [heard(one) if one.shop_id in own else NotOwnedError() for one in orders]

    async def pause(self, span_ms: Millis) -> None:
        now = self.clock.advance(span_ms)
        for _, happen in [one for one in self.later if one[0] <= now]:
            happen()

    def after(self, span_ms: Millis, happen: Callable[[], None]) -> None:
        self.later.append((self.clock.now() + span_ms, happen))


@pytest.fixture
def world(clock: VirtualClock) -> World:
    return World(clock)


@pytest.fixture
def owners(world: World) -> Owners:
    return Owners(lambda shop_id: shop_id in world.mine, world)


@pytest.fixture
def desk(world: World, owners: Owners) -> CommandDesk:
    return CommandDesk(world, owners, world, world.clock, world.pause)


async def test_a_shop_of_our_own_costs_no_question_and_no_hop(
    desk: CommandDesk, world: World
) -> None:
    world.mine.add(SHOP)
    assert await desk.post(SHOP, AWAY) == HeardUpTo(0)
    assert (world.looks, world.asked) == ([], [])


async def test_a_shop_nobody_owns_is_taken(desk: CommandDesk, world: World) -> None:
    assert await desk.post(SHOP, AWAY) == HeardUpTo(0)
    assert world.mine == {SHOP}


async def test_an_owner_is_looked_up_once_and_then_known(
    desk: CommandDesk, world: World, owners: Owners
) -> None:
    world.leases, world.alive = {SHOP: ANN}, {ANN: {SHOP}}
    for _ in range(3):
        await desk.post(SHOP, AWAY)
    assert world.looks == [SHOP]
    assert [router for router, _ in world.asked] == [ANN] * 3
    assert world.posted == []
    assert owners.elsewhere(SHOP)
    assert not owners.elsewhere(SECOND)


async def test_who_is_no_longer_the_owner_says_so_and_the_next_is_asked_at_once(
    desk: CommandDesk, world: World, clock: VirtualClock
) -> None:
    world.leases, world.alive = {SHOP: ANN}, {ANN: {SHOP}, BEN: set()}
    await desk.post(SHOP, AWAY)
    world.leases, world.alive = {SHOP: BEN}, {ANN: set(), BEN: {SHOP}}
    began_at = clock.now()
    assert await desk.post(SHOP, AWAY) == HeardUpTo(0)
    assert [router for router, _ in world.asked] == [ANN, ANN, BEN]
    assert clock.now() == began_at


async def test_a_lease_lost_under_way_sends_the_command_to_its_new_owner(world: World) -> None:
    """The lane finds it out; nothing of the command has happened, so it is simply sent on."""
    world.leases, world.alive = {SHOP: BEN}, {BEN: {SHOP}}
    believed_once = iter([True])
    owners = Owners(lambda _: next(believed_once, False), world)
    desk = CommandDesk(world, owners, world, world.clock, world.pause)
    assert await desk.post(SHOP, AWAY) == HeardUpTo(0)
    assert [router for router, _ in world.asked] == [BEN]
    assert world.posted == []


async def test_a_command_waits_through_a_take_over(
    desk: CommandDesk, world: World, clock: VirtualClock
) -> None:
    """The dead owner's lease lives on for a while; then whoever is asked takes the shop."""
    world.leases = {SHOP: ANN}
    world.after(COMMAND_WAIT_MS - 500, world.leases.clear)
    began_at = clock.now()
    assert await desk.post(SHOP, AWAY) == HeardUpTo(0)
    assert clock.now() - began_at == COMMAND_WAIT_MS - 500
    assert world.mine == {SHOP}


async def test_an_owner_who_cannot_be_reached_is_told_of_after_three_seconds(
    desk: CommandDesk, world: World, clock: VirtualClock
) -> None:
    world.leases = {SHOP: ANN}
    began_at = clock.now()
    with pytest.raises(RefusedError) as refused:
        await desk.post(SHOP, AWAY)
    assert refused.value.code is ErrorCode.ROUTING_UNAVAILABLE
    assert refused.value.retry_after_ms == 1_000
    assert clock.now() - began_at == COMMAND_WAIT_MS


async def test_an_owner_who_may_have_done_it_without_a_word_leaves_the_outcome_unknown(
    desk: CommandDesk, world: World, clock: VirtualClock
) -> None:
    world.leases, world.silent = {SHOP: ANN}, {ANN}
    began_at = clock.now()
    with pytest.raises(RefusedError) as refused:
        await desk.post(SHOP, AWAY)
    assert refused.value.code is ErrorCode.TRY_AGAIN
    assert COMMAND_WAIT_MS <= clock.now() - began_at <= COMMAND_WAIT_MS + ASK_AGAIN_MS


async def test_a_command_is_sent_again_to_who_takes_over_from_a_silent_owner(
    desk: CommandDesk, world: World
) -> None:
    world.leases, world.silent = {SHOP: ANN}, {ANN}
    world.alive = {BEN: {SHOP}}
    world.after(ATTEMPT_MS, lambda: world.leases.update({SHOP: BEN}))
    assert await desk.post(SHOP, AWAY) == HeardUpTo(0)
    assert [router for router, _ in world.asked] == [ANN, BEN]


async def test_refusals_are_told_as_they_are(desk: CommandDesk, world: World) -> None:
    world.mine.add(SHOP)
    world.full = True
    with pytest.raises(RefusedError) as full:
        await desk.post(SHOP, AWAY)
    assert full.value.code is ErrorCode.TRY_AGAIN
    world.full, world.unknowing = False, True
    with pytest.raises(RefusedError) as blind:
        await desk.post(SECOND, AWAY)
    assert blind.value.code is ErrorCode.TRY_AGAIN


async def test_a_batch_is_one_request_for_each_owner_and_keeps_each_streams_order(
    desk: CommandDesk, world: World, clock: VirtualClock
) -> None:
    world.mine, world.leases = {SHOP}, {SECOND: ANN, THIRD: ANN}
    world.alive = {ANN: {SECOND, THIRD}}
    orders = [
        Order(shop, a_message(conversation_id(1), version, clock.now()))
        for version in (1, 2, 3)
        for shop in (SHOP, SECOND, THIRD)
    ]
    answers = await desk.post_events(orders)
    assert answers == [HeardUpTo(version) for version in (1, 2, 3) for _ in range(3)]
    ((router, sent),) = world.asked
    assert router == ANN
    assert sent == [one for one in orders if one.shop_id != SHOP]
    assert world.posted == [one for one in orders if one.shop_id == SHOP]


async def test_a_batch_waits_for_nobody_long_and_its_other_shops_get_on(
    desk: CommandDesk, world: World, clock: VirtualClock
) -> None:
    """Durable events come again by themselves; a dead router's shops hold up no others."""
    world.mine, world.leases = {SHOP}, {SECOND: ANN}
    orders = [Order(shop, AWAY) for shop in (SECOND, SHOP)]
    began_at = clock.now()
    lost, done = await desk.post_events(orders)
    assert isinstance(lost, RefusedError)
    assert lost.code is ErrorCode.ROUTING_UNAVAILABLE
    assert done == HeardUpTo(0)
    assert clock.now() - began_at <= EVENTS_WAIT_MS
    assert [one.shop_id for one in world.posted] == [SHOP]


async def test_a_defect_reaches_its_caller_as_it_is(world: World, owners: Owners) -> None:
    class Broken(World):
        def post(self, shop_id: UUID, command: Command) -> Awaitable[Answer]:
            future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            future.set_exception(ZeroDivisionError())
            return future

    desk = CommandDesk(Broken(world.clock), owners, world, world.clock, world.pause)
    with pytest.raises(ZeroDivisionError):
        await desk.post(SHOP, AWAY)
