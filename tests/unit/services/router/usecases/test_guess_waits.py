"""Who waits is told a range, and what came of it is learnt."""

from __future__ import annotations

from uuid import UUID

from services.router.domain.effects import Effects
from services.router.usecases import guess_waits
from services.router.usecases.guess_waits import GuessWaits
from services.router.usecases.ports import ShopWork
from shared.contracts.signs import WaitRange
from tests.support.clock import VirtualClock
from tests.support.routing import Desk, an_agent, conversation_id
from tests.support.waits import EXACT, MemoryWaitBook

SHOP = UUID(int=1)


class Shop:
    """A desk whose customers are told their waits."""

    def __init__(self, *, known: bool = True) -> None:
        self.desk = Desk(an_agent(1))
        self.clock = VirtualClock(self.desk.now)
        self.book = MemoryWaitBook({SHOP: EXACT} if known else None)
        self.waits = GuessWaits(self.book, lambda _: self.desk.engine.anybody_waits(), self.clock)

    async def tell(self) -> tuple[WaitRange, ...]:
        told = await self.waits.ranges(SHOP, self.desk.engine.waiting())
        await self.waits.keep()
        return told

    def pass_time(self, span: int) -> None:
        self.commit(self.desk.wait(span))
        self.clock.advance(span)

    def commit(self, *effects: Effects) -> None:
        self.waits.committed(ShopWork(SHOP, 1, effects, ()))


async def test_each_place_in_the_line_has_its_range() -> None:
    shop = Shop()
    for number in (1, 2, 3):
        shop.commit(shop.desk.customer_writes(number))
    assert await shop.tell() == tuple(
        WaitRange(low_ms=span, high_ms=span) for span in (1_000, 1_900, 2_800)
    )


async def test_a_shop_of_which_too_little_is_known_tells_none_and_learns_all_the_same() -> None:
    shop = Shop(known=False)
    shop.commit(shop.desk.customer_writes(1))
    assert await shop.tell() == ()
    assert [one.guess.low_ms for one in shop.book.kept] == [None]


async def test_what_is_told_first_is_kept_once() -> None:
    shop = Shop()
    shop.commit(shop.desk.customer_writes(1))
    await shop.tell()
    shop.commit(shop.desk.customer_writes(2))
    await shop.tell()
    kept = [one.conversation_id for one in shop.book.kept]
    assert kept == [conversation_id(1), conversation_id(2)]


async def test_a_late_answer_widens_what_the_next_is_told() -> None:
    shop = Shop()
    for number in (1, 2):
        shop.commit(shop.desk.customer_writes(number))
        await shop.tell()
        shop.commit(shop.desk.accepts(shop.desk.offers_of(number)[0]))
        shop.pass_time(40_000)
        shop.commit(shop.desk.agent_writes(number))
    shop.commit(shop.desk.customer_writes(3))
    (after,) = await shop.tell()
    assert after.high_ms > 5_000


async def test_who_leaves_is_forgotten_and_no_answer() -> None:
    shop = Shop()
    shop.commit(shop.desk.customer_writes(1))
    before = await shop.tell()
    shop.commit(shop.desk.leaves(1))
    shop.commit(shop.desk.customer_writes(2))
    assert await shop.tell() == before


async def test_a_router_that_lost_a_shop_goes_on_from_what_was_kept() -> None:
    shop = Shop()
    shop.commit(shop.desk.customer_writes(1))
    await shop.tell()
    shop.waits.drop(SHOP)
    shop.commit(shop.desk.customer_writes(2))
    assert len(await shop.tell()) == 2


async def test_guesses_that_nobody_answers_are_given_up() -> None:
    shop = Shop()
    line = [conversation_id(number) for number in range(guess_waits.OPEN_MAX + 10)]
    await shop.waits.ranges(SHOP, line)
    assert len(await shop.waits.ranges(SHOP, line[:1])) == 1
