"""What engines were told is written behind them; what cannot be written is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.router.domain.journal import Piece, Recalled
from services.router.usecases.keep_journals import (
    KEPT_MS,
    PRUNED_AFTER_MS,
    KeepJournals,
    OwnJournal,
)
from services.router.usecases.ports import CommitFailedError
from shared.kernel.clock import Instant
from tests.support.clock import START, VirtualClock
from tests.support.routing import Desk, an_agent

ONE, OTHER = UUID(int=1), UUID(int=2)


def well(_shop: UUID, _piece: Piece) -> bool:
    return True


@dataclass
class Book:
    """Keeps what it is given, unless it is told to do otherwise."""

    outcome: Callable[[UUID, Piece], bool] = well
    kept: list[tuple[UUID, int, int]] = field(default_factory=list)
    pruned: list[tuple[Sequence[UUID], Instant]] = field(default_factory=list)
    epochs: int = 7

    async def epoch(self, shop_id: UUID) -> int:
        return self.epochs + shop_id.int

    async def keep(self, shop_id: UUID, token: int, epoch: int, piece: Piece) -> bool:
        assert (token, epoch) == (10 * shop_id.int, self.epochs + shop_id.int)
        await asyncio.sleep(0)
        done = self.outcome(shop_id, piece)
        if done:
            self.kept.append((shop_id, piece.number, piece.part))
        return done

    async def recall(self, shop_id: UUID, decision_id: UUID, at: Instant) -> Recalled | None:
        raise NotImplementedError

    async def prune(self, shops: Sequence[UUID], before: Instant) -> None:
        self.pruned.append((shops, before))
        if self.outcome is not well:
            raise CommitFailedError


@dataclass
class Shops:
    """Two shops, their engines, and who writes down what these are told."""

    book: Book = field(default_factory=Book)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))

    def __post_init__(self) -> None:
        self.desks = {one: Desk(an_agent(1)) for one in (ONE, OTHER)}
        self.keeper = KeepJournals(self.journals, self.book, self.clock)

    def journals(self) -> list[OwnJournal]:
        return [OwnJournal(one, 10 * one.int, desk.journal) for one, desk in self.desks.items()]


def away(_shop: UUID, _piece: Piece) -> bool:
    raise CommitFailedError


async def test_each_shops_pieces_are_kept_once() -> None:
    shops = Shops()
    await shops.keeper.keep()
    await shops.keeper.keep()
    assert shops.book.kept == [(ONE, 1, 0), (OTHER, 1, 0)]
    shops.desks[OTHER].do_tick()
    await shops.keeper.keep()
    assert shops.book.kept[2:] == [(OTHER, 1, 1)]


async def test_while_the_tables_are_away_the_round_ends_and_nothing_is_lost() -> None:
    shops = Shops(Book(away))
    await shops.keeper.keep()
    assert shops.book.kept == []
    shops.book.outcome = well
    await shops.keeper.keep()
    assert shops.book.kept == [(ONE, 2, 0), (OTHER, 1, 0)]


async def test_what_is_refused_for_one_shop_holds_up_no_other() -> None:
    shops = Shops(Book(lambda shop, _piece: shop != ONE))
    await shops.keeper.keep()
    assert shops.book.kept == [(OTHER, 1, 0)]
    shops.book.outcome = well
    await shops.keeper.keep()
    assert shops.book.kept == [(OTHER, 1, 0), (ONE, 2, 0)]


async def test_a_piece_of_which_nobody_knows_whether_it_was_kept_is_handed_out_again() -> None:
    shops = Shops()
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(shops.keeper.keep())
        await asyncio.sleep(0)
        keeping.cancel()
    assert keeping.cancelled()
    await shops.keeper.keep()
    assert shops.book.kept == [(ONE, 2, 0), (OTHER, 1, 0)]


async def test_what_is_a_day_old_is_forgotten_every_ten_minutes() -> None:
    shops = Shops()
    await shops.keeper.keep()
    await shops.keeper.keep()
    assert shops.book.pruned == [([ONE, OTHER], START - KEPT_MS)]
    shops.clock.advance(PRUNED_AFTER_MS)
    shops.book.outcome = away
    await shops.keeper.keep()
    assert len(shops.book.pruned) == 2
