"""Reads a history of contacts in the documented shape, CSV or one JSON object a line.

`asked_at` (ISO 8601 with a zone), `waited_ms`, `handle_ms` (empty or null: they left before anybody
answered), `channel` if there is one; further columns are let be. docs/staffing.md has it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from services.staffing.recorded import Contact, Recording, Rejected, RowError
from shared.kernel.clock import Instant, Millis, from_iso

NEEDED: Final = ("asked_at", "waited_ms", "handle_ms")
LONGEST_MS: Final[Millis] = 7 * 24 * 3_600_000
"""Nobody waits or talks for a week: such a span is in another unit."""


def is_own_csv(first_line: str) -> bool:
    """Tell whether a file's first line names the needed columns."""
    return set(NEEDED) <= set(next(csv.reader([first_line.strip()]), []))


def read_csv_history(lines: Iterable[str]) -> Recording:
    """Read a CSV with a header; a row that cannot be right is rejected, with the reason."""
    reader = csv.DictReader(lines, restkey="")
    rows = ((reader.line_num, lambda row=row: _whole(row)) for row in reader)
    return _recording(rows)


def read_json_history(lines: Iterable[str]) -> Recording:
    """Read one JSON object a line; a line that cannot be right is rejected, with the reason."""
    rows = (
        (line, lambda text=text: _object(text))
        for line, text in enumerate(lines, 1)
        if text.strip()
    )
    return _recording(rows)


def _recording(rows: Iterator[tuple[int, Callable[[], Mapping[str, Any]]]]) -> Recording:
    contacts: list[Contact] = []
    rejected: list[Rejected] = []
    for line, read in rows:
        try:
            contacts.append(_contact(read(), line))
        except RowError as error:
            rejected.append(Rejected(line, str(error)))
    contacts.sort(key=lambda one: (one.at, one.line))
    return Recording(tuple(contacts), tuple(rejected))


def _whole(row: Mapping[str, Any]) -> Mapping[str, Any]:
    if "" in row:
        raise RowError("has more fields than the header")
    if missing := [name for name in NEEDED if row.get(name) is None]:
        raise RowError(f"has no {missing[0]}")
    return row


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        raise RowError("is no JSON") from None
    if not isinstance(found, dict):
        raise RowError("is no JSON object")
    if missing := [name for name in NEEDED if name not in found]:
        raise RowError(f"has no {missing[0]}")
    return found


def _contact(row: Mapping[str, Any], line: int) -> Contact:
    waited = _span(row, "waited_ms")
    if waited is None:
        raise RowError("waited_ms is empty")
    kind = row.get("channel") or ""
    return Contact(line, _instant(row["asked_at"]), waited, _span(row, "handle_ms"), str(kind))


def _instant(value: object) -> Instant:
    try:
        return from_iso(value.strip() if isinstance(value, str) else "")
    except (ValueError, OverflowError):
        raise RowError(f"asked_at {value!r} is no ISO 8601 instant with a zone") from None


def _span(row: Mapping[str, Any], name: str) -> Millis | None:
    value = row[name]
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LONGEST_MS:
        raise RowError(f"{name} {value!r} is no span of 0 to {LONGEST_MS} whole milliseconds")
    return value
