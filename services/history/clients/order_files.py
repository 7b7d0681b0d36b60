"""Reads a file of orders, one JSON object a line or CSV, in bounded memory.

A CSV file is read twice: what has to be asked of it (how its dates are meant, which mark its
decimals have) is found out over the whole of it before the first order is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.history.clients.cut_lines import cut_lines
from services.history.clients.order_rows import CsvOrders, Surveyed, survey_of
from services.history.shops.csv_records import BOM, LINE_MAX_BYTES, TOO_LONG
from services.history.shops.generic import read_order
from services.history.shops.generic_questions import Question, Say, as_option, as_parameter
from services.history.shops.generic_wishes import Encoding, FileWishes
from services.history.shops.told import UnreadableError
from services.history.usecases.import_orders import FileForm, ImportWatcher, Rejected, size_of
from shared.contracts.orders import IngestOrder
from shared.kernel.clock import NO_PLACES
from shared.kernel.errors import ErrorCode, Fault, RefusedError
from shared.kernel.vocabulary import RowFault

READING = "generic/1"
"""Grows when the same file would give other orders, so that an old checkpoint is not resumed."""
START_BYTES = 4096
NO_TEXTS: Final = (
    (b"\xff\xfe", "The file is UTF-16 text: save it as UTF-8."),
    (b"\xfe\xff", "The file is UTF-16 text: save it as UTF-8."),
    (b"\x1f\x8b", "The file is compressed (gzip): unpack it first."),
    (b"PK\x03\x04", "The file is a spreadsheet or an archive (zip): save it as CSV."),
    (b"\xd0\xcf\x11\xe0", "The file is an old spreadsheet (xls): save it as CSV."),
)
"""How files begin that people send in place of text, and what helps."""
"""Enough to see how a file is written."""
ORDER_MAX_BYTES = 1_000_000
"""A request body ends at 1 MiB; some of it stands around the order."""
TOO_LARGE = f"makes an order of more than {ORDER_MAX_BYTES:,} bytes, which no request can take"


class OrderFile:
    """The orders of a file; an OrderSource."""

    def __init__(
        self, digest: str, order_count: int, orders: Iterator[tuple[int, IngestOrder]], told: _Told
    ) -> None:
        self.digest = digest
        self.order_count = order_count
        self._orders = orders
        self._told = told

    def orders(self) -> Iterator[IngestOrder]:
        """Yield every order in the order of its file, once."""
        for line, order in self._orders:
            if size_of(order) > ORDER_MAX_BYTES:
                self._told.reject(line, TOO_LARGE, RowFault.TOO_LARGE)
            else:
                yield order


@dataclass(frozen=True, slots=True)
class _Told:
    """Who hears of rows and questions, and how questions are put."""

    name: str
    watcher: ImportWatcher
    say: Say = as_option

    def reject(self, line: int, reason: str, fault: RowFault) -> None:
        self.watcher.rejected(Rejected(self.name, line, reason, fault))

    def asked(self, questions: Sequence[Question]) -> RefusedError:
        """Return the refusal that asks, with one fault for each option."""
        ways: dict[str, list[str]] = {}
        for option, value in (way for question in questions for way in question.ways):
            ways.setdefault(option, []).append(value)
        faults = [Fault(one, f"may be {' or '.join(values)}") for one, values in ways.items()]
        return _refused(" ".join(one.told(self.say) for one in questions), faults)


@contextmanager
def open_orders(file: Path, wishes: FileWishes, watcher: ImportWatcher) -> Iterator[OrderFile]:
    """Read a file of orders; they can be taken once while the block runs.

    Raises:
        RefusedError: bad_import, when it cannot be read, or something has to be asked first;
            nothing was taken then.
    """
    try:
        stream = file.open("rb")
    except OSError as error:
        raise _refused(f"{file} cannot be read ({error.strerror}).") from None
    with stream:
        start = stream.read(START_BYTES).removeprefix(BOM).lstrip()
        form = FileForm.NDJSON if start[:1] in (b"{", b"[") else FileForm.CSV
        yield read_orders(stream, form, wishes, _Told(file.name, watcher))


def orders_of_body(
    body: BinaryIO, form: FileForm, wishes: FileWishes, watcher: ImportWatcher
) -> OrderFile:
    """Read orders out of what was sent; they can be taken once while it is open.

    Raises:
        RefusedError: bad_import, as open_orders, with a fault for each parameter that is asked for.
    """
    return read_orders(body, form, wishes, _Told("body", watcher, as_parameter))


def read_orders(stream: BinaryIO, form: FileForm, wishes: FileWishes, told: _Told) -> OrderFile:
    """Look through a stream that can be read from its start again; raises as open_orders."""
    stream.seek(0)
    first = stream.read(START_BYTES)
    for starts, sentence in NO_TEXTS:
        if first.startswith(starts):
            raise _refused(sentence)
    if form is FileForm.NDJSON and first.removeprefix(BOM).lstrip().startswith(b"["):
        raise _refused("The file is one JSON array: write its objects one a line.")
    return (_json if form is FileForm.NDJSON else _csv)(stream, wishes, told)


def _json(stream: BinaryIO, wishes: FileWishes, told: _Told) -> OrderFile:
    digest, count = _digest(wishes), 0
    for line in _from_start(stream):
        told.watcher.read(len(line))
        digest.update(line)
        count += bool(line.strip())
    return OrderFile(digest.hexdigest(), count, _json_orders(stream, wishes, told), told)


def _json_orders(
    stream: BinaryIO, wishes: FileWishes, told: _Told
) -> Iterator[tuple[int, IngestOrder]]:
    for line, raw in enumerate(_from_start(stream), start=1):
        text = raw.removeprefix(BOM) if line == 1 else raw
        if len(raw) >= LINE_MAX_BYTES:
            told.reject(line, TOO_LONG, RowFault.TOO_LARGE)
        elif text.strip():
            try:
                yield line, read_order(text, wishes.rows.platform)
            except UnreadableError as error:
                told.reject(line, str(error), error.fault)


def _csv(stream: BinaryIO, wishes: FileWishes, told: _Told) -> OrderFile:
    digest = _digest(wishes)
    zone = None if wishes.zone is None else _zone(wishes.zone)

    def watched() -> Iterator[bytes]:
        for line in _from_start(stream):
            told.watcher.read(len(line))
            digest.update(line)
            yield line

    found = survey_of(_decoded(watched(), wishes.encoding), wishes.rows)
    if isinstance(found, Question):
        raise told.asked([found])
    asked = _asked(found, wishes, has_zone=zone is not None)
    if asked:
        raise told.asked(asked)
    if found.layout.unread:
        told.watcher.noted(f"Columns that are not read: {', '.join(found.layout.unread)}.")
    reading = found.survey.reading(wishes.rows, zone)
    again = _decoded(_from_start(stream), wishes.encoding)
    orders = CsvOrders(found, wishes.rows, reading, told.reject).read(again)
    return OrderFile(digest.hexdigest(), found.survey.orders, orders, told)


def _from_start(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    yield from cut_lines(stream)


def _asked(found: Surveyed, wishes: FileWishes, *, has_zone: bool) -> list[Question]:
    asked = found.survey.questions(wishes.rows, has_zone=has_zone)
    if found.not_utf8 is not None and wishes.encoding is None:
        text = (
            f"The file is no UTF-8 text (line {found.not_utf8}): say how it was saved, as in {{}}; "
            "with {} such rows are rejected."
        )
        ways = (("encoding", Encoding.LATIN_1), ("encoding", Encoding.UTF_8))
        asked.append(Question(text, ways))
    return asked


def _decoded(lines: Iterator[bytes], encoding: Encoding | None) -> Iterator[bytes]:
    """Yield lines as UTF-8; one that is none is left as it stands, and rejected as that."""
    if encoding is None or encoding is Encoding.UTF_8:
        yield from lines
        return
    for line in lines:
        try:
            yield line.decode(encoding.value).encode()
        except UnicodeDecodeError:
            yield line


def _zone(name: str) -> ZoneInfo:
    try:
        if name not in NO_PLACES:
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise _refused(f"There is no time zone {name}: one is Europe/Amsterdam.")


def _digest(wishes: FileWishes) -> hashlib._Hash:
    rows = wishes.rows
    pairs = [sorted(some.items()) for some in (rows.columns, rows.fixed, rows.words)]
    told = [rows.platform, pairs, rows.dates, rows.decimal, wishes.zone, wishes.encoding]
    return hashlib.sha256(f"{READING} {json.dumps(told)}".encode())


def _refused(sentence: str, faults: Sequence[Fault] = ()) -> RefusedError:
    return RefusedError(ErrorCode.BAD_IMPORT, f"{sentence} Nothing was imported.", faults=faults)
