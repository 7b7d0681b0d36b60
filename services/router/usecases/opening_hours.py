"""Judges opening hours: a zone that exists, spans that end after they begin and do not overlap."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from zoneinfo import available_timezones

from shared.contracts.accounts import DaySpan, OpeningHours
from shared.kernel.clock import NO_PLACES
from shared.kernel.errors import ErrorCode, RefusedError


def check_hours(hours: OpeningHours) -> None:
    """Let hours pass that can be kept.

    Raises:
        RefusedError: INVALID_REQUEST, with what is wrong.
    """
    if hours.time_zone not in _zones():
        _refuse("hours.time_zone is no zone of the IANA data base, such as Europe/Berlin.")
    if not hours.spans:
        _refuse("hours.spans: a queue that never opens answers nobody; leave the hours out.")
    days = [[one for one in hours.spans if one.day == day] for day in {s.day for s in hours.spans}]
    for spans in (*days, *(holiday.spans for holiday in hours.holidays)):
        _check_day(spans)
    if len({holiday.on for holiday in hours.holidays}) < len(hours.holidays):
        _refuse("hours.holidays: a day stands there twice.")


def _check_day(spans: Sequence[DaySpan]) -> None:
    if any(span.closes <= span.opens for span in spans):
        _refuse("hours: a span closes after it opens; a night is two, up to 24:00.")
    ordered = sorted((one.opens, one.closes) for one in spans)
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        _refuse("hours: two spans of one day overlap.")


@cache
def _zones() -> frozenset[str]:
    """Read the names once: they are some 600 files."""
    return frozenset(available_timezones()) - NO_PLACES


def _refuse(sentence: str) -> None:
    raise RefusedError(ErrorCode.INVALID_REQUEST, sentence)
