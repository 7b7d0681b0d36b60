"""Bounds stand beside the policies: what nobody can pass, and what the formula says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.simulation.domain.bounds import bounds_of
from services.simulation.domain.day import make_day
from services.simulation.domain.policies import POLICIES, desk_of
from services.simulation.domain.stage import play
from tests.support.simulated import a_day, a_visit, a_worker, assumed, small_shop


class TestInfiniteCapacity:
    def test_everybody_has_the_soonest_agent_to_themselves(self) -> None:
        crowd = [a_visit(n) for n in range(50)]
        workers = (a_worker(0, absences=((0, 60_000),)), a_worker(1, capacity=1))
        assert bounds_of(a_day(*crowd, workers=workers)).infinite_capacity == 1.0

    def test_nobody_is_served_while_all_are_away_or_off_duty(self) -> None:
        away = (a_worker(0, absences=((0, 60_000),)),)
        visits = (a_visit(1), a_visit(2, 59_000), a_visit(3, 3_600_000))
        assert bounds_of(a_day(*visits, workers=away)).infinite_capacity == pytest.approx(1 / 3)

    @pytest.mark.parametrize("name", POLICIES)
    def test_no_policy_passes_it(self, name: str) -> None:
        day = make_day(small_shop(), 6, 0.7)
        fates = play(day, desk_of(name, assumed().peers)).fates
        in_time = sum(
            one.answered_at is not None and one.answered_at <= one.visit.at + day.target_ms
            for one in fates
        )
        assert in_time <= bounds_of(day).infinite_capacity * len(fates)

    def test_a_day_without_customers_misses_nobody(self) -> None:
        assert bounds_of(a_day(workers=(a_worker(0),))).erlang_a == 1.0


class TestErlangA:
    def test_it_falls_with_the_load_and_with_absences(self) -> None:
        shop = small_shop()
        levels = [bounds_of(make_day(shop, 2, load)).erlang_a for load in (0.5, 0.9, 1.3)]
        assert levels == sorted(levels, reverse=True)
        assert levels[0] > 0.9
        day = make_day(shop, 2, 0.9)
        present = replace(day, workers=tuple(replace(w, absences=()) for w in day.workers))
        assert bounds_of(present).erlang_a > bounds_of(day).erlang_a
