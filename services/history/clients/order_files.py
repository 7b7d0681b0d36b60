"""Reads a file of orders, one JSON object a line or CSV, in bounded memory.

A CSV file is read twice: what has to be asked of it (how its dates are meant, which mark its
decimals have) is found out over the whole of it before the first order is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.history.clients.cut_lines import cut_lines
from services.history.clients.order_rows import CsvOrders, Surveyed, survey_of
from services.history.shops.csv_records import BOM, LINE_MAX_BYTES, TOO_LONG
from services.history.shops.generic import read_order
from services.history.shops.generic_dates import DateOrder
from services.history.shops.generic_numbers import DecimalMark
from services.history.shops.generic_rows import Wishes
from services.history.shops.told import UnreadableError
from services.history.usecases.import_orders import ImportWatcher, Rejected, size_of
from shared.contracts.orders import IngestOrder
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import OrderStatus

READING = "generic/1"
"""Grows when the same file would give other orders, so that an old checkpoint is not resumed."""
ORDER_MAX_BYTES = 1_000_000
"""A request body ends at 1 MiB; some of it stands around the order."""
TOO_LARGE = f"makes an order of more than {ORDER_MAX_BYTES:,} bytes, which no request can take"


class Encoding(StrEnum):
    """How the letters of a file may be written: ASCII and one byte for each other, or UTF-8."""

    UTF_8 = "utf-8"
    LATIN_1 = "latin-1"
    WINDOWS_1252 = "windows-1252"
    WINDOWS_1250 = "windows-1250"
    WINDOWS_1251 = "windows-1251"
    ISO_8859_2 = "iso-8859-2"
    ISO_8859_15 = "iso-8859-15"


@dataclass(frozen=True, slots=True)
class FileWishes:
    """What somebody said of a file: how it is to be read, its zone and its letters."""

    rows: Wishes
    zone: str | None = None
    encoding: Encoding | None = None


WordT = TypeVar("WordT", bound=StrEnum)


def file_wishes(
    platform: str, pairs: Mapping[str, Mapping[str, str]], choices: Mapping[str, str | None]
) -> FileWishes:
    """Return what the options of a command say.

    Args:
        platform: of orders that name none.
        pairs: of --column, --set and --word.
        choices: of --dates, --decimal, --zone and --encoding.

    Raises:
        ValueError: one of them is no choice there is; a sentence without its end.
    """
    words = {word.lower(): status for word, status in pairs["word"].items()}
    strange = sorted(set(words.values()) - set(OrderStatus))
    if strange:
        raise ValueError(f"{strange[0]} is no status: there are {', '.join(OrderStatus)}")
    rows = Wishes(
        platform=platform,
        columns=pairs["column"],
        fixed=pairs["set"],
        words=words,
        dates=_choice("dates", DateOrder, choices),
        decimal=_choice("decimal", DecimalMark, choices),
    )
    return FileWishes(rows, choices["zone"], _choice("encoding", Encoding, choices))


def _choice(option: str, kind: type[WordT], choices: Mapping[str, str | None]) -> WordT | None:
    word = choices[option]
    if word is None:
        return None
    try:
        return kind(word)
    except ValueError:
        raise ValueError(f"--{option} is one of {', '.join(kind)}") from None


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
                self._told.reject(line, TOO_LARGE)
            else:
                yield order


@dataclass(frozen=True, slots=True)
class _Told:
    name: str
    watcher: ImportWatcher

    def reject(self, line: int, reason: str) -> None:
        self.watcher.rejected(Rejected(self.name, line, reason))


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
        first = stream.read(4096)
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise _refused("The file is UTF-16 text: save it as UTF-8.")
        start = first.removeprefix(BOM).lstrip()[:1]
        if start == b"[":
            raise _refused("The file is one JSON array: write its objects one a line.")
        told = _Told(file.name, watcher)
        stream.seek(0)
        yield (_json if start == b"{" else _csv)(cut_lines(stream), wishes, told, file)


def _json(lines: Iterator[bytes], wishes: FileWishes, told: _Told, file: Path) -> OrderFile:
    digest, count = _digest(wishes), 0
    for line in lines:
        told.watcher.read(len(line))
        digest.update(line)
        count += bool(line.strip())
    return OrderFile(digest.hexdigest(), count, _json_orders(file, wishes, told), told)


def _json_orders(file: Path, wishes: FileWishes, told: _Told) -> Iterator[tuple[int, IngestOrder]]:
    with file.open("rb") as stream:
        for line, raw in enumerate(cut_lines(stream), start=1):
            text = raw.removeprefix(BOM) if line == 1 else raw
            if len(raw) >= LINE_MAX_BYTES:
                told.reject(line, TOO_LONG)
            elif text.strip():
                try:
                    yield line, read_order(text, wishes.rows.platform)
                except UnreadableError as error:
                    told.reject(line, str(error))


def _csv(lines: Iterator[bytes], wishes: FileWishes, told: _Told, file: Path) -> OrderFile:
    digest = _digest(wishes)
    zone = None if wishes.zone is None else _zone(wishes.zone)

    def watched() -> Iterator[bytes]:
        for line in lines:
            told.watcher.read(len(line))
            digest.update(line)
            yield line

    def again() -> Iterator[bytes]:
        with file.open("rb") as stream:
            yield from _decoded(cut_lines(stream), wishes.encoding)

    found = survey_of(_decoded(watched(), wishes.encoding), wishes.rows)
    if isinstance(found, str):
        raise _refused(found)
    asked = _asked(found, wishes, has_zone=zone is not None)
    if asked:
        raise _refused(" ".join(asked))
    if found.layout.unread:
        told.watcher.noted(f"Columns that are not read: {', '.join(found.layout.unread)}.")
    reading = found.survey.reading(wishes.rows, zone)
    orders = CsvOrders(found, wishes.rows, reading, told.reject).read(again())
    return OrderFile(digest.hexdigest(), found.survey.orders, orders, told)


def _asked(found: Surveyed, wishes: FileWishes, *, has_zone: bool) -> list[str]:
    asked = found.survey.questions(wishes.rows, has_zone=has_zone)
    if found.not_utf8 is not None and wishes.encoding is None:
        asked.append(
            f"The file is no UTF-8 text (line {found.not_utf8}): say how it was saved, as in "
            "--encoding latin-1; with --encoding utf-8 such rows are rejected."
        )
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
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _refused(f"There is no time zone {name}: one is Europe/Amsterdam.") from None


def _digest(wishes: FileWishes) -> hashlib._Hash:
    rows = wishes.rows
    pairs = [sorted(some.items()) for some in (rows.columns, rows.fixed, rows.words)]
    told = [rows.platform, pairs, rows.dates, rows.decimal, wishes.zone, wishes.encoding]
    return hashlib.sha256(f"{READING} {json.dumps(told)}".encode())


def _refused(sentence: str) -> RefusedError:
    return RefusedError(ErrorCode.BAD_IMPORT, f"{sentence} Nothing was imported.")
