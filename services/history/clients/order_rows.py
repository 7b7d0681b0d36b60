"""Reads the lines of a CSV file of orders: once to look through it, once more to join its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from services.history.shops.csv_records import FAULTS, NOT_UTF8, BadRecord, Record, read_records
from services.history.shops.generic_questions import Question
from services.history.shops.generic_rows import (
    SEPARATORS,
    Layout,
    Reading,
    Row,
    RowError,
    Wishes,
    layout_of,
    order_of,
    row_of,
)
from services.history.shops.generic_survey import Survey
from shared.contracts.orders import IngestOrder
from shared.kernel.vocabulary import RowFault

SCATTERED = "is of an order whose rows do not stand together: sort the file by reference"
BESIDE = "is of an order that may have lost a row: the one beside it cannot be read"
NO_HEADER = "The first line of the file cannot be read: it names the columns, in UTF-8."
NOT_ENDED = "is the last one and has no end: if the file is whole, end it with a line break"

Reject: TypeAlias = Callable[[int, str, RowFault], None]
"""Hears of a row that is left out: its line, the reason, and its code."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A file that was looked through: where its columns stand, and what it showed."""

    layout: Layout
    survey: Survey
    not_utf8: int | None
    not_ended: int | None
    """The line of the last record, when the file breaks off without a line end."""


class _Tail:
    """Passes lines on and remembers whether the last one ended."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self.is_ended = True

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self.is_ended = line.endswith((b"\n", b"\r"))
            yield line


def survey_of(lines: Iterator[bytes], wishes: Wishes) -> Surveyed | Question:
    """Look through a whole file, or return why it cannot be read."""
    tail = _Tail(lines)
    header = next(iter_lines := iter(tail), None)
    if header is None or not header.strip():
        return Question("The first line of the file is empty: it names the columns.")
    layout = _layout(header, wishes)
    if isinstance(layout, Question):
        return layout
    survey, not_utf8, last = Survey(), None, 1
    for record in read_records(_rest(header, iter_lines), layout.separator):
        last = record.line
        if last == 1:
            continue
        if isinstance(record, BadRecord):
            is_first = record.reason == NOT_UTF8 and not_utf8 is None
            not_utf8 = last if is_first else not_utf8
            continue
        try:
            survey.see(row_of(layout, wishes, last, record.fields))
        except RowError:
            continue  # told when the rows are joined
    return Surveyed(layout, survey, not_utf8, None if tail.is_ended else last)


def _rest(first: bytes, others: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from others


def _layout(header: bytes, wishes: Wishes) -> Layout | Question:
    """Try each separator; the one that splits the header into most cells is meant."""
    best: Record | None = None
    meant = SEPARATORS[0]
    for separator in SEPARATORS:
        found = next(read_records([header], separator), None)
        if isinstance(found, Record) and (best is None or len(found.fields) > len(best.fields)):
            best, meant = found, separator
    if best is None:
        return Question(NO_HEADER)
    return layout_of(best.fields, meant, wishes)


@dataclass(slots=True)
class _Group:
    rows: list[Row] = field(default_factory=list)
    beside_bad: bool = False


class CsvOrders:
    """Joins the rows of a file into orders; what it leaves out it tells with line and reason."""

    def __init__(
        self,
        found: Surveyed,
        wishes: Wishes,
        reading: Reading,
        reject: Reject,
    ) -> None:
        self._found = found
        self._wishes = wishes
        self._reading = reading
        self._reject = reject

    def read(self, lines: Iterator[bytes]) -> Iterator[tuple[int, IngestOrder]]:
        """Yield every order with the line it begins on."""
        for group in self._groups(lines):
            problem = self._problem(group)
            if problem is not None:
                self._left_out(group, RowError(group.rows[-1].line, *problem))
                continue
            try:
                order = order_of(group.rows, self._wishes, self._reading)
            except RowError as error:
                self._left_out(group, error)
            else:
                yield group.rows[0].line, order

    def _problem(self, group: _Group) -> tuple[str, RowFault] | None:
        if group.rows[-1].line == self._found.not_ended:
            return NOT_ENDED, RowFault.CUT_OFF
        if self._found.survey.is_scattered(group.rows[0].cells["reference"]):
            return SCATTERED, RowFault.ROWS_APART
        may_lack = group.beside_bad and self._found.survey.has_lines
        return (BESIDE, RowFault.ROWS_APART) if may_lack else None

    def _left_out(self, group: _Group, error: RowError) -> None:
        first, last = group.rows[0].line, group.rows[-1].line
        whole = "" if first == last else f"; its order is left out, lines {first} to {last}"
        self._reject(error.line, f"{error}{whole}", error.fault)

    def _groups(self, lines: Iterator[bytes]) -> Iterator[_Group]:
        """Yield the rows of each order; one that cannot be read may be of either neighbour."""
        group = _Group()
        for row in self._rows(lines):
            if row is None:
                group.beside_bad = True
                if group.rows:
                    yield group
                    group = _Group(beside_bad=True)
            elif group.rows and row.cells["reference"] != group.rows[0].cells["reference"]:
                yield group
                group = _Group([row])
            else:
                group.rows.append(row)
        if group.rows:
            yield group

    def _rows(self, lines: Iterator[bytes]) -> Iterator[Row | None]:
        """Yield every row, and None where one was rejected."""
        layout = self._found.layout
        for record in read_records(lines, layout.separator):
            if record.line == 1:
                continue
            if isinstance(record, BadRecord):
                self._reject(record.line, record.reason, FAULTS[record.reason])
                yield None
                continue
            try:
                row = row_of(layout, self._wishes, record.line, record.fields)
            except RowError as error:
                self._reject(error.line, str(error), error.fault)
                yield None
            else:
                yield row
