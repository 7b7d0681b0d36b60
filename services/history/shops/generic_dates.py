"""Finds out how the dates of a file are written, and reads them; asks rather than guesses."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from services.history.shops.generic_questions import Question
from shared.contracts.wire import LATEST
from shared.kernel.clock import Instant, from_datetime

MONTHS = 12
NOON = 12
_TO_END_OF_DAY = timedelta(hours=23, minutes=59, seconds=59)

_MOMENT = re.compile(
    r"(?:(?P<y>\d{4})(?P<mark>[-/.])(?P<m>\d{1,2})(?P=mark)(?P<d>\d{1,2})"
    r"|(?P<one>\d{1,2})(?P<other_mark>[-/.])(?P<two>\d{1,2})(?P=other_mark)(?P<year>\d{4}))"
    r"(?P<time>[ T](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?"
    r"(?: ?(?P<half>[AaPp][Mm]))?)?"
    r" ?(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


class DateOrder(StrEnum):
    """How dates are written: 2026-11-25 and nothing else, or also 25/11/2026, or 11/25/2026."""

    ISO = "iso"
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


EITHER = (("dates", DateOrder.DAY_FIRST), ("dates", DateOrder.MONTH_FIRST))
"""The answers to how 03/04/2026 is meant."""


class DateWitness:
    """Sees every date of a file and says what they show together."""

    def __init__(self) -> None:
        self.zoneless: tuple[int, str] | None = None
        self._shown: dict[str, tuple[int, str]] = {}

    def see(self, line: int, text: str) -> None:
        """Take one cell; one that is no date at all shows nothing."""
        match = _MOMENT.fullmatch(text.strip())
        if match is None:
            return
        place = (line, text.strip())
        if match["zone"] is None and self.zoneless is None:
            self.zoneless = place
        self._shown.setdefault(_shows(match), place)

    def question(self) -> Question | None:
        """Return what has to be asked before these dates can be read, or None."""
        shown = self._shown
        if "swapped" in shown:
            return Question(
                f"Day and month are swapped in some dates ({_told(shown['swapped'])}), so nobody "
                "can tell which of the others are. Mend them in the file, or import with "
                "{}: year, month, day is taken, and every other date is rejected.",
                (("dates", DateOrder.ISO),),
            )
        if "day" in shown and "month" in shown:
            return Question(
                f"Some dates have the day first ({_told(shown['day'])}), some the month "
                f"({_told(shown['month'])}), and others could be either. Which is meant? Import "
                "with {} or {}; what then is no date is rejected.",
                EITHER,
            )
        if "either" in shown and not ("day" in shown or "month" in shown):
            return Question(
                f"Is {_told(shown['either'])} the day first or the month? No date of the file "
                "shows it. Import with {} or {}.",
                EITHER,
            )
        return None

    def order(self) -> DateOrder:
        """Return how the dates are written, once there is no question."""
        if "day" in self._shown:
            return DateOrder.DAY_FIRST
        return DateOrder.MONTH_FIRST if "month" in self._shown else DateOrder.ISO


def read_moment(
    text: str, order: DateOrder, zone: tzinfo | None, *, is_end: bool = False
) -> Instant:
    """Read a date, with a time or without.

    Args:
        text: the cell.
        order: how its day and month stand, where the year is not first.
        zone: where a time without one was written down.
        is_end: a day without a time means its end: a promise holds until then.

    Raises:
        ValueError: it cannot be read so; the sentence goes on after "it".
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError("is no date such as 2026-11-25T14:05:00+01:00")
    at = _zone_of(match["zone"], zone)
    if at is None:
        raise ValueError("has no time zone")
    try:
        moment = datetime(*_day(match, order), *_time(match), tzinfo=at)
        if is_end and match["time"] is None:
            moment += _TO_END_OF_DAY
        instant = from_datetime(moment)
    except (ValueError, OverflowError):
        raise ValueError(f"is not in the calendar, read {order.value}") from None
    if not 0 <= instant <= LATEST:
        raise ValueError("is before 1970 or after 2199")
    return instant


def _shows(match: re.Match[str]) -> str:
    if match["y"] is not None:
        return "swapped" if int(match["m"]) > MONTHS else "iso"
    if int(match["one"]) > MONTHS:
        return "day"
    return "month" if int(match["two"]) > MONTHS else "either"


def _day(match: re.Match[str], order: DateOrder) -> tuple[int, int, int]:
    if match["y"] is not None:
        return int(match["y"]), int(match["m"]), int(match["d"])
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    if order is DateOrder.ISO:
        raise ValueError("the year comes first")
    return (year, two, one) if order is DateOrder.DAY_FIRST else (year, one, two)


def _time(match: re.Match[str]) -> tuple[int, int, int]:
    if match["time"] is None:
        return 0, 0, 0
    hour = int(match["hour"])
    if match["half"] is not None:
        if not 1 <= hour <= NOON:
            raise ValueError("no hour of half a day")
        hour = hour % NOON + (NOON if match["half"].lower() == "pm" else 0)
    return hour, int(match["minute"]), int(match["second"] or 0)


def _zone_of(text: str | None, otherwise: tzinfo | None) -> tzinfo | None:
    if text is None:
        return otherwise
    try:
        return datetime.strptime(text, "%z").tzinfo
    except ValueError:
        raise ValueError("has a time zone that is none") from None


def _told(place: tuple[int, str]) -> str:
    return f"{place[1]} on line {place[0]}"
