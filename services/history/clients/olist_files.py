"""Reads a folder of Olist files and joins their rows, in bounded memory.

The files come in no common order, so their rows go through a temporary SQLite file; what a row
means is not known here but in `services.history.shops`.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.history.clients.cut_lines import cut_lines
from services.history.shops import olist
from services.history.shops.csv_records import BadRecord, Record, read_records
from services.history.shops.olist_rows import (
    BadRow,
    CustomerRow,
    Header,
    HeaderProblem,
    ItemRow,
    OlistFile,
    OrderRow,
    PaymentRow,
    ProductRow,
    ReviewRow,
    Row,
    TranslationRow,
    read_header,
    read_row,
)
from services.history.usecases.import_orders import ImportWatcher, Rejected
from shared.contracts.orders import IngestOrder
from shared.kernel.errors import ErrorCode, RefusedError

SPOOL_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16000;
CREATE TABLE row (
  file TEXT, key TEXT, order_id TEXT, line INTEGER, cells TEXT, UNIQUE (file, key)
);
CREATE INDEX row_of_order ON row (order_id, file);
CREATE TABLE incomplete (order_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""

RowT = TypeVar("RowT", bound=Row)


class OlistFolder:
    """The orders of a folder, read and joined; an OrderSource."""

    def __init__(self, spool: sqlite3.Connection, digest: str, watcher: ImportWatcher) -> None:
        self._spool = spool
        self._watcher = watcher
        self.digest = digest
        self.order_count: int = spool.execute(
            "SELECT count(*) FROM row WHERE file = ?", (OlistFile.ORDERS,)
        ).fetchone()[0]

    def orders(self) -> Iterator[IngestOrder]:
        """Yield every order in the order of its file."""
        found = self._spool.execute(
            "SELECT line, cells FROM row WHERE file = ? ORDER BY rowid", (OlistFile.ORDERS,)
        )
        for line, cells in found:
            try:
                yield olist.build_order(self._parts(OrderRow(**json.loads(cells))))
            except olist.NoOrderError as error:
                self._watcher.rejected(Rejected(OlistFile.ORDERS, line, str(error)))

    def _parts(self, order: OrderRow) -> olist.OrderParts:
        customer = self._one(OlistFile.CUSTOMERS, CustomerRow, order.customer_id)
        if customer is None:
            raise olist.NoOrderError("names a customer that is not there")
        items = self._of_order(OlistFile.ITEMS, ItemRow, order.order_id)
        return olist.OrderParts(
            order=order,
            customer=customer,
            items=[(item, self._title(item)) for item in items],
            payments=self._of_order(OlistFile.PAYMENTS, PaymentRow, order.order_id),
            reviews=self._of_order(OlistFile.REVIEWS, ReviewRow, order.order_id),
            complete=not self._spool.execute(
                "SELECT 1 FROM incomplete WHERE order_id = ?", (order.order_id,)
            ).fetchone(),
        )

    def _title(self, item: ItemRow) -> str:
        product = self._one(OlistFile.PRODUCTS, ProductRow, item.product_id)
        category = None if product is None else product.category
        if category is None:
            return olist.title_of(None, None)
        return olist.title_of(category, self._one(OlistFile.TRANSLATION, TranslationRow, category))

    def _one(self, file: OlistFile, kind: type[RowT], key: str) -> RowT | None:
        found = self._spool.execute(
            "SELECT cells FROM row WHERE file = ? AND key = ?", (file, key)
        ).fetchone()
        return None if found is None else kind(**json.loads(found[0]))

    def _of_order(self, file: OlistFile, kind: type[RowT], order_id: str) -> list[RowT]:
        found = self._spool.execute(
            "SELECT cells FROM row INDEXED BY row_of_order WHERE file = ? AND order_id = ?",
            (file, order_id),
        )
        return [kind(**json.loads(cells)) for (cells,) in found]


class _Reader:
    """Fills the spool from the files."""

    def __init__(
        self, folder: Path, spool: sqlite3.Connection, zone: ZoneInfo, watcher: ImportWatcher
    ) -> None:
        self._folder = folder
        self._spool = spool
        self._zone = zone
        self._watcher = watcher
        self._digest = hashlib.sha256(olist.READING.encode())

    def read_all(self) -> str:
        """Read every file, after a look at all their headers; return the digest of the whole."""
        problems = [problem for file in OlistFile if (problem := self._problem(file))]
        if problems:
            raise RefusedError(ErrorCode.BAD_IMPORT, " ".join([*problems, "Nothing was imported."]))
        for file in olist.READING_ORDER:
            self._read(file)
        return self._digest.hexdigest()

    def _problem(self, file: OlistFile) -> str | None:
        try:
            with (self._folder / file).open("rb") as stream:
                header = _header(file, read_records(cut_lines(stream)))
        except FileNotFoundError:
            return f"{file} is not in this folder."
        except OSError as error:
            return f"{file} cannot be read ({error.strerror})."
        return header.sentence if isinstance(header, HeaderProblem) else None

    def _read(self, file: OlistFile) -> None:
        self._digest.update(f"\n{file}\n".encode())
        with (self._folder / file).open("rb") as stream:
            records = read_records(self._watched(cut_lines(stream)))
            header = _header(file, records)
            if isinstance(header, HeaderProblem):
                raise RefusedError(ErrorCode.BAD_IMPORT, f"{file} changed while it was read.")
            for record in records:
                self._take(header, record)

    def _watched(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            self._digest.update(line)
            self._watcher.read(len(line))
            yield line

    def _take(self, header: Header, record: Record | BadRecord) -> None:
        if isinstance(record, BadRecord):
            self._reject(header.file, BadRow(record.line, record.reason))
            return
        row = read_row(header, record, self._zone)
        bad = row if isinstance(row, BadRow) else self._spool_row(header.file, record.line, row)
        if bad is not None:
            self._reject(header.file, bad)

    def _spool_row(self, file: OlistFile, line: int, row: Row) -> BadRow | None:
        link = olist.link_of(row)
        for other, key in link.needs:
            if not self._has(other, key):
                reason = f"needs a row of {other} that is not there or was rejected"
                return BadRow(line, reason, link.order_id)
        cells = json.dumps({name: getattr(row, name) for name in row.__slots__})
        added = self._spool.execute(
            "INSERT OR IGNORE INTO row VALUES (?, ?, ?, ?, ?)",
            (file, link.key, link.order_id, line, cells),
        ).rowcount
        return None if added else BadRow(line, "repeats the id of an earlier row")

    def _has(self, file: OlistFile, key: str) -> bool:
        return bool(
            self._spool.execute(
                "SELECT 1 FROM row WHERE file = ? AND key = ?", (file, key)
            ).fetchone()
        )

    def _reject(self, file: OlistFile, bad: BadRow) -> None:
        if file is OlistFile.ITEMS and bad.order_id is not None:
            self._spool.execute("INSERT OR IGNORE INTO incomplete VALUES (?)", (bad.order_id,))
        self._watcher.rejected(Rejected(file, bad.line, bad.reason))


def _header(file: OlistFile, records: Iterator[Record | BadRecord]) -> Header | HeaderProblem:
    first = next(records, None)
    if first is None:
        return HeaderProblem(f"{file} is empty.")
    if isinstance(first, BadRecord):
        return HeaderProblem(f"The first line of {file} {first.reason}.")
    return read_header(file, first.fields)


def size_of(folder: Path) -> int:
    """Return the bytes there are to read."""
    return sum(path.stat().st_size for file in OlistFile if (path := folder / file).is_file())


@contextmanager
def open_olist(folder: Path, watcher: ImportWatcher) -> Iterator[OlistFolder]:
    """Read a folder of Olist files; the orders can be taken while the block runs.

    Raises:
        RefusedError: bad_import, when a file or a column is missing; nothing was taken then.
    """
    if not folder.is_dir():
        raise RefusedError(ErrorCode.BAD_IMPORT, "There is no such folder. Nothing was imported.")
    with (
        tempfile.TemporaryDirectory(prefix="firstreply-import-") as scratch,
        closing(sqlite3.connect(Path(scratch) / "rows.sqlite")) as spool,
    ):
        spool.executescript(SPOOL_SCHEMA)
        digest = _Reader(folder, spool, _zone(), watcher).read_all()
        yield OlistFolder(spool, digest, watcher)


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(olist.ZONE_NAME)
    except ZoneInfoNotFoundError:
        raise RefusedError(
            ErrorCode.BAD_IMPORT,
            "This machine has no time zone data: install tzdata. Nothing was imported.",
        ) from None
