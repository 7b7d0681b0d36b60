"""Masks card numbers in what people write, before anything of it is kept: all but the last four.

What counts as one: 13 to 19 digits of any script with spaces, dashes or dots between them, or in
the groups that stand on cards with whatever stands between those, that begin as some issuer's do,
have a length that issuer uses, and pass the Luhn check (ISO/IEC 7812-1, annex B). The digits of a
valid IBAN are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import accumulate
from types import MappingProxyType
from typing import Final, TypeAlias

SHORTEST, LONGEST = 13, 19
KEPT = 4
"""The digits that stay, so that a person can tell which card was meant (PCI DSS 3.4.1)."""
MASK: Final = "*"

_BETWEEN = (
    r"\s\-._\u00ad\u00b7\u2010-\u2015\u2022\u2024\u2027\u2043\u2212\u30fb\u3002\ufe58\ufe63\uff0d\uff0e\uff65"
    r"\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
    r"\u0300-\u036f\u20d0-\u20f0\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U000e0000-\U000e0fff"
)
"""Spaces of every width, dashes, dots, marks upon a digit, and what shows nothing at all."""
_GAP = rf"[{_BETWEEN}]{{0,3}}"
_MAYBE = re.compile(rf"\d(?:{_GAP}\d){{{SHORTEST - 1}}}")
_RUN = re.compile(rf"{_MAYBE.pattern}(?:{_GAP}\d)*")
_OTHER = r"[^\d\w*]{1,16}"
_GROUPED = re.compile(
    rf"\d{{4}}(?<![\d*]\d{{4}})(?=(?P<rest>"
    rf"(?P<of_four>{_OTHER})(?:\d{{4}}(?P=of_four)){{2}}\d{{4}}(?!(?P=of_four)[\d*]{{4}}(?![\d*]))"
    rf"|(?P<of_amex>{_OTHER})\d{{6}}(?P=of_amex)\d{{5}})(?!\d))"
)
"""The groups on most cards, and those of American Express, with one and the same between them: a
slash, a comma, a column's width. One more group of four, masked by now or not, and it is a list of
something else."""
_LAST_FOUR = re.compile(r"(?<!\d)\d{4}$")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ \u00a0\u202f-]?[A-Z0-9]){11,30}")
_IBAN_LETTER = re.compile(r"[A-Z0-9]")
_PHONE_DIGITS = 13
"""After a plus: an international phone number. Cards of 13 digits (Visa's) are long extinct."""

Lengths: TypeAlias = frozenset[int]
_PREFIX = 4


def _span(first: int, last: int) -> Lengths:
    return frozenset(range(first, last + 1))


_ISSUERS: tuple[tuple[int, int, Lengths], ...] = (
    (1800, 1800, frozenset({15})),  # JCB, old
    (2131, 2131, frozenset({15})),  # JCB, old
    (2200, 2204, _span(16, 19)),  # Mir
    (2221, 2720, _span(16, 16)),  # Mastercard
    (3000, 3059, _span(14, 19)),  # Diners Club
    (3095, 3095, _span(14, 19)),  # Diners Club
    (3400, 3499, _span(15, 15)),  # American Express
    (3528, 3589, _span(16, 19)),  # JCB
    (3600, 3699, _span(14, 19)),  # Diners Club
    (3700, 3799, _span(15, 15)),  # American Express
    (3800, 3999, _span(14, 19)),  # Diners Club
    (4000, 4999, frozenset({13, 16, 19})),  # Visa
    (5000, 5099, _span(13, 19)),  # Maestro, Dankort, Elo, Verve
    (5100, 5599, _span(16, 16)),  # Mastercard
    (5600, 5899, _span(13, 19)),  # Maestro
    (6000, 6099, _span(16, 16)),  # RuPay, Hipercard
    (6011, 6011, _span(16, 19)),  # Discover
    (6200, 6299, _span(16, 19)),  # UnionPay
    (6300, 6399, _span(13, 19)),  # Maestro, Elo, InterPayment, Hipercard
    (6440, 6599, _span(16, 19)),  # Discover, RuPay, Troy
    (6700, 6799, _span(13, 19)),  # Maestro
    (8100, 8299, _span(16, 19)),  # RuPay, UnionPay
    (8600, 8600, _span(16, 16)),  # Uzcard
    (9792, 9792, _span(16, 16)),  # Troy
    (9860, 9860, _span(16, 16)),  # Humo
)
"""First and last four leading digits, and the lengths in use, from the issuers' own pages."""

_LENGTHS_OF: Mapping[int, Lengths] = MappingProxyType(
    {prefix: lengths for first, last, lengths in _ISSUERS for prefix in range(first, last + 1)}
)
_IBAN_LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "BR": 29, "CH": 21, "CY": 28, "CZ": 24,
        "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21,
        "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
        "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SA": 24, "SE": 24,
        "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29,
    }
)  # fmt: skip
"""ISO 13616's registry, for the countries whose shops we know of."""


