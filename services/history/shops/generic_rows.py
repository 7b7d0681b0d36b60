"""Turns the rows of a CSV file of any shop into orders: a row is an order, or one line of it.

The columns have names of ours (COLUMNS); a file that names them otherwise is read by Wishes. What
is said of the whole order may stand on each of its rows or on the first alone, never in two ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from types import MappingProxyType

from services.history.shops.generic import shaped
from services.history.shops.generic_dates import DateOrder, read_moment
from services.history.shops.generic_numbers import DecimalMark, plain_amount
from services.history.shops.generic_questions import Question
from services.history.shops.told import UnreadableError
from shared.contracts.orders import IngestOrder
from shared.kernel.clock import to_iso
from shared.kernel.money import minor_of
from shared.kernel.vocabulary import RowFault

DIGITS_MAX = 9
"""Of a quantity: beyond what one may be, and no number that takes long to read."""
SEPARATORS = (",", ";", "\t", "|")


class Kind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    AMOUNT = "amount"
    MOMENT = "moment"
    END = "end"
    COUNT = "count"


def _columns(names: str, kind: Kind) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


REQUIRED = ("reference", "customer", "status", "placed_at", "currency", "total")
OF_ORDER: Mapping[str, Kind] = MappingProxyType(
    {
        **_columns("reference customer status currency", Kind.TEXT),
        **_columns("number name email phone country city region locale note", Kind.TEXT),
        **_columns("cart_reference carrier tracking_number tracking_url", Kind.TEXT),
        **_columns("placed_at updated_at delivered_at shipped_at returned_at", Kind.MOMENT),
        **_columns("promised_at", Kind.END),
        **_columns("total refunded", Kind.AMOUNT),
    }
)
"""What is said of a whole order."""
OF_LINE: Mapping[str, Kind] = MappingProxyType(
    {
        **_columns("product_ref title variant picture_url", Kind.TEXT),
        **_columns("unit_price freight", Kind.AMOUNT),
        **_columns("quantity", Kind.COUNT),
    }
)
"""What is said of the line of an order that stands on a row."""
COLUMNS: Mapping[str, Kind] = MappingProxyType({**OF_ORDER, **OF_LINE})


class RowError(ValueError):
    """Why a row is rejected; the sentence goes on after "the row"."""

    def __init__(self, line: int, reason: str, fault: RowFault = RowFault.BAD_VALUE) -> None:
        super().__init__(reason)
        self.line = line
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a file is to be read, as far as somebody said; what is absent is found out, or asked.

    Attributes:
        columns: what the file calls a column of ours.
        fixed: what a column says that the file does not have.
        words: which status is meant by a word of the file, in small letters.
    """

    platform: str
    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    dates: DateOrder | None = None
    decimal: DecimalMark | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each column of ours stands in a file, and which columns of the file are not read."""

    separator: str
    width: int
    places: Mapping[str, int]
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row by our columns' names; a cell that is not there is empty."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of a file are read, once nothing is left to ask."""

    dates: DateOrder
    decimal: DecimalMark
    zone: tzinfo | None


def layout_of(header: Sequence[str], separator: str, wishes: Wishes) -> Layout | Question:
    """Return where the columns stand, or why the file cannot be read."""
    names = [name.strip() for name in header]
    places = {
        ours: names.index(wished)
        for ours in COLUMNS
        if (wished := wishes.columns.get(ours, ours)) in names
    }
    strange = sorted({*wishes.columns, *wishes.fixed} - set(COLUMNS))
    if strange:
        return Question(f"There is no column {', '.join(strange)}: there are {', '.join(COLUMNS)}.")
    lost = sorted(set(wishes.columns) - set(places))
    if lost:
        return Question(f"The file has no column of the name that was given for {', '.join(lost)}.")
    missing = [one for one in REQUIRED if one not in places and one not in wishes.fixed]
    if missing:
        return Question(
            f"The file has no column {', '.join(missing)}. Say how it calls it with {{}}, or what "
            "holds for all rows with {}.",
            (("column", f"{missing[0]}=NAME"), ("set", f"{missing[0]}=VALUE")),
        )
    doubled = [ours for ours, place in places.items() if names.count(names[place]) > 1]
    if doubled:
        return Question(f"The file has the column of {', '.join(doubled)} twice.")
    unread = tuple(one for at, one in enumerate(names) if one and at not in places.values())
    return Layout(separator, len(names), places, unread)


