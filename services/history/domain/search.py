"""What people type to find a contact or an order, as the index is asked for it; pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

WORDS_MAX: Final = 8
"""Words that all have to be there; what is typed beyond them is not looked at."""
WORD_MAX: Final = 64

_WORD = re.compile(r"[^\W\u02b0-\u02ff]+")
"""Letters and digits; none of the marks that Unicode calls letters: U+02BC is read as a quote."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Words to find: `query` wants each, or one that begins with it; `typed` are they alone."""

    query: str
    typed: str


def asked_for(typed: str) -> Asked | None:
    """Return what to ask the index for; None: no word is there.

    A word has letters and digits alone, so nothing in it is an operator, and none is one of the
    index's own (they begin with ~). Signs that are several in one, as ½ is, are taken apart first:
    an order's words do not say which of them stood beside each other.
    """
    plain = unicodedata.normalize("NFKC", typed.lower())
    parts = (word for run in _WORD.findall(plain) for word in run.split("_"))
    words = [word[:WORD_MAX] for word in parts if word][:WORDS_MAX]
    if not words:
        return None
    return Asked(" & ".join(f"'{word}':*" for word in words), " ".join(words))