def masked(text: str) -> str:
    """Return the text with each card number masked but for its last four digits.

    A text without one is returned as it is. The length stays, and so do separators; masking what
    was masked changes nothing.
    """
    if _MAYBE.search(text) is None and _GROUPED.search(text) is None:
        return text
    hidden = [place for run in _runs(text) for place in run.hidden()]
    if not hidden:
        return text
    letters = list(text)
    for place in hidden:
        letters[place] = MASK
    return "".join(letters)


class _Run:
    """Digits that only separators stand between, and where groups of them begin and end."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._places = [place for place in range(start, end) if text[place].isdecimal()]
        self._digits = [int(text[place]) for place in self._places]
        places = self._places
        self._begins = [
            number == 0 or places[number - 1] != place - 1 for number, place in enumerate(places)
        ]
        self._ends = [*self._begins[1:], True]
        self._is_after_plus = start > 0 and text[start - 1] in "+\uff0b"
        # Luhn's sum of any stretch is one subtraction, however many stretches there are.
        self._sums = (self._summed(even_is_plain=True), self._summed(even_is_plain=False))

    def _summed(self, *, even_is_plain: bool) -> list[int]:
        """Return the sums up to each digit, of every second one as if it were doubled."""
        counted = (
            digit if (number % 2 == 0) is even_is_plain else _DOUBLED[digit]
            for number, digit in enumerate(self._digits)
        )
        return list(accumulate(counted, initial=0))

    def hidden(self) -> Iterator[int]:
        """Yield the places in the text that a mask must cover."""
        until = 0
        for first in range(len(self._digits) - SHORTEST + 1):
            if not self._begins[first]:
                continue
            for length in self._lengths(first):
                last = first + length - KEPT
                # What is left of a masked number stands apart, and may begin the next one.
                self._begins[last] = True
                yield from self._places[max(first, until) : last]
                until = max(until, last)

    def _lengths(self, first: int) -> Iterator[int]:
        """Yield the lengths of the card numbers that begin here."""
        thousands, hundreds, tens, ones = self._digits[first : first + _PREFIX]
        prefix = thousands * 1_000 + hundreds * 100 + tens * 10 + ones
        for length in _LENGTHS_OF.get(prefix, ()):
            end = first + length
            if end > len(self._digits) or not self._ends[end - 1]:
                continue
            if self._is_after_plus and first == 0 and length == _PHONE_DIGITS:
                continue
            if self._passes_luhn(first, end):
                yield length

    def _passes_luhn(self, first: int, end: int) -> bool:
        """Add up every second digit doubled, so that the last one is not."""
        sums = self._sums[(end - 1) % 2]
        return (sums[end] - sums[first]) % 10 == 0


_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
"""The sum of the digits of twice each digit."""


def _runs(text: str) -> Iterator[_Run]:
    shown = _IBAN.sub(_without_iban, text)
    for match in _RUN.finditer(shown):
        yield _Run(shown, match.start(), match.end())
    for match in _GROUPED.finditer(shown):
        if not _goes_on_before(shown, match):
            yield _Run(shown, match.start(), match.end("rest"))


def _goes_on_before(text: str, match: re.Match[str]) -> bool:
    """Return whether one more group of four stands before these, so that they end a list."""
    between = match["of_four"]
    if between is None or not text.endswith(between, 0, match.start()):
        return False
    return _LAST_FOUR.search(text, 0, match.start() - len(between)) is not None


def _without_iban(match: re.Match[str]) -> str:
    """Return as many letters, without the digits of the IBAN that begins here, if one does."""
    found = match[0]
    length = _IBAN_LENGTHS.get(found[:2])
    ends = [place.end() for place in _IBAN_LETTER.finditer(found)]
    if length is None or len(ends) < length:
        return found
    end = ends[length - 1]
    return (
        "x" * end + found[end:] if _is_iban("".join(_IBAN_LETTER.findall(found[:end]))) else found
    )


def _is_iban(text: str) -> bool:
    """Do ISO 7064's check, mod 97-10: letters count from A = 10."""
    turned = text[4:] + text[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1
