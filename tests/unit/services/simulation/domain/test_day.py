"""A drawn day is the same for everybody, and as the assumptions say."""

from __future__ import annotations

from statistics import mean, pstdev, quantiles

import pytest
from pydantic import ValidationError

from services.simulation.domain.day import HALF_HOUR, OPENS_AT, Day, Worker, draw_visit, make_day
from services.simulation.domain.draws import Lognormal, exponential, share, varied
from tests.support.simulated import NINE, a_day, a_visit, a_worker, assumed, small_shop

SHARES = [share("test", turn) for turn in range(4_000)]


class TestDraws:
    def test_a_key_has_one_share_on_every_machine(self) -> None:
        assert share(1, "notice", 2, 3) == pytest.approx(0.8946349, abs=1e-7)
        assert 0 < min(SHARES) < 0.01
        assert 0.99 < max(SHARES) < 1
        assert mean(SHARES) == pytest.approx(0.5, abs=0.02)

    def test_distributions_have_the_figures_they_are_named_by(self) -> None:
        waits = [exponential(20.0, one) for one in SHARES]
        times = [Lognormal.of_mean(600, 0.9).at(one) for one in SHARES]
        factors = [varied(0.2, one) for one in SHARES]
        assert mean(waits) == pytest.approx(20, rel=0.05)
        assert mean(times) == pytest.approx(600, rel=0.07)
        assert Lognormal(1.5, 0.5).at(0.5) == 1.5
        assert (mean(factors), pstdev(factors)) == pytest.approx((1.0, 0.2), rel=0.05)


class TestADay:
    def test_the_same_seed_gives_the_same_day(self) -> None:
        assumptions = small_shop()
        assert make_day(assumptions, 7, 0.8) == make_day(assumptions, 7, 0.8)
        assert make_day(assumptions, 7, 0.8) != make_day(assumptions, 8, 0.8)

    def test_staff_follows_the_expected_customers(self) -> None:
        shape = {"profile": (10, 20, 40, 20)}
        day = make_day(assumed(arrivals=shape, agents={"most": 8, "least": 3}), 1, 0.8)
        assert [on_duty(day, half_hour) for half_hour in range(4)] == [3, 4, 8, 4]
        assert min(one.duty.ends_at - one.duty.starts_at for one in day.workers) >= HALF_HOUR

    def test_the_load_is_the_expected_work_of_what_can_be_held(self) -> None:
        assumptions = small_shop()
        days = [make_day(assumptions, seed, 0.8) for seed in range(60)]
        held_ms = sum(one.capacity for one in days[0].workers) * 2 * HALF_HOUR
        assert mean(len(day.visits) for day in days) * 120_000 / held_ms == pytest.approx(
            0.8, rel=0.04
        )

    def test_days_vary_more_than_by_chance(self) -> None:
        days = [len(make_day(small_shop(), seed, 0.8).visits) for seed in range(60)]
        none: dict[str, object] = {"half_hour_variation": 0, "day_variation": 0}
        plain = [len(make_day(small_shop(arrivals=none), s, 0.8).visits) for s in range(60)]
        assert pstdev(plain) ** 2 / mean(plain) == pytest.approx(1, abs=0.5)
        assert pstdev(days) ** 2 / mean(days) > 1.5

    def test_customers_come_in_order_within_the_day_and_have_their_patience(self) -> None:
        day = make_day(assumed(), 3, 0.8)
        instants = [one.at for one in day.visits]
        assert instants == sorted(instants)
        assert OPENS_AT <= instants[0] < instants[-1] < OPENS_AT + 20 * HALF_HOUR
        assert mean(one.patience_ms for one in day.visits) == pytest.approx(373_000, rel=0.1)
        middle = quantiles((one.handle_ms for one in day.visits), n=2)[0]
        assert middle < mean(one.handle_ms for one in day.visits)

    def test_a_recorded_conversation_lasts_as_long_as_it_did(self) -> None:
        drawn = draw_visit(assumed(), 1, 4, NINE)
        recorded = draw_visit(assumed(), 1, 4, NINE, handle_ms=54_000)
        assert recorded.handle_ms == 54_000
        assert recorded.patience_ms == drawn.patience_ms

    def test_nobody_comes_in_a_half_hour_in_which_nobody_is_expected(self) -> None:
        day = make_day(small_shop(arrivals={"profile": (0, 1)}), 1, 0.8)
        assert day.visits
        assert min(one.at for one in day.visits) >= OPENS_AT + HALF_HOUR

    @pytest.mark.parametrize(
        "parts", [{"arrivals": {"profile": (0, 0)}}, {"agents": {"least": 5, "most": 4}}]
    )
    def test_assumptions_that_make_no_day_are_refused(
        self, parts: dict[str, dict[str, object]]
    ) -> None:
        with pytest.raises(ValidationError):
            assumed(**parts)


class TestAgents:
    def test_they_are_away_for_the_share_that_is_assumed(self) -> None:
        day = make_day(assumed(agents={"away_share": 0.2, "most": 40}), 1, 0.8)
        away = sum(away_ms(one) for one in day.workers)
        there = sum(one.duty.ends_at - one.duty.starts_at for one in day.workers)
        assert away / there == pytest.approx(0.2, abs=0.04)

    def test_they_are_never_away_when_that_is_assumed(self) -> None:
        day = make_day(assumed(agents={"away_share": 0}), 1, 0.8)
        assert {one.absences for one in day.workers} == {()}

    def test_work_rests_while_they_are_away(self) -> None:
        worker = a_worker(0, absences=((10_000, 20_000), (25_000, 40_000)))
        assert worker.after(NINE, 10_000) == NINE + 10_000
        assert worker.after(NINE + 5_000, 6_000) == NINE + 21_000
        assert worker.after(NINE + 12_000, 6_000) == NINE + 41_000
        assert worker.after(NINE + 50_000, 6_000) == NINE + 56_000

    def test_conversations_under_way_make_them_slower(self) -> None:
        day, worker = make_day(assumed(), 1, 0.8), a_worker(3)
        visit = a_visit(5)
        assert day.compose_ms(visit, worker, 0) < day.compose_ms(visit, worker, 3)
        alone = [day.notice_ms(a_visit(n), worker, 0) for n in range(300)]
        busy = [day.notice_ms(a_visit(n), worker, 3) for n in range(300)]
        assert mean(busy) > 1.5 * mean(alone)

    def test_each_has_a_pace_of_their_own(self) -> None:
        day = make_day(assumed(), 1, 0.8)
        assert len({one.compose_factor for one in day.workers}) == len(day.workers)
        other = a_day(a_visit(0), workers=(a_worker(0),))
        assert other.notice_ms(a_visit(0), a_worker(0), 0) == 1_000


def on_duty(day: Day, half_hour: int) -> int:
    at = OPENS_AT + half_hour * HALF_HOUR
    return sum(one.duty.starts_at <= at < one.duty.ends_at for one in day.workers)


def away_ms(worker: Worker) -> int:
    return sum(min(one.ends_at, worker.duty.ends_at) - one.starts_at for one in worker.absences)
