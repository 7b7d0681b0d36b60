"""Loops outlive whatever one turn of them does wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from uuid import UUID

import pytest

from services.router.background.chores import Chores
from services.router.background.clockwork import Clockwork
from services.router.background.presence import PresenceLoop
from services.router.domain.commands import Command, PresenceChanged
from services.router.domain.effects import Answer, Noted
from services.router.usecases.ownership import NotOwnedError
from services.router.usecases.route_commands import Owners
from shared.contracts import subjects
from shared.contracts.routing import PresenceChange
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import Presence
from shared.kit.bus.in_process import InProcessBus
from tests.support.clock import VirtualClock
from tests.support.routing import NODE, agent_id

SHOP, OTHER = UUID(int=1), UUID(int=0x0711)


class Desk:
    """Answers with what it was given, one after the other, then with Noted."""

    def __init__(self, *answers: Exception) -> None:
        self.answers = list(answers)
        self.posted: list[Command] = []

    def post(self, shop_id: UUID, command: Command) -> Awaitable[Answer]:
        self.posted.append(command)
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if self.answers:
            future.set_exception(self.answers.pop(0))
        else:
            future.set_result(Noted())
        return future


class Lookup:
    """Knows nobody."""

    async def holder(self, shop_id: UUID) -> UUID | None:
        return None


def owners(*mine: UUID) -> Owners:
    return Owners(lambda shop_id: shop_id in mine, Lookup())


BUSY = RefusedError(ErrorCode.TRY_AGAIN, "busy")
NOWHERE = RefusedError(ErrorCode.NOT_FOUND, "no such shop")


@pytest.mark.parametrize(
    ("answers", "posts"),
    [
        ((BUSY, BUSY), 3),
        ((NOWHERE,), 1),
        ((NotOwnedError(OTHER),), 1),
        ((ZeroDivisionError(),), 1),
        ((), 1),
    ],
)
async def test_a_presence_the_lane_refused_is_told_again(
    clock: VirtualClock, answers: tuple[Exception, ...], posts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.router.background.presence.LOOK_S", 0.01)
    desk = Desk(*answers)
    loop = PresenceLoop(desk, owners(), clock)
    change = PresenceChange(
        node_id=NODE, shop_id=SHOP, agent_id=agent_id(1), presence=Presence.CONNECTED
    )
    async with InProcessBus() as bus, loop.listening(bus), asyncio.TaskGroup() as group:
        task = group.create_task(loop.run())
        await bus.publish(subjects.PRESENCE_CHANGE, b"not JSON")
        await bus.publish(subjects.PRESENCE_BEAT, b"{}")
        await bus.publish(subjects.PRESENCE_CHANGE, change.to_json())
        await asyncio.sleep(0.1)
        task.cancel()
    assert desk.posted == [PresenceChanged(agent_id(1), NODE, Presence.CONNECTED)] * posts


async def test_presence_in_another_routers_shop_is_told_to_no_engine_here(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner hears the same; only a shop that nobody is known to own is asked about."""
    monkeypatch.setattr("services.router.background.presence.LOOK_S", 0.01)
    desk, known = Desk(NotOwnedError(OTHER)), owners()
    loop = PresenceLoop(desk, known, clock)
    async with InProcessBus() as bus, loop.listening(bus), asyncio.TaskGroup() as group:
        task = group.create_task(loop.run())
        for number in (1, 2):
            change = PresenceChange(
                node_id=NODE, shop_id=SHOP, agent_id=agent_id(number), presence=Presence.CONNECTED
            )
            await bus.publish(subjects.PRESENCE_CHANGE, change.to_json())
            await asyncio.sleep(0.05)
        task.cancel()
    assert desk.posted == [PresenceChanged(agent_id(1), NODE, Presence.CONNECTED)]
    assert known.elsewhere(SHOP)


async def test_a_refused_or_broken_tick_stops_no_clock(clock: VirtualClock) -> None:
    desk = Desk(BUSY, ZeroDivisionError(), NotOwnedError())
    await Clockwork(desk, clock).tick([SHOP, UUID(int=2), UUID(int=3)])
    assert len(desk.posted) == 3


async def test_a_chore_that_fails_ends_alone() -> None:
    done: list[str] = []

    async def fail() -> None:
        raise ZeroDivisionError

    async def work() -> None:
        done.append("worked")

    chores = Chores()
    chores.start(work())  # nobody runs it yet: dropped
    async with asyncio.TaskGroup() as group:
        running = group.create_task(chores.run())
        await asyncio.sleep(0)
        chores.start(fail())
        chores.start(work())
        await asyncio.sleep(0.01)
        running.cancel()
    chores.start(work())  # nobody runs it any more
    assert done == ["worked"]
