"""Splits the bytes of a CSV file into records with their line numbers; knows no shop platform.

Lenient about what people do to files (a BOM, CRLF, line breaks inside quotes), strict about what
cannot be read without guessing: bytes that are no UTF-8, quotes that never close. A broken record
costs that record and no other.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from shared.kernel.vocabulary import RowFault

BOM = b"\xef\xbb\xbf"
RECORD_MAX_LINES = 200
"""Lines one quoted record may span; a quote left open would otherwise swallow the whole file."""
LINE_MAX_BYTES = 1_000_000
"""A longer line is no line of a table; whoever reads the file cuts it here."""

NOT_UTF8 = "is not UTF-8 text (perhaps Latin-1): save the file as UTF-8"
BROKEN_QUOTES = "has a quotation mark that is never closed, or text after a closing one"
TOO_LONG = "is longer than a line of a table can be"
CONTROL = "holds a zero byte"
FAULTS: Mapping[str, RowFault] = MappingProxyType(
    {
        NOT_UTF8: RowFault.NOT_UTF8,
        BROKEN_QUOTES: RowFault.BROKEN_QUOTES,
        TOO_LONG: RowFault.TOO_LARGE,
        CONTROL: RowFault.ZERO_BYTE,
    }
)
"""By the reason of a bad record, its code."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record and the line it starts on; the first line of a file is 1."""

    line: int
    fields: Sequence[str]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be read, with a reason that follows "the row"."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    raw: bytes


def read_records(lines: Iterable[bytes], separator: str = ",") -> Iterator[Record | BadRecord]:
    """Yield every record of the lines of one file, each line with its line feed.

    Empty lines are skipped. Holds at most RECORD_MAX_LINES lines in memory.
    """
    pushed: deque[_Line] = deque()
    source = _numbered(lines)
    while group := _group(source, pushed):
        found = _read_group(group, separator)
        if isinstance(found, BadRecord):
            pushed.extendleft(reversed(group[1:]))
            yield found
        else:
            yield from found


def _numbered(lines: Iterable[bytes]) -> Iterator[_Line]:
    for number, raw in enumerate(lines, start=1):
        yield _Line(number, raw.removeprefix(BOM) if number == 1 else raw)


def _group(source: Iterator[_Line], pushed: deque[_Line]) -> list[_Line]:
    """Take lines until their quotation marks pair up, or until there are too many lines."""
    group: list[_Line] = []
    quotes = 0
    while len(group) < RECORD_MAX_LINES:
        line = pushed.popleft() if pushed else next(source, None)
        if line is None:
            break
        group.append(line)
        quotes += line.raw.count(b'"')
        if quotes % 2 == 0:
            break
    return group


def _read_group(group: Sequence[_Line], separator: str) -> list[Record | BadRecord] | BadRecord:
    """Read the records of some lines, or say why the first line cannot begin one."""
    first = group[0].number
    if len(group[0].raw) >= LINE_MAX_BYTES:
        return BadRecord(first, TOO_LONG)
    reader = csv.reader((_text(line.raw) for line in group), strict=True, delimiter=separator)
    records: list[Record | BadRecord] = []
    start = first
    try:
        for fields in reader:
            records.extend(_judge(start, fields))
            start = first + reader.line_num
    except csv.Error:
        return BadRecord(first, BROKEN_QUOTES)
    return records


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="surrogateescape")


def _judge(line: int, fields: Sequence[str]) -> Iterator[Record | BadRecord]:
    text = "".join(fields)
    if not fields:
        return
    if "\0" in text:
        yield BadRecord(line, CONTROL)
    elif not _is_utf8(text):
        yield BadRecord(line, NOT_UTF8)
    else:
        yield Record(line, fields)


def _is_utf8(text: str) -> bool:
    """Tell whether every byte could be decoded; those that could not are lone surrogates now."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
