"""A shop's line is told once a second at most, however many come, and again to those who return."""

from __future__ import annotations

import asyncio
from uuid import UUID

from services.router.background.queue_positions import TOLD_MAX, QueuePositions
from services.router.domain.effects import Effects, Noted
from services.router.usecases.guess_waits import GuessWaits
from services.router.usecases.ports import ShopWork
from shared.contracts.signs import WaitingLine
from shared.contracts.subjects import WAITING_LINE
from shared.kit.bus.in_process import InProcessBus
from tests.support.clock import VirtualClock
from tests.support.routing import Desk, an_agent, conversation_id
from tests.support.waits import EXACT, MemoryWaitBook

SHOP = UUID(int=1)


class Line:
    """An Announcer, and the line of one shop, with what was heard of it."""

    def __init__(self, bus: InProcessBus) -> None:
        self.passed_on: list[ShopWork] = []
        self.waiting: tuple[UUID, ...] = ()
        self.asked = 0
        self.heard: list[WaitingLine] = []
        waits = GuessWaits(
            MemoryWaitBook({SHOP: EXACT}), lambda _: bool(self.waiting), VirtualClock()
        )
        self.positions = QueuePositions(self, self.who_waits, waits, bus)

    def committed(self, work: ShopWork) -> None:
        self.passed_on.append(work)

    def who_waits(self, _shop_id: UUID) -> tuple[UUID, ...]:
        self.asked += 1
        return self.waiting

    def moves(self, *waiting: UUID) -> None:
        self.waiting = waiting
        effects = Desk().customer_writes(1)
        self.positions.committed(ShopWork(SHOP, 1, (effects,), ()))


async def heard_after(line: Line, bus: InProcessBus, *, again: bool = False) -> list[WaitingLine]:
    line.heard.clear()
    subscription = await bus.subscribe(
        WAITING_LINE, lambda raw: line.heard.append(WaitingLine.model_validate_json(raw))
    )
    await line.positions.tell(again=again)
    await bus.publish("flush", b"")
    for _ in range(10):
        await asyncio.sleep(0)
    await subscription.close()
    return list(line.heard)


async def test_a_thousand_arrivals_are_one_look_at_the_line_and_one_publish() -> None:
    async with InProcessBus() as bus:
        line = Line(bus)
        for number in range(1_000):
            line.moves(*(conversation_id(n) for n in range(number + 1)))

        (told,) = await heard_after(line, bus)

        assert (line.asked, told.waiting, len(told.conversations)) == (1, 1_000, TOLD_MAX)
        assert len(line.passed_on) == 1_000


async def test_each_place_is_told_how_long_it_waits_yet() -> None:
    async with InProcessBus() as bus:
        line = Line(bus)
        line.moves(conversation_id(1), conversation_id(2))

        (told,) = await heard_after(line, bus)

        assert [wait.high_ms for wait in told.waits] == [1_000, 1_900]


async def test_a_line_that_stands_is_told_again_now_and_then_and_its_end_once() -> None:
    async with InProcessBus() as bus:
        line = Line(bus)
        line.moves(conversation_id(1))
        await heard_after(line, bus)

        assert await heard_after(line, bus) == []
        assert len(await heard_after(line, bus, again=True)) == 1
        line.moves()
        (empty,) = await heard_after(line, bus)
        assert empty.waiting == 0
        assert await heard_after(line, bus, again=True) == []


async def test_what_tells_nothing_of_a_conversation_moves_no_line() -> None:
    async with InProcessBus() as bus:
        line = Line(bus)
        line.positions.committed(ShopWork(SHOP, 1, (Effects(Noted()),), ()))

        assert await heard_after(line, bus) == []


def test_those_on_offer_stand_before_those_in_line_and_those_served_in_neither() -> None:
    desk = Desk(an_agent(1, capacity=2))
    desk.customer_writes(1)
    desk.accepts(desk.offers_of(1)[0])
    for number in (2, 3, 4):
        desk.customer_writes(number)

    assert desk.engine.waiting() == tuple(conversation_id(number) for number in (2, 3, 4))


def test_somebody_waits_while_on_offer_or_in_line_and_nobody_once_all_are_served() -> None:
    desk = Desk(an_agent(1, capacity=1))
    assert not desk.engine.anybody_waits()
    for number in (1, 2):
        desk.customer_writes(number)
        assert desk.engine.anybody_waits()
    desk.accepts(desk.offers_of(1)[0])
    assert desk.engine.anybody_waits()
    desk.leaves(2)
    assert not desk.engine.anybody_waits()
