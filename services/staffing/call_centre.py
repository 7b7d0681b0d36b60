"""Reads the public "Anonymous Bank" call-centre file; its quirks are judged here and nowhere else.

One call a row, seventeen fields between tabs, instants as seconds of a day. The file names no time
zone: its wall time is taken as if it were UTC. `q_start` 0:00:00 means that nobody had to wait.
Fields: Technion, "Call Center Data" (Guedj and Mandelbaum, 2000).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, TypeAlias

from services.staffing.recorded import Contact, Recording, Rejected, RowError
from shared.kernel.clock import Instant, Millis, from_datetime

FIELDS: Final = (
    *("vru+line", "call_id", "customer_id", "priority", "type", "date"),
    *("vru_entry", "vru_exit", "vru_time", "q_start", "q_exit", "q_time", "outcome"),
    *("ser_start", "ser_exit", "ser_time", "server"),
)
DAY_S: Final = 86_400
HALF_DAY_S: Final = DAY_S // 2
"""What lies so far before the start of its call is of the next day: no call lasts for hours."""
MS_PER_S: Final = 1_000
NO_SERVER: Final = "NO_SERVER"

Row: TypeAlias = dict[str, str]


def is_call_centre_file(first_line: str) -> bool:
    """Tell whether a file's first line is the header of this data set."""
    return tuple(part.strip().lower() for part in first_line.split("\t")) == FIELDS


def read_call_centre(lines: Iterable[str]) -> Recording:
    """Read the rows after the header; one that contradicts itself is rejected, with the reason."""
    contacts: list[Contact] = []
    rejected: list[Rejected] = []
    aside: Counter[str] = Counter()
    seen: dict[tuple[str, ...], int] = {}
    for line, text in enumerate(lines, 1):
        if line == 1 or not text.strip():
            continue
        try:
            row = _row(text, seen, line)
            found = _read(row, line)
        except RowError as error:
            rejected.append(Rejected(line, str(error)))
            continue
        if isinstance(found, Contact):
            contacts.append(found)
        else:
            aside[found] += 1
    contacts.sort(key=lambda one: (one.at, one.line))
    return Recording(tuple(contacts), tuple(rejected), dict(aside), spoken=True)


def _row(text: str, seen: dict[tuple[str, ...], int], line: int) -> Row:
    parts = tuple(part.strip() for part in text.split("\t"))
    if len(parts) != len(FIELDS):
        raise RowError(f"{len(FIELDS)} fields are expected, {len(parts)} found")
    if parts in seen:
        raise RowError(f"is line {seen[parts]} once more")
    seen[parts] = line
    return dict(zip(FIELDS, parts, strict=True))


def _read(row: Row, line: int) -> Contact | str:
    """Return the contact, or what a row is that asked for nobody."""
    waited = _span(row, "q_start", "q_exit", "q_time")
    match row["outcome"]:
        case "AGENT":
            return Contact(line, _asked_at(row), waited, _service(row), row["type"])
        case "HANG" if _never_queued(row):
            return "hung up in the menu"
        case "HANG":
            _nobody_served(row)
            return Contact(line, _asked_at(row), waited, None, row["type"])
        case "PHANTOM":
            return "phantom calls"
        case other:
            raise RowError(f"outcome {other!r} is none of AGENT, HANG, PHANTOM")


def _never_queued(row: Row) -> bool:
    return _seconds(row, "q_start") == 0 and _number(row, "q_time") == 0


def _service(row: Row) -> Millis:
    if _seconds(row, "ser_start") == 0 and _number(row, "ser_time") == 0:
        raise RowError("was served, but has no service time")
    return _span(row, "ser_start", "ser_exit", "ser_time")


def _nobody_served(row: Row) -> None:
    # Who hangs up while being put through has some seconds of service by NO_SERVER: they left.
    if row["server"] != NO_SERVER:
        raise RowError(f"hung up, and was served by {row['server']}")


def _asked_at(row: Row) -> Instant:
    entered = _seconds(row, "vru_entry")
    asked = _seconds(row, "vru_exit" if _never_queued(row) else "q_start")
    next_day = asked + HALF_DAY_S < entered
    return _day(row) + (asked + (DAY_S if next_day else 0)) * MS_PER_S


def _day(row: Row) -> Instant:
    try:
        return from_datetime(datetime.strptime(row["date"], "%y%m%d").replace(tzinfo=UTC))
    except ValueError:
        raise RowError(f"date {row['date']!r} is not YYMMDD") from None


def _span(row: Row, start: str, end: str, span: str) -> Millis:
    """Return how long something took; the clock passes midnight within a call."""
    stated = _number(row, span)
    told = (_seconds(row, end) - _seconds(row, start)) % DAY_S
    if stated != told:
        raise RowError(f"{span} says {stated} s, {start} to {end} are {told} s")
    return stated * MS_PER_S


def _seconds(row: Row, name: str) -> int:
    hours, _, rest = row[name].partition(":")
    minutes, _, seconds = rest.partition(":")
    parts = (hours, minutes, seconds)
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise RowError(f"{name} {row[name]!r} is no time of day")
    total = int(hours) * 3_600 + int(minutes) * 60 + int(seconds)
    if total > DAY_S or int(minutes) > 59 or int(seconds) > 59:  # noqa: PLR2004  of an hour, a minute
        raise RowError(f"{name} {row[name]!r} is no time of day")
    return total


def _number(row: Row, name: str) -> int:
    try:
        return int(row[name])
    except ValueError:
        raise RowError(f"{name} {row[name]!r} is no number of seconds") from None
