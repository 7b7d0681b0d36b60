"""What an instant is and who may tell one; reads no clock itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

Instant: TypeAlias = int
"""Milliseconds since 1970-01-01T00:00:00Z."""

Millis: TypeAlias = int
"""A span in milliseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_MS = timedelta(milliseconds=1)


NO_PLACES: Final = frozenset({"localtime", "Factory"})
"""What stands among the IANA zones and names none: each machine's own, and one nobody has set."""


class Clock(Protocol):
    """Tells wall time that never runs backwards within one process."""

    def now(self) -> Instant:
        """Return the present instant."""
        ...


def soonest(instants: Iterable[Instant | None]) -> Instant | None:
    """Return the least instant there is, None for none; every frame asks it for its timer."""
    first: Instant | None = None
    for at in instants:
        if at is not None and (first is None or at < first):
            first = at
    return first


def to_datetime(instant: Instant) -> datetime:
    """Return the instant as an aware UTC datetime."""
    return _EPOCH + instant * _ONE_MS


def from_datetime(moment: datetime) -> Instant:
    """Return the instant of an aware datetime, cut to whole milliseconds.

    Raises:
        ValueError: the datetime carries no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (moment - _EPOCH) // _ONE_MS


@lru_cache(maxsize=4_096)
def to_iso(instant: Instant) -> str:
    """Return ISO 8601 UTC with exactly three decimals, such as 2026-11-23T08:00:00.123Z."""
    # Remembered, as one group of commands writes the same few instants hundreds of times.
    seconds = instant // 1000
    rest = seconds % _DAY_S
    day = _day_to_iso(seconds // _DAY_S)
    return f"{day}{_CLOCK[rest // 60]}{_SECONDS[rest % 60]}{_MILLIS[instant % 1000]}"


_DAY_S = 86_400
_CLOCK = tuple(f"T{hour:02d}:{minute:02d}:" for hour in range(24) for minute in range(60))
_SECONDS = tuple(f"{second:02d}" for second in range(60))
_MILLIS = tuple(f".{milli:03d}Z" for milli in range(1000))


@lru_cache(maxsize=4_096)
def _day_to_iso(day: int) -> str:
    """Return the date of a day since 1970: what is told is of the last few years, mostly of now."""
    # Not strftime: its %Y writes the year 1 as "1", which nobody reads again.
    return to_datetime(day * _DAY_S * 1000).date().isoformat()


def from_iso(text: str) -> Instant:
    """Read an ISO 8601 instant with a zone.

    Raises:
        ValueError: not ISO 8601, or without a zone.
    """
    return from_datetime(datetime.fromisoformat(text))
