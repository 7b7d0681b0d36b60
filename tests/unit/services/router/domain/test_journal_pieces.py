"""What a journal hands out to be kept elsewhere: runs from which decisions are made again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.router.domain.effects import DecisionRecord
from services.router.domain.journal import (
    BASE_AFTER,
    KEPT_MS,
    STRETCHES,
    Admitted,
    Entry,
    Piece,
    Recalled,
    Told,
    make_again,
)
from services.router.domain.model import Rows
from shared.kernel.clock import Millis
from tests.support.routing import A_STRETCH, Desk, agent_id, an_agent

AGENTS = 8


class Shelf:
    """A desk, and what its journal has handed out."""

    def __init__(self) -> None:
        self.desk = Desk(*(an_agent(n, turn=n) for n in range(AGENTS)))
        self.pieces: list[Piece] = []

    def keep(self) -> Sequence[Piece]:
        pieces = self.desk.journal.unkept()
        self.pieces += pieces
        return pieces

    def ticks(self, count: int, apart: Millis = 0) -> None:
        for _ in range(count):
            self.desk.wait(apart)

    def decides(self, number: int) -> DecisionRecord:
        self.desk.customer_writes(number)
        return self.desk.last.decisions[0]

    def told_in_one_run(self) -> int:
        """Tick until the next run begins; return how many commands the first one has."""
        while all(one.number == 1 for one in self.pieces):
            self.ticks(A_STRETCH)
            self.keep()
        return sum(len(one.entries) for one in self.pieces if one.number == 1)

    def again(self, told: DecisionRecord) -> DecisionRecord:
        """Make it again from the pieces of its run alone, as they would be read back."""
        (last,) = [one for one in self.pieces if told.id in decided(one.entries)]
        run = [one for one in self.pieces if one.number == last.number and one.part <= last.part]
        assert [one.part for one in run] == list(range(last.part + 1))
        standing = run[0].standing
        assert standing is not None
        entries = [entry for one in run for entry in one.entries]
        place = [told.id in decided([entry]) for entry in entries].index(True)
        return make_again(Recalled(told.id, standing, run[0].at, entries[: place + 1]))


def decided(entries: Sequence[Entry]) -> list[UUID]:
    return [one for entry in entries if isinstance(entry, Told) for one in entry.decisions]


def test_a_decision_is_made_again_from_what_was_handed_out_before_and_since() -> None:
    shelf = Shelf()
    first = shelf.decides(1)
    shelf.keep()
    shelf.ticks(2 * A_STRETCH, 1_000)
    shelf.keep()
    second = shelf.decides(2)
    shelf.keep()
    for told in (first, second):
        again = shelf.again(told)
        assert len(again.candidates) >= len(told.candidates)
        assert again.candidates[: len(told.candidates)] == told.candidates
    assert [one.standing is not None for one in shelf.pieces].count(True) == 1


def test_nothing_is_handed_out_twice() -> None:
    shelf = Shelf()
    shelf.decides(1)
    assert shelf.desk.journal.has_unkept
    (piece,) = shelf.keep()
    assert piece.span == (shelf.desk.now, shelf.desk.now)
    assert shelf.keep() == ()
    assert [one.has_unkept for one in (shelf.desk.journal,)] == [False]


def test_what_was_looked_up_waits_for_its_command() -> None:
    shelf = Shelf()
    shelf.keep()
    shelf.desk.journal.admitted(Rows())
    assert shelf.keep() == ()
    shelf.desk.do_tick()
    (piece,) = shelf.keep()
    assert piece.entries[0] == Admitted(Rows())
    assert len(piece.entries) == 2


class TestRuns:
    def test_a_new_run_begins_after_so_many_commands(self) -> None:
        shelf = Shelf()
        assert BASE_AFTER <= shelf.told_in_one_run() < BASE_AFTER + 2 * A_STRETCH
        (piece,) = [one for one in shelf.pieces if one.number == 2]
        assert piece.part == 0
        assert piece.standing is not None

    def test_a_larger_shop_says_less_often_what_stands(self) -> None:
        """Else a busy shop of thousands would be written down over and over."""
        shelf = Shelf()
        for number in range(BASE_AFTER + 100):
            shelf.desk.customer_writes(number)
        told, standing = shelf.told_in_one_run(), shelf.pieces[0].standing
        assert standing is not None
        assert BASE_AFTER < standing.size <= told < standing.size + 20 * A_STRETCH

    def test_in_a_quiet_shop_no_run_is_longer_than_two_hours(self) -> None:
        """What stood holds the names of customers, and is kept as long as its run."""
        shelf = Shelf()
        for _ in range(30):
            shelf.ticks(1, KEPT_MS // 3)
            shelf.keep()
        began: dict[int, int] = {}
        for one in shelf.pieces:
            first, last = one.span
            assert last - began.setdefault(one.number, first) <= 2 * KEPT_MS
        assert len(began) > 3

    def test_what_could_not_be_kept_is_handed_out_again_from_a_standing_on(self) -> None:
        shelf = Shelf()
        first = shelf.decides(1)
        shelf.keep()
        shelf.pieces.clear()
        shelf.desk.journal.lost()
        second = shelf.decides(2)
        assert shelf.keep()[0].number == 2
        assert shelf.again(first).id == first.id
        assert shelf.again(second).id == second.id

    def test_what_is_forgotten_before_it_was_handed_out_leaves_no_run_with_a_gap(self) -> None:
        shelf = Shelf()
        shelf.keep()
        first = shelf.decides(1)
        shelf.ticks((STRETCHES + 2) * A_STRETCH)
        second = shelf.decides(2)
        pieces = shelf.keep()
        assert (pieces[0].number, pieces[0].part) == (2, 0)
        assert first.id not in decided([entry for one in shelf.pieces for entry in one.entries])
        assert shelf.again(second).id == second.id

    def test_an_erasure_leaves_nothing_of_before_to_be_handed_out(self) -> None:
        shelf = Shelf()
        first = shelf.decides(1)
        shelf.desk.forgets(1)
        assert shelf.keep() == ()
        second = shelf.decides(2)
        (piece,) = shelf.keep()
        assert first.id not in decided(piece.entries)
        assert piece.standing is not None
        assert [one.customer for one in piece.standing.conversations] == [None]
        assert shelf.again(second).candidates[0].agent_id != agent_id(99)