def row_of(layout: Layout, wishes: Wishes, line: int, fields: Sequence[str]) -> Row:
    """Name the cells of a record.

    Raises:
        RowError: it has another number of cells than the header, or names no order.
    """
    if len(fields) != layout.width:
        counts = f"has {len(fields)} cells and the header {layout.width}"
        raise RowError(line, f"{counts}: it may be cut off", RowFault.CUT_OFF)
    told = {name: fields[place].strip() for name, place in layout.places.items()}
    cells = {**wishes.fixed, **{name: text for name, text in told.items() if text}}
    if "reference" not in cells:
        raise RowError(line, "has no reference", RowFault.MISSING)
    return Row(line, cells)


def order_of(rows: Sequence[Row], wishes: Wishes, reading: Reading) -> IngestOrder:
    """Join the rows of one order.

    Raises:
        RowError: one of its rows cannot be read, or they make no order together.
    """
    cells, line = _said_once(rows), rows[0].line
    for name in REQUIRED:
        if not cells.get(name):
            raise RowError(line, f"has no {name}", RowFault.MISSING)
    read = _Cells(line, cells, cells["currency"], reading)
    told = _order(cells, wishes, read) | {"lines": _lines(rows, cells["currency"], reading)}
    if cells.get("tracking_number"):
        told["parts"] = {"shipments": [_shipment(cells, read)]}
    try:
        return shaped(IngestOrder, told, wishes.platform)
    except UnreadableError as error:
        raise RowError(line, str(error), error.fault) from None


def _order(cells: Mapping[str, str], wishes: Wishes, read: _Cells) -> dict[str, object]:
    status = cells["status"].lower()
    same = ("reference", "number", "currency", "note", "cart_reference")
    moments = ("placed_at", "updated_at", "promised_at", "delivered_at", "returned_at")
    person = ("name", "email", "phone", "city", "region", "locale", "country")
    return {
        **{name: cells.get(name) for name in same},
        **{name: read.moment(name) for name in moments},
        "customer": {"shop_ref": cells["customer"], **{name: cells.get(name) for name in person}},
        "status": wishes.words.get(status, status),
        "total_minor": read.amount("total"),
        "refunded_minor": read.amount("refunded"),
    }


def _said_once(rows: Sequence[Row]) -> Mapping[str, str]:
    """Return what the rows say of the order."""
    said: dict[str, str] = {}
    for row in rows:
        for name in OF_ORDER:
            text = row.cells.get(name)
            if text is not None and said.setdefault(name, text) != text:
                said_twice = f"says another {name} than the row before it"
                raise RowError(row.line, said_twice, RowFault.ROWS_APART)
    return said


def _lines(rows: Iterable[Row], currency: str, reading: Reading) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = []
    for row in rows:
        cells = row.cells
        title = cells.get("title") or cells.get("product_ref")
        if title is None:
            continue
        read = _Cells(row.line, cells, currency, reading)
        lines.append(
            {
                "line_no": len(lines) + 1,
                "product_ref": cells.get("product_ref", ""),
                "title": title,
                "quantity": read.count("quantity"),
                "unit_price_minor": read.amount("unit_price"),
                "freight_minor": read.amount("freight"),
                "variant": cells.get("variant"),
                "picture_url": cells.get("picture_url"),
            }
        )
    return lines


def _shipment(cells: Mapping[str, str], read: _Cells) -> dict[str, object]:
    delivered_at = read.moment("delivered_at")
    return {
        "reference": cells["tracking_number"],
        "status": "on_its_way" if delivered_at is None else "delivered",
        "carrier": cells.get("carrier"),
        "tracking_number": cells["tracking_number"],
        "tracking_url": cells.get("tracking_url"),
        "shipped_at": read.moment("shipped_at"),
        "promised_at": read.moment("promised_at"),
        "delivered_at": delivered_at,
    }


@dataclass(frozen=True, slots=True)
class _Cells:
    """Reads the cells of one row, and names the column of a bad one."""

    line: int
    cells: Mapping[str, str]
    currency: str
    reading: Reading

    def moment(self, name: str) -> str | None:
        text = self.cells.get(name)
        if text is None:
            return None
        try:
            is_end = COLUMNS[name] is Kind.END
            at = read_moment(text, self.reading.dates, self.reading.zone, is_end=is_end)
        except ValueError as error:
            raise RowError(self.line, f"has a {name} that {error}") from None
        return to_iso(at)

    def amount(self, name: str) -> int:
        text = self.cells.get(name)
        if text is None:
            return 0
        try:
            return minor_of(plain_amount(text, self.reading.decimal), self.currency)
        except ValueError as error:
            raise RowError(self.line, f"has a {name} that {error}") from None

    def count(self, name: str) -> int:
        text = self.cells.get(name, "1")
        if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX):
            raise RowError(self.line, f"has a {name} that is no whole number")
        return int(text)
