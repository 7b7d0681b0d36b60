"""Looks through a whole CSV file of orders before the first is sent: what has to be asked of it."""

from __future__ import annotations

from datetime import tzinfo

from services.history.shops.generic_dates import DateWitness
from services.history.shops.generic_numbers import NumberWitness
from services.history.shops.generic_questions import Question
from services.history.shops.generic_rows import COLUMNS, Kind, Reading, Row, Wishes


class Survey:
    """Hears every record of a file once, in order."""

    def __init__(self) -> None:
        self.orders = 0
        self.has_lines = False
        self._dates = DateWitness()
        self._numbers = NumberWitness()
        self._last: str | None = None
        self._seen: set[str] = set()
        self._scattered: set[str] = set()

    def see(self, row: Row) -> None:
        """Take one row."""
        for name, text in row.cells.items():
            kind = COLUMNS[name]
            if kind in (Kind.MOMENT, Kind.END):
                self._dates.see(row.line, text)
            elif kind is Kind.AMOUNT:
                self._numbers.see(row.line, text)
        self._count(row.cells["reference"])

    def _count(self, reference: str) -> None:
        if reference == self._last:
            self.has_lines = True
            return
        self._last = reference
        self.orders += 1
        (self._scattered if reference in self._seen else self._seen).add(reference)

    def is_scattered(self, reference: str) -> bool:
        """Tell whether an order's rows stand in several places of the file."""
        return reference in self._scattered

    def questions(self, wishes: Wishes, *, has_zone: bool) -> list[Question]:
        """Return what has to be answered before the file can be read."""
        asked = [
            None if wishes.dates else self._dates.question(),
            None if wishes.decimal else self._numbers.question(),
        ]
        zoneless = self._dates.zoneless
        if zoneless is not None and not has_zone:
            asked.append(
                Question(
                    f"Times have no zone ({zoneless[1]} on line {zoneless[0]}): say where they "
                    "were written down, as in {}.",
                    (("zone", "Europe/Amsterdam"),),
                )
            )
        return [one for one in asked if one is not None]

    def reading(self, wishes: Wishes, zone: tzinfo | None) -> Reading:
        """Return how the cells are read, once there are no questions."""
        return Reading(
            dates=wishes.dates or self._dates.order(),
            decimal=wishes.decimal or self._numbers.mark(),
            zone=zone,
        )
