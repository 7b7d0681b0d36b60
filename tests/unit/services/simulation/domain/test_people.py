"""Agents do one thing at a time, rest while away, and lose time by what is taken from them."""

from __future__ import annotations

import pytest

from services.simulation.domain.day import Visit
from services.simulation.domain.desk import (
    Accepted,
    Answered,
    Arrived,
    CameOn,
    Closed,
    Desk,
    Give,
    Grant,
    Left,
    Refuse,
    Ring,
    SetAway,
    Shown,
    WentOff,
    Withdraw,
)
from services.simulation.domain.people import Person
from services.simulation.domain.stage import Fate, play
from tests.support.simulated import NINE, Script, a_day, a_visit, a_worker

FIRST, SECOND = a_visit(1), a_visit(2, 500)


def played(
    script: Script, *visits: Visit, absences: tuple[tuple[int, int], ...] = ()
) -> list[Fate]:
    worker = a_worker(0, absences=absences)
    return list(play(a_day(*visits, workers=(worker,)), lambda _day, _people: script).fates)


class TestAttention:
    def test_what_is_given_is_noticed_and_answered(self) -> None:
        script = Script((Arrived, Give(FIRST, 0)))
        (fate,) = played(script, FIRST)
        assert (fate.rung_at, fate.noticed_at, fate.answered_at, fate.ended_at) == (
            NINE,
            NINE + 1_000,
            NINE + 4_000,
            NINE + 64_000,
        )
        assert script.heard == [
            (0, CameOn(0)),
            (0, Arrived(FIRST)),
            (4_000, Answered(FIRST, 0)),
            (64_000, Closed(FIRST, 0)),
        ]

    def test_what_rings_is_shown_and_accepted_before_it_is_answered(self) -> None:
        script = Script((Arrived, Ring(FIRST, 0)), (Accepted, Grant(FIRST, 0)))
        (fate,) = played(script, FIRST)
        assert fate.answered_at == NINE + 4_000
        assert script.heard[2:4] == [(100, Shown(FIRST, 0)), (1_000, Accepted(FIRST, 0))]

    def test_a_second_ring_waits_until_the_first_answer_is_written(self) -> None:
        person = Person(a_day(workers=(a_worker(0),)), a_worker(0))
        person.ring(FIRST, NINE)
        person.ring(SECOND, NINE + 500)
        assert person.would_answer_at(a_visit(3), NINE + 500) == NINE + 12_000
        person.compose(NINE + 1_000)
        assert person.would_answer_at(a_visit(3), NINE + 2_000) == NINE + 12_000
        person.answered(NINE + 4_000)
        assert person.job is not None
        assert (person.job.visit, person.job.due) == (SECOND, NINE + 5_000)
        assert person.serving == 1

    def test_nobody_writes_what_is_not_in_hand(self) -> None:
        person = Person(a_day(workers=(a_worker(0),)), a_worker(0))
        with pytest.raises(RuntimeError, match="nothing in hand"):
            person.compose(NINE)

    def test_an_absent_agent_sees_nothing(self) -> None:
        (fate,) = played(Script((Arrived, Give(FIRST, 0))), FIRST, absences=((500, 90_000),))
        assert fate.answered_at == NINE + 93_500


class TestTakenAway:
    def test_it_costs_its_holder_time_for_the_next(self) -> None:
        person = Person(a_day(workers=(a_worker(0),)), a_worker(0))
        person.ring(FIRST, NINE)
        person.drop(FIRST, NINE + 500, costs=True)
        assert person.would_answer_at(SECOND, NINE + 500) == NINE + 12_500
        person.ring(SECOND, NINE + 1_000)
        assert person.job is not None
        assert person.job.due == NINE + 9_500

    def test_it_costs_whoever_is_busy_with_another(self) -> None:
        person = Person(a_day(workers=(a_worker(0),)), a_worker(0))
        person.ring(FIRST, NINE)
        person.ring(SECOND, NINE)
        person.drop(SECOND, NINE + 500, costs=True)
        assert person.job is not None
        assert (person.job.visit, person.job.due) == (FIRST, NINE + 9_000)

    def test_what_ran_out_by_itself_costs_nothing(self) -> None:
        script = Script(
            (Arrived, Ring(FIRST, 0)),
            (Shown, Withdraw(FIRST, 0, costs=False)),
            (Left, Withdraw(FIRST, 0)),
        )
        (fate,) = played(script, a_visit(1, patience_ms=5_000))
        assert (fate.withdrawn, fate.left_at, fate.answered_at) == (0, NINE + 5_000, None)
        assert not any(isinstance(event, Accepted) for _, event in script.heard)

    def test_a_refused_accept_leaves_the_agent_free(self) -> None:
        script = Script((Arrived, Ring(FIRST, 0)), (Accepted, Refuse(FIRST, 0)))
        (fate,) = played(script, a_visit(1, patience_ms=5_000))
        assert (fate.rings, fate.withdrawn, fate.left_at) == (1, 0, NINE + 5_000)

    def test_a_customer_who_leaves_is_gone_from_every_screen(self) -> None:
        visit = a_visit(1, patience_ms=2_000)
        (fate,) = played(Script((Arrived, Give(visit, 0))), visit)
        assert (fate.left_at, fate.answered_at, fate.withdrawn) == (NINE + 2_000, None, 1)


class TestDuty:
    def test_an_agent_set_away_says_soon_to_be_there_again(self) -> None:
        script = Script((Arrived, SetAway(0)))
        played(script, a_visit(1, patience_ms=60_000), absences=((0, 10_000),))
        assert (15_000, CameOn(0)) in script.heard

    def test_but_not_after_the_end_of_the_duty(self) -> None:
        script = Script((WentOff, SetAway(0)))
        visit = a_visit(1, 3_500_000, patience_ms=600_000)
        played(script, visit)
        assert [type(event) for _, event in script.heard] == [CameOn, Arrived, WentOff, Left]

    def test_a_desk_is_woken_when_it_asks_to_be(self) -> None:
        class Sleeper(Script):
            wake: int | None = NINE + 1_500

            def wakes_at(self) -> int | None:
                return self.wake

            def tell(self, event: object, now: int) -> list[object]:  # type: ignore[override]
                if now >= NINE + 1_500:
                    self.wake = None
                return super().tell(event, now)  # type: ignore[arg-type,return-value]

        script: Desk = Sleeper((Arrived, Give(FIRST, 0)))  # type: ignore[assignment]
        played(script, FIRST)  # type: ignore[arg-type]
        assert [at for at, _ in script.heard] == [0, 0, 1_500, 4_000, 64_000]  # type: ignore[attr-defined]
