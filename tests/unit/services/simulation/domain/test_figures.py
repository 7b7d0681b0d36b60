"""A day is counted by the project's own clock and denominator, and compared in pairs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.simulation.domain.figures import Figures, figures_of, jain
from services.simulation.domain.pairing import (
    STUDENT,
    abandonment_change,
    jackknife,
    mean_jain,
    points_over,
    service_level,
    share_of_gap,
)
from services.simulation.domain.stage import Fate, Played
from tests.support.simulated import NINE, a_day, a_visit, a_worker

DAY = a_day(workers=(a_worker(0), a_worker(1)))


def answered(after: int, *, worker: int = 0, held_ms: int = 60_000) -> Fate:
    """A visit at nine that rang after a tenth of that time and was taken after a half."""
    return Fate(
        a_visit(0),
        rings=2,
        withdrawn=1,
        rung_at=NINE + after // 10,
        noticed_at=NINE + after // 2,
        answered_at=NINE + after,
        ended_at=NINE + after // 2 + held_ms,
        worker=worker,
    )


def left(after: int) -> Fate:
    return Fate(a_visit(0, patience_ms=after), left_at=NINE + after, ended_at=NINE + after)


def counted(*fates: Fate) -> Figures:
    return figures_of(Played(DAY, fates))


class TestADay:
    def test_the_target_itself_is_in_time(self) -> None:
        figures = counted(answered(10_000), answered(10_001))
        assert (figures.in_time, figures.counted, figures.service_level) == (1, 2, 0.5)

    def test_who_left_before_the_target_is_not_counted(self) -> None:
        figures = counted(answered(4_000), left(9_999), left(10_000))
        assert (figures.visits, figures.counted, figures.short_abandoned) == (3, 2, 1)
        assert (figures.abandoned, figures.abandonment, figures.service_level) == (1, 0.5, 0.5)

    def test_waiting_noticing_and_composing_are_told_apart(self) -> None:
        figures = counted(answered(10_000), answered(20_000))
        assert (figures.queue_wait_ms, figures.notice_ms, figures.compose_ms) == (
            1_500,
            6_000,
            7_500,
        )
        assert (figures.rings, figures.withdrawn) == (4, 2)

    def test_quantiles_are_times_that_occurred(self) -> None:
        figures = counted(*(answered(n * 1_000) for n in range(1, 11)))
        assert figures.first_response_ms == (5_000, 8_000, 9_000, 10_000)

    def test_a_day_without_customers_missed_nothing(self) -> None:
        figures = figures_of(Played(a_day(workers=()), ()))
        assert (figures.service_level, figures.abandonment, figures.occupancy) == (1.0, 0.0, 0.0)
        assert figures.first_response_ms == (None,) * 4
        assert figures.jain == 1.0

    def test_occupancy_is_what_was_held_of_what_could_be(self) -> None:
        figures = counted(answered(2_000, held_ms=3_600_000), answered(2_000, held_ms=3_600_000))
        assert figures.occupancy == 0.5
        assert figures.jain == 0.5

    def test_jains_index_is_one_for_equals_and_its_least_for_one_alone(self) -> None:
        assert jain([3, 3, 3]) == pytest.approx(1)
        assert jain([3, 0, 0]) == pytest.approx(1 / 3)


def a_pair(better: int, worse: int, best: int = 100) -> tuple[Figures, ...]:
    plain = counted(*[left(20_000)] * 100)
    return tuple(
        replace(plain, in_time=n, abandoned=(100 - n) // 10, jain=n / 100)
        for n in (better, worse, best)
    )


class TestPairs:
    def test_points_shares_and_changes_are_of_all_days_together(self) -> None:
        days = [a_pair(80, 60), a_pair(90, 70)]
        assert points_over(days) == pytest.approx(20)
        assert share_of_gap(days) == pytest.approx(20 / 35)
        assert abandonment_change(days) == pytest.approx(3 / 7 - 1)
        assert mean_jain(days) == pytest.approx(0.85)
        assert service_level(days, 2) == 1.0

    def test_what_days_have_in_common_does_not_widen_the_band(self) -> None:
        alike = jackknife([a_pair(50 + n, 40 + n) for n in range(0, 40, 5)], points_over)
        assert alike.low == pytest.approx(10)
        assert alike.high == pytest.approx(10)

    def test_the_band_of_a_mean_is_students(self) -> None:
        days = [a_pair(60, 50), a_pair(70, 50), a_pair(80, 50)]
        band = jackknife(days, points_over)
        reach = STUDENT[1] * 10 / 3**0.5
        assert band.estimate == pytest.approx(20)
        assert band.low == pytest.approx(20 - reach)
        assert band.high == pytest.approx(20 + reach)

    def test_many_days_take_the_normal(self) -> None:
        band = jackknife([a_pair(60 + n % 2, 50) for n in range(40)], points_over)
        assert band.low is not None
        assert band.estimate - band.low == pytest.approx(1.96 * 0.50637 / 40**0.5, rel=1e-3)

    def test_a_single_day_has_no_band(self) -> None:
        band = jackknife([a_pair(60, 50)], points_over)
        assert band.estimate == pytest.approx(10)
        assert band.low is band.high is None

    def test_nothing_to_gain_and_nobody_to_lose_are_no_change(self) -> None:
        assert share_of_gap([a_pair(100, 100)]) == 0.0
        assert abandonment_change([a_pair(100, 100)]) == 0.0
        empty = replace(a_pair(0, 0)[0], counted=0, in_time=0)
        assert points_over([(empty, empty)]) == 0.0
