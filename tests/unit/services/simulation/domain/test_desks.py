"""Each policy routes as it is named, and the engine as it does in the product."""

from __future__ import annotations

import pytest

from services.router.domain.policy import Policy
from services.simulation.domain.clairvoyant import Clairvoyant
from services.simulation.domain.day import Day, make_day
from services.simulation.domain.desk import (
    Arrived,
    CameOn,
    Closed,
    Desk,
    Give,
    Left,
    MakeDesk,
    WentOff,
    Woken,
)
from services.simulation.domain.people import Person
from services.simulation.domain.policies import FIRSTREPLY, POLICIES, desk_of
from services.simulation.domain.stage import Fate, play
from tests.support.simulated import NINE, a_day, a_visit, a_worker, assumed, small_shop

PEERS = assumed().peers
THREE = tuple(a_worker(number) for number in range(3))


def open_desk(name: str, day: Day) -> Desk:
    """A desk with everybody on duty."""
    people = {one.number: Person(day, one) for one in day.workers}
    desk = desk_of(name, PEERS)(day, people)
    for worker in day.workers:
        desk.tell(CameOn(worker.number), NINE)
    return desk


def given(desk: Desk, *numbers: int, at: int = 0) -> list[int]:
    """Who is given each of these visits, which arrive one after another."""
    orders = [desk.tell(Arrived(a_visit(n)), NINE + at) for n in numbers]
    return [order.worker for told in orders for order in told if isinstance(order, Give)]


class TestRoundRobin:
    def test_it_gives_in_turn_up_to_the_limit(self) -> None:
        desk = open_desk("round-robin", a_day(workers=THREE))
        assert given(desk, *range(7)) == [0, 1, 2, 0, 1, 2]

    def test_a_slot_that_frees_is_given_at_once_to_who_waits_longest(self) -> None:
        desk = open_desk("round-robin", a_day(workers=THREE))
        given(desk, *range(8))
        assert desk.tell(Closed(a_visit(1), 1), NINE + 900) == [Give(a_visit(6), 1)]
        desk.tell(Left(a_visit(7)), NINE + 1_000)
        assert desk.tell(Closed(a_visit(2), 2), NINE + 1_100) == []

    def test_who_went_off_duty_is_left_out(self) -> None:
        desk = open_desk("round-robin", a_day(workers=THREE))
        desk.tell(WentOff(1), NINE)
        assert given(desk, 0, 1, 2) == [0, 2, 0]
        assert desk.wakes_at() is None


class TestLeastLoaded:
    def test_its_worker_gives_one_a_pass_to_whoever_has_fewest(self) -> None:
        desk = open_desk("least-loaded", a_day(workers=THREE))
        assert given(desk, 0, 1, at=700) == []
        assert desk.wakes_at() == NINE + 5_000
        assert desk.tell(Woken(), NINE + 5_000) == [Give(a_visit(0), 0)]
        assert desk.wakes_at() == NINE + 10_000
        assert desk.tell(Woken(), NINE + 10_000) == [Give(a_visit(1), 1)]
        assert desk.wakes_at() is None


class TestLeastActive:
    def test_a_sync_gives_all_that_wait(self) -> None:
        desk = open_desk("least-active", a_day(workers=THREE))
        given(desk, *range(7), at=700)
        assert desk.wakes_at() == NINE + 10_000
        orders = desk.tell(Woken(), NINE + 10_000)
        assert [order.worker for order in orders] == [0, 1, 2, 0, 1, 2]


class TestLongestIdle:
    def test_it_gives_to_who_finished_longest_ago(self) -> None:
        desk = open_desk("longest-idle", a_day(workers=THREE))
        assert given(desk, 0, 1, 2, at=100) == [0, 1, 2]
        desk.tell(Closed(a_visit(2), 2), NINE + 500)
        desk.tell(Closed(a_visit(0), 0), NINE + 900)
        assert given(desk, 3, at=1_000) == [1]


class TestClairvoyant:
    def test_it_gives_to_who_will_answer_soonest(self) -> None:
        away = (a_worker(0, absences=((0, 60_000),)), a_worker(1), a_worker(2))
        day = a_day(workers=away)
        people = {one.number: Person(day, one) for one in day.workers}
        desk = Clairvoyant(day, people)
        for worker in away:
            desk.tell(CameOn(worker.number), NINE)
        people[1].ring(a_visit(9), NINE)
        assert given(desk, 1) == [2]

    def test_whom_nobody_can_save_waits_until_they_are_late(self) -> None:
        day = a_day(workers=(a_worker(0, absences=((0, 60_000),)),))
        desk = open_desk("clairvoyant", day)
        assert given(desk, 1) == []
        assert desk.wakes_at() == NINE + 10_000
        assert desk.tell(Woken(), NINE + 10_000) == [Give(a_visit(1), 0)]
        assert desk.wakes_at() is None

    def test_the_late_come_after_those_who_can_be_saved(self) -> None:
        day = a_day(workers=(a_worker(0, capacity=1),))
        desk = open_desk("clairvoyant", day)
        desk.tell(WentOff(0), NINE)
        desk.tell(Arrived(a_visit(1)), NINE)
        desk.tell(Arrived(a_visit(2, 20_000)), NINE + 20_000)
        assert desk.tell(CameOn(0), NINE + 20_000) == [Give(a_visit(2, 20_000), 0)]
        assert desk.wakes_at() == NINE + 20_000
        desk.tell(Left(a_visit(1)), NINE + 21_000)
        assert desk.tell(Closed(a_visit(2, 20_000), 0), NINE + 30_000) == []


