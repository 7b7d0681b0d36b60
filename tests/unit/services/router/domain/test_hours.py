"""Opening hours on the clock of a zone, with the nights in which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from services.router.domain.hours import Standing, opens_at, standing
from shared.contracts.accounts import DaySpan, Holiday, OpeningHours, OpenSpan, Weekday
from shared.kernel.clock import Instant, from_datetime, to_datetime

MINUTE = 60_000
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def at(text: str) -> Instant:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


def hours(*spans: tuple[Weekday, str, str], zone: str = "Europe/Berlin") -> OpeningHours:
    made = tuple(OpenSpan(day=day, opens=opens, closes=closes) for day, opens, closes in spans)
    return OpeningHours(time_zone=zone, spans=made)


OFFICE = hours(*((day, "09:00", "17:30") for day in WEEK[:5]))
"""Berlin; 2026-09-21 is a Monday, and in summer time (UTC+2)."""


class TestAWeek:
    def test_without_hours_a_shop_is_always_open(self) -> None:
        assert standing(None, at("2026-09-20T03:00")) == Standing(is_open=True, until=None)

    @pytest.mark.parametrize(
        ("now", "is_open", "until"),
        [
            ("2026-09-21T06:59", False, "2026-09-21T07:00"),
            ("2026-09-21T07:00", True, "2026-09-21T15:30"),
            ("2026-09-21T15:30", False, "2026-09-22T07:00"),
            ("2026-09-25T20:00", False, "2026-09-28T07:00"),
        ],
    )
    def test_it_opens_and_closes_by_the_zones_clock(
        self, now: str, *, is_open: bool, until: str
    ) -> None:
        assert standing(OFFICE, at(now)) == Standing(is_open=is_open, until=at(until))

    def test_a_night_is_one_stretch(self) -> None:
        night = hours(("mon", "20:00", "24:00"), ("tue", "00:00", "06:00"), zone="UTC")
        assert standing(night, at("2026-09-21T23:00")).until == at("2026-09-22T06:00")

    def test_a_shop_that_never_closes_has_no_closing(self) -> None:
        always = hours(*((day, "00:00", "24:00") for day in WEEK))
        assert standing(always, at("2026-09-21T23:00")) == Standing(is_open=True, until=None)

    def test_a_shop_that_never_opens_has_no_opening(self) -> None:
        assert opens_at(hours(), at("2026-09-21T12:00")) is None
        assert standing(hours(), at("2026-09-21T12:00")) == Standing(is_open=False, until=None)


class TestHolidays:
    def test_a_holiday_is_closed_or_has_its_own_hours(self) -> None:
        holidays = (
            Holiday(on=date(2026, 12, 25)),
            Holiday(on=date(2026, 12, 24), spans=(DaySpan(opens="10:00", closes="12:00"),)),
        )
        xmas = OFFICE.model_copy(update={"holidays": holidays})
        assert standing(xmas, at("2026-12-24T09:30")).until == at("2026-12-24T11:00")
        assert opens_at(xmas, at("2026-12-24T12:00")) == at("2026-12-28T08:00")


class TestNightsInWhichClocksChange:
    """Berlin: 2026-03-29 02:00 becomes 03:00, 2026-10-25 03:00 becomes 02:00."""

    def test_a_span_that_opens_in_the_hour_left_out_opens_by_the_clock_before(self) -> None:
        early = hours(("sun", "02:30", "08:00"))
        assert opens_at(early, at("2026-03-28T22:00")) == at("2026-03-29T01:30")

    def test_a_span_that_nothing_is_left_of_is_skipped(self) -> None:
        short = hours(("sun", "02:30", "03:10"))
        assert opens_at(short, at("2026-03-28T22:00")) == at("2026-04-05T00:30")

    def test_a_span_is_open_through_the_hour_that_comes_twice(self) -> None:
        late = hours(("sun", "01:00", "02:30"))
        assert standing(late, at("2026-10-25T00:30")) == Standing(True, at("2026-10-25T01:30"))

    def test_a_day_of_twenty_five_hours_closes_by_its_own_clock(self) -> None:
        sunday = hours(("sun", "00:00", "24:00"))
        opened = opens_at(sunday, at("2026-10-24T12:00"))
        assert opened == at("2026-10-24T22:00")
        assert standing(sunday, opened).until == opened + 25 * 60 * MINUTE


spans_of_a_day = st.lists(st.integers(0, 47), min_size=2, max_size=6, unique=True).map(
    lambda halves: list(zip(sorted(halves)[::2], sorted(halves)[1::2], strict=False))
)


def _time(half_hours: int) -> str:
    return f"{half_hours // 2:02d}:{half_hours % 2 * 30:02d}"


@given(
    st.dictionaries(st.sampled_from(WEEK), spans_of_a_day, min_size=1),
    st.integers(0, 7 * 48 - 1),
    st.sampled_from(["UTC", "Asia/Kolkata", "America/Caracas"]),
)
def test_it_is_as_if_every_minute_were_looked_up(
    week: dict[Weekday, list[tuple[int, int]]], half_hour: int, zone: str
) -> None:
    """Zones whose clocks stay as they are, so that the naive look at the wall is right."""
    kept = hours(
        *((day, _time(a), _time(b)) for day, spans in week.items() for a, b in spans), zone=zone
    )

    def looked_up(instant: Instant) -> bool:
        local = to_datetime(instant).astimezone(ZoneInfo(zone))
        time = f"{local.hour:02d}:{local.minute:02d}"
        today = [one for one in kept.spans if one.day == WEEK[local.weekday()]]
        return any(one.opens <= time < one.closes for one in today)

    now = at("2026-09-21T00:00") + half_hour * 30 * MINUTE
    found = standing(kept, now)
    assert found.is_open is looked_up(now)
    assert found.until is not None
    assert looked_up(found.until) is not found.is_open
    steps = range(now, found.until, 30 * MINUTE)
    assert all(looked_up(step) is found.is_open for step in steps)
