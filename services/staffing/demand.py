"""How much work comes when: a typical day for each weekday, by the half hour. Pure.

The work of a half hour is what would be under way if nobody ever waited, the "modified offered
load" of Jennings, Mandelbaum, Massey and Whitt, "Server staffing to meet time-varying demand"
(1996): a long contact begun before counts where it is still going on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, TypeAlias

from services.staffing.recorded import Contact
from shared.kernel.clock import Instant, Millis, from_datetime, to_datetime

HALF_HOUR_MS: Final[Millis] = 30 * 60 * 1_000
SLOTS: Final = 48
"""Half hours of a day; the nights the clocks change have two more or less, told by local time."""
HANDLES_SHARED: Final = 20
"""The mean handle time of all counts as so many contacts of a half hour's own."""
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Slot: TypeAlias = int
Slots: TypeAlias = tuple[date, Slot]


@dataclass(frozen=True, slots=True)
class HalfHour:
    """What one half hour of a typical day brings."""

    arrivals: float
    load: float
    """Contacts under way at once, on average, if nobody waited: erlangs."""
    handle_ms: float


QUIET: Final = HalfHour(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Day:
    """A typical day of one name, and how much busier or quieter each such day was."""

    name: str
    half_hours: tuple[HalfHour, ...]
    factors: tuple[float, ...] = (1.0,)

    @property
    def arrivals(self) -> float:
        """Return how many contacts it brings."""
        return sum(one.arrivals for one in self.half_hours)


def slot_of(at: datetime) -> Slot:
    """Return which half hour of its local day an instant is in."""
    return at.hour * 2 + at.minute // 30


def clock_time(slot: Slot) -> str:
    """Return when a half hour begins, as 18:30; 48 is 24:00."""
    return f"{slot // 2:02d}:{slot % 2 * 30:02d}"


def typical_days(contacts: Iterable[Contact], zone: tzinfo) -> tuple[Day, ...]:
    """Return a typical day for each weekday that has contacts, Monday first.

    A date without any contact counts as not recorded, not as quiet.
    """
    counts = _Counts(zone)
    everyone = tuple(contacts)
    counts.learn_handles(everyone)
    for one in everyone:
        counts.add(one)
    by_weekday: dict[int, list[date]] = defaultdict(list)
    for day in sorted({day for day, _ in counts.arrivals}):
        by_weekday[day.weekday()].append(day)
    return tuple(counts.day(weekday, by_weekday[weekday]) for weekday in sorted(by_weekday))


class _Counts:
    """Arrivals and work by date and half hour."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._handles: Mapping[Slot, float] = {}
        self.arrivals: dict[Slots, int] = defaultdict(int)
        self._busy: dict[Slots, float] = defaultdict(float)

    def learn_handles(self, contacts: tuple[Contact, ...]) -> None:
        """Take the mean handle time of each half hour of the day, shrunk to that of all."""
        spans: dict[Slot, list[Millis]] = defaultdict(list)
        for one in contacts:
            if one.handle_ms is not None:
                spans[self._place(one.at)[1]].append(one.handle_ms)
        known = [span for some in spans.values() for span in some]
        mean = sum(known) / len(known) if known else 0.0
        self._handles = {
            slot: (sum(spans[slot]) + HANDLES_SHARED * mean) / (len(spans[slot]) + HANDLES_SHARED)
            for slot in range(SLOTS)
        }

    def add(self, one: Contact) -> None:
        """Count a contact where it began, and its work wherever it would have gone on."""
        place = self._place(one.at)
        self.arrivals[place] += 1
        # Who left would have taken as long as others.
        handle = self._handles[place[1]] if one.handle_ms is None else one.handle_ms
        at, end = float(one.at), one.at + handle
        while at < end:
            until = min(end, (at // HALF_HOUR_MS + 1) * HALF_HOUR_MS)
            self._busy[self._place(int(at))] += until - at
            at = until

    def day(self, weekday: int, dates: list[date]) -> Day:
        """Return the mean of some dates, and each date's share of it."""
        half_hours = tuple(self._half_hour(slot, dates) for slot in range(SLOTS))
        totals = [sum(self.arrivals.get((day, slot), 0) for slot in range(SLOTS)) for day in dates]
        mean = sum(totals) / len(totals)
        return Day(WEEKDAYS[weekday], half_hours, tuple(total / mean for total in totals))

    def _half_hour(self, slot: Slot, dates: list[date]) -> HalfHour:
        arrivals = sum(self.arrivals.get((day, slot), 0) for day in dates) / len(dates)
        busy = sum(self._busy.get((day, slot), 0.0) for day in dates) / len(dates)
        return HalfHour(arrivals, busy / HALF_HOUR_MS, self._handles[slot])

    def _place(self, at: Instant) -> Slots:
        local = to_datetime(at).astimezone(self._zone)
        return local.date(), slot_of(local)


def starts_of(day: date, zone: tzinfo) -> tuple[tuple[Instant, Slot], ...]:
    """Return each half hour of a local date, as long as that date is, with its slot."""
    first = from_datetime(datetime(day.year, day.month, day.day, tzinfo=zone))
    after = day + timedelta(days=1)
    end = from_datetime(datetime(after.year, after.month, after.day, tzinfo=zone))
    starts = range(first, end, HALF_HOUR_MS)
    return tuple((at, slot_of(to_datetime(at).astimezone(zone))) for at in starts)