class TestWholeDays:
    @pytest.mark.parametrize("name", POLICIES)
    def test_every_customer_is_answered_or_leaves_and_nobody_is_above_capacity(
        self, name: str
    ) -> None:
        day = make_day(small_shop(), 3, 0.9)
        fates = play(day, desk_of(name, PEERS)).fates
        assert len(fates) == len(day.visits)
        for fate in fates:
            assert (fate.answered_at is None) != (fate.left_at is None)
            assert fate.answered_at is None or took(fate) <= fate.visit.patience_ms
        assert most_at_once(day, fates) <= 0

    @pytest.mark.parametrize("name", POLICIES)
    def test_the_same_day_is_routed_the_same_way_again(self, name: str) -> None:
        day = make_day(small_shop(), 4, 0.8)
        assert play(day, desk_of(name, PEERS)) == play(day, desk_of(name, PEERS))

    def test_knowing_everything_is_better_than_taking_turns(self) -> None:
        days = [make_day(small_shop(), seed, 0.7) for seed in range(4)]
        clairvoyant, turns = (
            sum(in_time(day, desk_of(name, PEERS)) for day in days)
            for name in ("clairvoyant", "round-robin")
        )
        assert clairvoyant > turns


class TestTheEngine:
    def test_its_figures_are_the_policys(self) -> None:
        day = make_day(small_shop(), 5, 0.5)
        one = play(day, desk_of(FIRSTREPLY, PEERS, Policy(first_offers=1))).fates
        two = play(day, desk_of(FIRSTREPLY, PEERS, Policy(first_offers=2))).fates
        assert sum(fate.rings for fate in two) > sum(fate.rings for fate in one)

    def test_what_is_shipped_answers_more_in_time_than_taking_turns(self) -> None:
        shop = small_shop(agents={"most": 8, "least": 8}, customers={"handle_mean_s": 300})
        days = [make_day(shop, seed, 0.7) for seed in range(3)]
        shipped, turns = (
            sum(in_time(day, desk_of(name, PEERS)) for day in days)
            for name in (FIRSTREPLY, "round-robin")
        )
        assert shipped > turns

    def test_who_is_away_is_passed_over(self) -> None:
        workers = (a_worker(0, absences=((0, 1_200_000),)), a_worker(1))
        visits = [a_visit(n, n * 20_000, handle_ms=5_000) for n in range(50)]
        fates = play(a_day(*visits, workers=workers), desk_of(FIRSTREPLY, PEERS)).fates
        assert {fate.worker for fate in fates} == {1}
        assert all(took(fate) <= 10_000 for fate in fates)

    def test_who_lets_two_offers_run_out_is_asked_again_once_they_say_to_be_there(self) -> None:
        day = a_day(a_visit(1), workers=(a_worker(0, absences=((0, 70_000),)),))
        (fate,) = play(day, desk_of(FIRSTREPLY, PEERS)).fates
        assert fate.rings == 3
        assert (fate.rung_at, fate.answered_at) == (NINE + 75_000, NINE + 79_000)

    def test_an_owner_who_falls_silent_loses_it_to_a_rescuer(self) -> None:
        away = (a_worker(0, absences=((1_500, 300_000),)), a_worker(1))
        day = a_day(a_visit(1), workers=away)
        patient = Policy(first_offers=1, widen_after_ms=60_000, unseen_after_ms=60_000)
        (fate,) = play(day, desk_of(FIRSTREPLY, PEERS, patient)).fates
        assert (fate.worker, fate.withdrawn) == (1, 1)


def took(fate: Fate) -> int:
    assert fate.answered_at is not None
    return fate.answered_at - fate.visit.at


def in_time(day: Day, desk: MakeDesk) -> int:
    fates = play(day, desk).fates
    return sum(one.answered_at is not None and took(one) <= day.target_ms for one in fates)


def most_at_once(day: Day, fates: tuple[Fate, ...]) -> int:
    """The most any agent ever held above their capacity."""
    capacity = {one.number: one.capacity for one in day.workers}
    over = -1
    for worker, room in capacity.items():
        mine = [one for one in fates if one.worker == worker]
        steps = sorted(
            step for one in mine for step in ((one.noticed_at or 0, 1), (one.ended_at or 0, -1))
        )
        held = 0
        for _, step in steps:
            held += step
            over = max(over, held - room)
    return over
