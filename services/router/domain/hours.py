"""When a shop is staffed: weekly spans on the clock of a zone, and days that differ; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from shared.contracts.accounts import DaySpan, OpeningHours
from shared.kernel.clock import Instant, from_datetime, to_datetime

LOOK_AHEAD_DAYS: Final = 400
"""A year and some days: whoever does not open within it does not open."""
OPEN_MAX_DAYS: Final = 8
"""Spans that follow on each other are one; after a week of them nobody asks when it closes."""
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTES_PER_HOUR: Final = 60
_MINUTES_PER_DAY: Final = 1_440


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a shop is open, and until when that is so; None: for longer than one looks ahead."""

    is_open: bool
    until: Instant | None


def standing(hours: OpeningHours | None, at: Instant) -> Standing:
    """Return whether these hours are open at an instant; without hours it is always open.

    A span opens at the first instant with that time on the zone's clock and closes at the last,
    so that in the night that has an hour twice it is open through both. A time that a night
    leaves out is read by the clock before the change (RFC 5545, section 3.3.5).
    """
    if hours is None:
        return Standing(is_open=True, until=None)
    nearest = next(_merged(hours, at), None)
    if nearest is None:
        return Standing(is_open=False, until=None)
    opens, closes = nearest
    if at < opens:
        return Standing(is_open=False, until=opens)
    lasting = closes - at > OPEN_MAX_DAYS * _MINUTES_PER_DAY * 60_000
    return Standing(is_open=True, until=None if lasting else closes)


def opens_at(hours: OpeningHours | None, at: Instant) -> Instant | None:
    """Return when a closed shop opens; None: it is open, or nobody knows of an opening."""
    found = standing(hours, at)
    return None if found.is_open else found.until


def _merged(hours: OpeningHours, at: Instant) -> Iterator[tuple[Instant, Instant]]:
    """Yield the open stretches that are not over yet, in order, those that touch as one."""
    current: tuple[Instant, Instant] | None = None
    for opens, closes in _spans(hours, at):
        if current is None or opens > current[1]:
            if current is not None and current[1] > at:
                yield current
            current = (opens, closes)
        else:
            current = (current[0], max(current[1], closes))
    if current is not None and current[1] > at:
        yield current


def _spans(hours: OpeningHours, at: Instant) -> Iterator[tuple[Instant, Instant]]:
    zone = ZoneInfo(hours.time_zone)
    today = to_datetime(at).astimezone(zone).date()
    special: dict[date, Sequence[DaySpan]] = {day.on: day.spans for day in hours.holidays}
    weekly: dict[int, list[DaySpan]] = {}
    for one in hours.spans:
        weekly.setdefault(_WEEKDAYS.index(one.day), []).append(one)
    # From a week back: a stretch without a break may have begun long before.
    for ahead in range(-OPEN_MAX_DAYS, LOOK_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        for span in sorted(special.get(day, weekly.get(day.weekday(), ())), key=_opening):
            opens, closes = _instant(day, span.opens, zone, 0), _instant(day, span.closes, zone, 1)
            if opens < closes:  # a night that leaves out an hour may leave nothing of a span
                yield opens, closes


def _opening(span: DaySpan) -> str:
    return span.opens


def _instant(day: date, clock_time: str, zone: ZoneInfo, fold: int) -> Instant:
    """Return the instant of a time on a zone's clock; of two the first (fold 0) or the last (1)."""
    hour, minute = clock_time.split(":")
    minutes = int(hour) * _MINUTES_PER_HOUR + int(minute)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    wall = midnight + timedelta(minutes=minutes)  # on the clock: arithmetic in a zone is its wall's
    first, last = from_datetime(wall.replace(fold=0)), from_datetime(wall.replace(fold=1))
    return max(first, last) if fold else first
