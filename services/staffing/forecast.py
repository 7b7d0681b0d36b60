"""Reads a forecast: how many contacts each half hour of a day brings, and how long each takes.

A CSV with the columns `day`, `from` (as 18:30), `contacts`, `handle_s`; docs/staffing.md has it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final

from services.staffing.demand import HALF_HOUR_MS, QUIET, SLOTS, Day, HalfHour, Slot, clock_time
from services.staffing.recorded import Rejected, RowError

COLUMNS: Final = ("day", "from", "contacts", "handle_s")
MS_PER_S: Final = 1_000
_SLOTS: Final = {clock_time(slot): slot for slot in range(SLOTS)}


@dataclass(frozen=True, slots=True)
class Forecast:
    """The days of a forecast, in the file's order, and the rows that cannot be right."""

    days: tuple[Day, ...]
    rejected: tuple[Rejected, ...]


def is_forecast(first_line: str) -> bool:
    """Tell whether a file's first line names the columns of a forecast."""
    return set(COLUMNS) <= set(next(csv.reader([first_line.strip()]), []))


def read_forecast(lines: Iterable[str]) -> Forecast:
    """Read a forecast; half hours it does not name bring nothing."""
    days: dict[str, dict[Slot, HalfHour]] = {}
    rejected: list[Rejected] = []
    reader = csv.DictReader(lines, restkey="")
    for row in reader:
        try:
            name, slot, half_hour = _read(row)
            day = days.setdefault(name, {})
            if slot in day:
                raise RowError(f"{name} {clock_time(slot)} was there before")  # noqa: TRY301  one way to reject
        except RowError as error:
            rejected.append(Rejected(reader.line_num, str(error)))
            continue
        day[slot] = half_hour
    return Forecast(
        tuple(
            Day(name, tuple(day.get(slot, QUIET) for slot in range(SLOTS)))
            for name, day in days.items()
        ),
        tuple(rejected),
    )


def _read(row: Mapping[str, str | None]) -> tuple[str, Slot, HalfHour]:
    if "" in row:
        raise RowError("has more fields than the header")
    if missing := [name for name in COLUMNS if not (row[name] or "").strip()]:
        raise RowError(f"has no {missing[0]}")
    start = str(row["from"]).strip()
    if start not in _SLOTS:
        raise RowError(f"from {start!r} is not the start of a half hour, such as 18:30")
    contacts = _number(row, "contacts")
    handle_ms = _number(row, "handle_s") * MS_PER_S
    load = contacts * handle_ms / HALF_HOUR_MS
    return str(row["day"]).strip(), _SLOTS[start], HalfHour(contacts, load, handle_ms)


def _number(row: Mapping[str, str | None], name: str) -> float:
    try:
        found = float(str(row[name]))
    except ValueError:
        raise RowError(f"{name} {row[name]!r} is no number") from None
    if not isfinite(found) or found < 0:
        raise RowError(f"{name} {row[name]!r} is no number of 0 or more")
    return found
