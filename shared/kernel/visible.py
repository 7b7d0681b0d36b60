"""Whether a text shows anything; knows Unicode and nothing else."""

from __future__ import annotations

import unicodedata

_SHOWS_NOTHING = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"})
"""Controls, formats (zero-width ones), spaces, and marks without a letter. What is not assigned
yet shows: Python's tables are older than people's emoji."""
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers of Hangul and Braille's blank: letters and a symbol by category, nothing to the eye."""


def shows_something(text: str) -> bool:
    """Say whether anybody could see a character of this text."""
    first = text[:1]
    if first.isascii() and first.isalnum():
        return True  # as nearly every message begins
    return any(
        unicodedata.category(letter) not in _SHOWS_NOTHING and letter not in _BLANK_LETTERS
        for letter in text
    )
