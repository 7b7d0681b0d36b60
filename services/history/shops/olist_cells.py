"""Reads the cells of one row of an Olist file as what each should be; knows no file by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal

from shared.contracts.wire import LATEST
from shared.kernel.clock import from_datetime
from shared.kernel.money import MONEY_MAX

KEY_MAX = 200
MINOR_PER_UNIT = 100
"""The real has a hundred centavos."""

_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,10})?", re.ASCII)
_COUNT = re.compile(r"\d{1,6}", re.ASCII)
_DATE_FORMAT = "%Y-%m-%d %H:%M:%S"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", re.ASCII)


class CellError(ValueError):
    """Why a row is rejected; the sentence goes on after "the row"."""


class Cells:
    """The cells of one row by column name; times are local to `zone`."""

    def __init__(self, cells: Mapping[str, str], zone: tzinfo) -> None:
        self._cells = cells
        self._zone = zone

    def key(self, column: str) -> str:
        """Return an id.

        Raises:
            CellError: empty, or longer than KEY_MAX.
        """
        text = self._cells[column].strip()
        if not 1 <= len(text) <= KEY_MAX:
            raise CellError(f"has an empty or overlong {column}")
        return text

    def words(self, column: str, longest: int) -> str | None:
        """Return a text, its line breaks as line feeds, or None when it is empty.

        Raises:
            CellError: longer than `longest`.
        """
        text = self._cells[column].replace("\r\n", "\n").strip()
        if len(text) > longest:
            raise CellError(f"has more than {longest} characters in {column}")
        return text or None

    def count(self, column: str, most: int) -> int:
        """Return a whole number from 1 to `most`.

        Raises:
            CellError: anything else.
        """
        text = self._cells[column].strip()
        if not _COUNT.fullmatch(text) or not 1 <= int(text) <= most:
            raise CellError(f"has a bad number in {column}: it is a whole number from 1 to {most}")
        return int(text)

    def minor(self, column: str) -> int:
        """Return an amount of money in minor units.

        Raises:
            CellError: not an amount that `to_minor` takes.
        """
        try:
            return to_minor(self._cells[column].strip())
        except ValueError as error:
            raise CellError(f"has a bad amount in {column}: {error}") from None

    def moment(self, column: str) -> datetime | None:
        """Return a local time, or None when the cell is empty.

        Raises:
            CellError: not YYYY-MM-DD HH:MM:SS, no day of the calendar, or absurdly far.
        """
        text = self._cells[column].strip()
        if not text:
            return None
        if not _DATE.fullmatch(text):
            raise CellError(f"has a bad date in {column}: it is written YYYY-MM-DD HH:MM:SS")
        try:
            moment = datetime.strptime(text, _DATE_FORMAT).replace(tzinfo=self._zone)
            storable = 0 <= from_datetime(moment) <= LATEST
        except (ValueError, OverflowError):
            raise CellError(f"has a date in {column} that is not in the calendar") from None
        if not storable:
            raise CellError(f"has a date before 1970 or after 2199 in {column}")
        return moment

    def due_moment(self, column: str) -> datetime:
        """Return a local time.

        Raises:
            CellError: as `moment`, or the cell is empty.
        """
        moment = self.moment(column)
        if moment is None:
            raise CellError(f"has no {column}")
        return moment


def to_minor(text: str) -> int:
    """Return an amount such as 179.49 in hundredths, exactly.

    Raises:
        ValueError: no plain decimal number, parts of a hundredth, or above MONEY_MAX.
    """
    if not _AMOUNT.fullmatch(text):
        raise ValueError("it is a plain number such as 12.50")
    scaled = Decimal(text) * MINOR_PER_UNIT
    if scaled != int(scaled):
        raise ValueError("it has parts of a hundredth")
    if scaled > MONEY_MAX:
        raise ValueError("it is absurdly large")
    return int(scaled)
