"""The hours of shops, asked once for many and not for ever."""

from __future__ import annotations

import asyncio
from uuid import UUID

from services.gateway.usecases.know_hours import FRESH_FOR_MS, HoursBook
from shared.contracts.hours import ShopHours
from shared.kernel.errors import ErrorCode, RefusedError
from tests.support.clock import START, VirtualClock

SHOP = UUID(int=0x51)


class Router:
    """Answers with what it has, and counts."""

    def __init__(self) -> None:
        self.hours: ShopHours | None = ShopHours(open=False, opens_at=START + 3_000)
        self.asked = 0

    async def ask(self, _shop_id: UUID) -> ShopHours:
        self.asked += 1
        await asyncio.sleep(0)
        if self.hours is None:
            raise RefusedError(ErrorCode.ROUTING_UNAVAILABLE, "away")
        return self.hours


async def test_many_who_come_at_once_are_one_question(clock: VirtualClock) -> None:
    router = Router()
    book = HoursBook(router.ask, clock)

    answers = await asyncio.gather(*(book.of(SHOP) for _ in range(50)))

    assert router.asked == 1
    assert set(map(str, answers)) == {str(router.hours)}


async def test_an_answer_is_good_until_the_shop_opens(clock: VirtualClock) -> None:
    router = Router()
    book = HoursBook(router.ask, clock)
    await book.of(SHOP)

    clock.advance(2_999)
    await book.of(SHOP)
    assert router.asked == 1

    clock.advance(1)
    await book.of(SHOP)
    assert router.asked == 2


async def test_new_hours_are_known_within_ten_seconds(clock: VirtualClock) -> None:
    router = Router()
    router.hours = ShopHours(open=True)
    book = HoursBook(router.ask, clock)
    await book.of(SHOP)

    router.hours = ShopHours(open=False)
    clock.advance(FRESH_FOR_MS)

    assert await book.of(SHOP) == ShopHours(open=False)


async def test_while_the_router_is_away_nobody_knows_and_nobody_waits(clock: VirtualClock) -> None:
    router = Router()
    router.hours = None
    book = HoursBook(router.ask, clock)

    assert await book.of(SHOP) is None
    assert await book.of(SHOP) is None
    assert router.asked == 2
