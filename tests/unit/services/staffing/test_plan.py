"""A plan has the fewest agents that meet the target, on busy days and quiet ones together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest

from services.staffing.demand import (
    HALF_HOUR_MS,
    QUIET,
    SLOTS,
    Day,
    HalfHour,
    clock_time,
    starts_of,
    typical_days,
)
from services.staffing.patience import exponential
from services.staffing.plan import Planner, Target, TargetUnreachableError
from services.staffing.recorded import Contact
from shared.kernel.clock import from_iso

PATIENCE = exponential(120_000)
TARGET = Target(share=0.8, within_ms=10_000, notice_ms=0)
BUSY = HalfHour(arrivals=60, load=6.0, handle_ms=180_000)
EVENING = 36
"""18:00."""


def day(*factors: float, busy: HalfHour = BUSY) -> Day:
    half_hours = [QUIET] * SLOTS
    half_hours[EVENING : EVENING + 4] = [busy] * 4
    return Day("Mon", tuple(half_hours), factors or (1.0,))


class TestTypicalDays:
    def test_work_counts_where_it_is_under_way_and_arrivals_where_they_come(self) -> None:
        at = from_iso("2026-11-02T08:20:00Z")
        found = typical_days([Contact(1, at, 0, HALF_HOUR_MS)], UTC)
        assert [one.name for one in found] == ["Mon"]
        shown: dict[str, object] = {
            clock_time(slot): (one.arrivals, one.load)
            for slot, one in enumerate(found[0].half_hours)
            if one.load
        }
        assert shown == {"08:00": (1, pytest.approx(1 / 3)), "08:30": (0, pytest.approx(2 / 3))}

    def test_who_left_would_have_taken_as_long_as_others(self) -> None:
        at = from_iso("2026-11-02T08:00:00Z")
        served = [Contact(1, at, 0, 120_000) for _ in range(3)]
        found = typical_days([*served, Contact(4, at, 9_000, None)], UTC)
        assert found[0].half_hours[16].load == pytest.approx(4 * 120_000 / HALF_HOUR_MS)

    def test_two_mondays_are_one_typical_monday_and_their_share_of_it(self) -> None:
        mondays = [from_iso("2026-11-02T08:00:00Z"), *[from_iso("2026-11-09T08:00:00Z")] * 3]
        (found,) = typical_days([Contact(1, at, 0, 1_000) for at in mondays], UTC)
        assert found.half_hours[16].arrivals == 2
        assert found.factors == (0.5, 1.5)

    def test_half_hours_are_those_of_the_place(self) -> None:
        at = from_iso("2026-11-02T23:30:00Z")
        (found,) = typical_days([Contact(1, at, 0, 1_000)], ZoneInfo("Europe/Berlin"))
        assert (found.name, found.half_hours[1].arrivals) == ("Tue", 1)

    @pytest.mark.parametrize(
        ("on", "half_hours"),
        [(date(2026, 10, 24), 48), (date(2026, 10, 25), 50), (date(2026, 3, 29), 46)],
    )
    def test_the_nights_clocks_change_have_more_or_fewer_half_hours(
        self, on: date, half_hours: int
    ) -> None:
        starts = starts_of(on, ZoneInfo("Europe/Berlin"))
        assert len(starts) == half_hours
        assert starts[0][1] == 0
        assert starts[-1][1] == 47


class TestPlanning:
    def test_a_half_hour_has_the_fewest_agents_that_meet_the_target(self) -> None:
        planner = Planner(TARGET, PATIENCE)
        plan = planner.plan(day())
        staffed = plan.staffed[EVENING]
        fewer = planner.with_agents(BUSY, staffed.agents - 1, plan.day)
        assert staffed.meets.service_level >= 0.8 > fewer.meets.service_level

    def test_nobody_is_planned_for_hours_in_which_hardly_anybody_asks(self) -> None:
        plan = Planner(TARGET, PATIENCE).plan(day())
        assert plan.open_slots == tuple(range(EVENING, EVENING + 4))
        assert plan.agent_hours == 2 * plan.staffed[EVENING].agents

    def test_days_that_differ_need_more_than_days_alike(self) -> None:
        planner = Planner(TARGET, PATIENCE)
        alike = planner.plan(day(1.0, 1.0)).staffed[EVENING].agents
        assert planner.plan(day(0.4, 1.6)).staffed[EVENING].agents > alike

    def test_the_time_a_human_takes_to_notice_costs_agents(self) -> None:
        slow = replace(TARGET, notice_ms=8_000)
        quick_agents = Planner(TARGET, PATIENCE).plan(day()).staffed[EVENING].agents
        assert Planner(slow, PATIENCE).plan(day()).staffed[EVENING].agents > quick_agents

    def test_agents_who_hold_several_at_once_are_fewer(self) -> None:
        chats = replace(TARGET, at_once=4)
        calls = Planner(TARGET, PATIENCE).plan(day()).staffed[EVENING].agents
        assert Planner(chats, PATIENCE).plan(day()).staffed[EVENING].agents == -(-calls // 4)

    def test_one_more_agent_gains_most_where_most_ask(self) -> None:
        both = [*day().half_hours]
        both[16:20] = [HalfHour(8, 0.8, 180_000)] * 4
        planner = Planner(TARGET, PATIENCE)
        plan = planner.plan(Day("Mon", tuple(both)))
        first, second = planner.gains(plan)
        assert (clock_time(first.start), clock_time(first.end)) == ("18:00", "20:00")
        assert (second.start, second.end) == (16, 20)
        assert first.more_in_time > second.more_in_time > 0
        assert 0 < first.day_points < first.here_points

    def test_a_gain_is_what_the_formula_says_of_one_agent_more(self) -> None:
        planner = Planner(TARGET, PATIENCE)
        plan = planner.plan(day())
        agents = plan.staffed[EVENING].agents
        more = planner.with_agents(BUSY, agents + 1, plan.day).meets.service_level
        gain = more - plan.staffed[EVENING].meets.service_level
        assert planner.gains(plan)[0].here_points == pytest.approx(100 * gain)

    def test_a_target_shorter_than_the_notice_is_refused(self) -> None:
        with pytest.raises(TargetUnreachableError, match="shorter than the 11000 ms"):
            Planner(replace(TARGET, notice_ms=11_000), PATIENCE).plan(day())

    def test_a_flood_nobody_can_answer_is_refused(self) -> None:
        flood = HalfHour(arrivals=1e9, load=1e8, handle_ms=180_000)
        with pytest.raises(TargetUnreachableError, match="more than 10,000 agents"):
            Planner(TARGET, PATIENCE).plan(day(busy=flood))

    def test_a_half_hour_without_contacts_or_without_work_meets_any_target(self) -> None:
        planner = Planner(TARGET, PATIENCE)
        assert planner.with_agents(QUIET, 1, day()).meets.service_level == 1
        assert planner.plan(Day("Sun", (QUIET,) * SLOTS)).service_level() == 1
