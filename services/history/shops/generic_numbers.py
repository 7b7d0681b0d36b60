"""Finds out which mark stands before the decimals of a file; asks rather than guesses."""

from __future__ import annotations

import re
from enum import StrEnum

from services.history.shops.generic_questions import Question

_SPACES = str.maketrans("", "", " '\u00a0\u2009\u202f\u2019")
"""What stands between thousands in some countries, beside the other mark."""
_NUMBER = re.compile(r"-?\d[\d.,]*", re.ASCII)
_GROUP = 3
_TOLD_MAX = 40
"""Letters of an amount that are shown: a cell may be a million long."""


class DecimalMark(StrEnum):
    """What stands before the decimals: 12.50 or 12,50."""

    POINT = "point"
    COMMA = "comma"


EITHER = (("decimal", DecimalMark.POINT), ("decimal", DecimalMark.COMMA))
"""The answers to how 1,234 is meant."""
_SIGN = {DecimalMark.POINT: ".", DecimalMark.COMMA: ","}


class NumberWitness:
    """Sees every amount of a file and says what they show together."""

    def __init__(self) -> None:
        self._shown: dict[DecimalMark | None, tuple[int, str]] = {}

    def see(self, line: int, text: str) -> None:
        """Take one cell; one that is no number, or needs no mark, shows nothing."""
        number = text.strip().translate(_SPACES)
        if _NUMBER.fullmatch(number) and ("." in number or "," in number):
            self._shown.setdefault(_mark_of(number), (line, text.strip()))

    def question(self) -> Question | None:
        """Return what has to be asked before these amounts can be read, or None."""
        point, comma = self._shown.get(DecimalMark.POINT), self._shown.get(DecimalMark.COMMA)
        if point and comma:
            return Question(
                f"Some amounts have a decimal point ({_told(point)}), some a decimal comma "
                f"({_told(comma)}). Which is meant? Import with {{}} or {{}}; what then is no "
                "amount is rejected.",
                EITHER,
            )
        if None in self._shown and not (point or comma):
            return Question(
                f"Does {_told(self._shown[None])} have decimals or thousands? No amount of the "
                "file shows it. Import with {} or {}.",
                EITHER,
            )
        return None

    def mark(self) -> DecimalMark:
        """Return the mark, once there is no question."""
        return DecimalMark.COMMA if DecimalMark.COMMA in self._shown else DecimalMark.POINT


def plain_amount(text: str, mark: DecimalMark) -> str:
    """Return an amount with a decimal point and nothing between its thousands.

    Raises:
        ValueError: it is none; the sentence goes on after "it".
    """
    number = text.strip().translate(_SPACES)
    decimal = _SIGN[mark]
    group = "," if decimal == "." else "."
    grouped = rf"-?\d{{1,3}}(?:\{group}\d{{3}})+(?:\{decimal}\d+)?|-?\d+(?:\{decimal}\d+)?"
    if not re.fullmatch(grouped, number, re.ASCII):
        raise ValueError(f"is no amount with a decimal {mark.value}")
    return number.replace(group, "").replace(decimal, ".")


def _mark_of(number: str) -> DecimalMark | None:
    """Return what a number shows of its mark; None where it could be either."""
    last = DecimalMark.POINT if number.rfind(".") > number.rfind(",") else DecimalMark.COMMA
    other = DecimalMark.COMMA if last is DecimalMark.POINT else DecimalMark.POINT
    whole, _, decimals = number.rpartition(_SIGN[last])
    if _SIGN[other] in whole:
        return last
    if _SIGN[last] in whole:
        return other
    could_be_thousands = len(decimals) == _GROUP and whole.lstrip("-") not in ("", "0")
    return None if could_be_thousands and len(whole.lstrip("-")) <= _GROUP else last


def _told(place: tuple[int, str]) -> str:
    return f"{place[1][:_TOLD_MAX]} on line {place[0]}"
