"""Instants and how they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from shared.kernel import clock
from tests.support.clock import VirtualClock

YEAR_1, YEAR_9999 = -62_135_596_800_000, 253_402_300_799_999
INSTANTS = st.integers(min_value=YEAR_1, max_value=YEAR_9999)


@given(INSTANTS)
def test_an_instant_survives_the_way_to_text_and_back(instant: int) -> None:
    assert clock.from_iso(clock.to_iso(instant)) == instant


@given(INSTANTS)
def test_an_instant_survives_the_way_to_a_datetime_and_back(instant: int) -> None:
    assert clock.from_datetime(clock.to_datetime(instant)) == instant


def test_text_is_utc_with_milliseconds() -> None:
    assert clock.to_iso(1_790_000_000_007) == "2026-09-21T14:13:20.007Z"


def test_a_year_is_written_with_four_digits() -> None:
    assert clock.to_iso(YEAR_1) == "0001-01-01T00:00:00.000Z"
    assert clock.to_iso(YEAR_9999) == "9999-12-31T23:59:59.999Z"


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    moment = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert clock.from_datetime(moment) == clock.from_datetime(datetime(2026, 1, 1, tzinfo=UTC))


def test_a_datetime_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.from_iso("2026-01-01T00:00:00")


def test_a_virtual_clock_moves_only_when_told() -> None:
    virtual = VirtualClock(1_000)
    assert virtual.now() == virtual.now() == 1_000
    assert virtual.advance(250) == virtual.now() == 1_250


@given(st.lists(st.none() | st.integers(min_value=0, max_value=5)))
def test_the_soonest_of_instants_is_the_least_that_is_there(
    instants: list[clock.Instant | None],
) -> None:
    there = [at for at in instants if at is not None]
    assert clock.soonest(instants) == min(there, default=None)
