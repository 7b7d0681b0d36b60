"""A recorded day is played with what the record says, and draws only what it cannot say."""

from __future__ import annotations

from datetime import UTC
from random import Random
from zoneinfo import ZoneInfo

import pytest

from services.replaying.days import (
    LONGEST_PATIENCE_MS,
    SPOKEN_ANSWER_S,
    Drawn,
    RecordedDay,
    arrivals_by_slot,
    people_for,
    recorded_days,
    staff_by_slot,
)
from services.replaying.playing import outcome_of, play_all
from services.simulation.domain.assumptions import Assumptions
from services.simulation.runs import read_assumptions
from services.staffing.demand import typical_days
from services.staffing.patience import estimate, exponential
from services.staffing.plan import Planner, Target
from services.staffing.recorded import Contact
from shared.kernel.clock import Instant, from_iso

ASSUMED = read_assumptions().assumptions
TARGET = Target(share=0.8, within_ms=10_000, notice_ms=2_000)
EIGHT = from_iso("2026-11-02T08:00:00Z")
"""A Monday."""
WEEK_MS = 7 * 24 * 3_600_000
HANDLES = (60_000, 120_000, 180_000)


def calls() -> Assumptions:
    return people_for(ASSUMED, spoken=True, at_once=1, away_share=0.0)


def contacts(count: int = 120, start: Instant = EIGHT, every_ms: int = 30_000) -> list[Contact]:
    """Every tenth leaves after 20 s, the others were answered after 5 s for three minutes."""

    def contact(number: int) -> Contact:
        waited, handle = (5_000, 180_000) if number % 10 else (20_000, None)
        return Contact(number, start + number * every_ms, waited, handle)

    return [contact(number) for number in range(count)]


def days(
    some: list[Contact], *, seed: int = 1, zone: str = "UTC", people: Assumptions | None = None
) -> tuple[RecordedDay, ...]:
    place = ZoneInfo(zone)
    patience = estimate(some)
    plans = {one.name: Planner(TARGET, patience).plan(one) for one in typical_days(some, place)}
    return recorded_days(
        some,
        plans,
        people or calls(),
        Drawn(seed, patience, HANDLES),
        zone=place,
        target_ms=10_000,
    )


class TestRecordedDays:
    def test_each_contact_comes_when_it_came_and_lasts_as_long(self) -> None:
        some = contacts()
        (found,) = days(some)
        assert [one.at for one in found.day.visits] == [one.at for one in some]
        lasted = [
            visit.handle_ms
            for visit, one in zip(found.day.visits, some, strict=True)
            if not one.left
        ]
        assert set(lasted) == {180_000}

    def test_who_left_has_that_patience_and_a_handle_time_of_others(self) -> None:
        some = contacts()
        (found,) = days(some)
        gone = [visit for visit in found.day.visits if visit.number % 10 == 0]
        assert {one.patience_ms for one in gone} == {20_000}
        assert {one.handle_ms for one in gone} == set(HANDLES)

    def test_who_was_answered_would_have_waited_at_least_as_long_as_they_did(self) -> None:
        (found,) = days(contacts())
        answered = [visit.patience_ms for visit in found.day.visits if visit.number % 10]
        assert min(answered) >= 5_000
        assert len(set(answered)) > 10

    def test_who_would_wait_for_ever_waits_for_a_day(self) -> None:
        some = [one for one in contacts() if not one.left]
        (found,) = days(some)
        assert {one.patience_ms for one in found.day.visits} == {LONGEST_PATIENCE_MS}

    def test_the_same_seed_draws_the_same_and_another_seed_another(self) -> None:
        some = contacts()
        assert days(some, seed=3) == days(some, seed=3)
        assert days(some, seed=3)[0].day.visits != days(some, seed=4)[0].day.visits

    def test_agents_are_on_duty_as_planned_by_the_clock_of_the_place(self) -> None:
        (found,) = days(contacts(), zone="Europe/Berlin")
        assert staff_by_slot((found,))[18] == found.plan.staffed[18].agents > 0
        nine = found.opens_at + 18 * 1_800_000
        assert nine == EIGHT
        there = sum(one.duty.starts_at <= nine < one.duty.ends_at for one in found.day.workers)
        assert there == found.plan.staffed[18].agents

    def test_who_comes_while_nobody_is_planned_is_counted_and_not_played(self) -> None:
        lone = Contact(999, EIGHT + 9 * 3_600_000, 0, 1_000)
        found, after = days([*contacts(), lone, *contacts(start=EIGHT + WEEK_MS)])
        assert (found.closed, after.closed) == (1, 0)
        assert len(found.day.visits) == 120

    def test_a_date_on_which_nobody_is_planned_is_not_played(self) -> None:
        sundays = [
            Contact(998, EIGHT - 24 * 3_600_000, 0, 1_000),
            Contact(999, EIGHT - 23 * 3_600_000 + WEEK_MS, 0, 1_000),
        ]
        assert [one.on.isoformat() for one in days([*sundays, *contacts()])] == ["2026-11-02"]

    def test_arrivals_are_those_of_a_day(self) -> None:
        found = days([*contacts(), *contacts(60, EIGHT + WEEK_MS)])
        assert arrivals_by_slot(found)[16:18] == (60, 30)


class TestPeople:
    def test_who_speaks_answers_with_the_first_word(self) -> None:
        spoken = people_for(ASSUMED, spoken=True, at_once=1, away_share=0.1)
        assert spoken.humans.compose_median_s == SPOKEN_ANSWER_S
        assert spoken.agents.capacities == (1,)
        assert spoken.agents.away_share == 0.1

    def test_who_writes_takes_as_long_as_assumed(self) -> None:
        written = people_for(ASSUMED, spoken=False, at_once=4, away_share=0.0)
        assert written.humans == ASSUMED.humans


class TestPlaying:
    def test_every_contact_has_one_fate_and_half_hours_add_up_to_the_day(self) -> None:
        (found,) = days(contacts())
        outcome = outcome_of(found, "firstreply", ASSUMED.peers)
        figures = outcome.figures
        assert figures.visits == 120
        assert figures.answered + figures.abandoned + figures.short_abandoned == 120
        assert sum(one.counted for one in outcome.by_slot) == figures.counted
        assert sum(one.in_time for one in outcome.by_slot) == figures.in_time
        assert len(outcome.took_ms) == figures.answered

    def test_every_policy_serves_the_same_day_and_each_play_is_told(self) -> None:
        played = days(contacts())
        told: list[int] = []
        policies = ("firstreply", "round-robin")
        found = play_all(played, policies, ASSUMED.peers, processes=1, watch=lambda: told.append(1))
        assert list(found) == list(policies)
        assert len(told) == 2
        assert {one.figures.visits for some in found.values() for one in some} == {120}

    @pytest.mark.timeout(60)  # a process of its own starts an interpreter
    def test_processes_find_what_one_finds(self) -> None:
        played = days(contacts(40))
        alone = play_all(played, ("round-robin",), ASSUMED.peers, processes=1)
        spawned = play_all(played, ("round-robin",), ASSUMED.peers, processes=2)
        assert [one.figures for one in spawned["round-robin"]] == [
            one.figures for one in alone["round-robin"]
        ]


class TestTheFormula:
    def test_a_day_served_in_the_order_of_asking_meets_what_the_formula_says(self) -> None:
        """Two thousand calls of three minutes, one each 15 s, with agents all alike."""
        people = calls()
        alike = people.humans.model_copy(update={"notice_sigma": 0.0, "agent_sigma": 0.0})
        people = people.model_copy(update={"humans": alike})
        some, patience = poisson(2_000, gap_ms=15_000), exponential(150_000)
        (day,) = typical_days(some, UTC)
        plan = Planner(TARGET, patience).plan(day)
        drawn = Drawn(5, patience, HANDLES)
        (found,) = recorded_days(
            some, {day.name: plan}, people, drawn, zone=UTC, target_ms=TARGET.within_ms
        )
        played = outcome_of(found, "longest-idle", people.peers).figures.service_level
        assert played == pytest.approx(plan.service_level(), abs=0.02)


def poisson(count: int, gap_ms: int) -> list[Contact]:
    dice = Random(17)  # noqa: S311  drawn again alike
    at, some = float(EIGHT), []
    for n in range(count):
        at += dice.expovariate(1 / gap_ms)
        some.append(Contact(n, int(at), 0, int(dice.expovariate(1 / 180_000))))
    return some
