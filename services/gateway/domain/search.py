"""What people type to find a conversation, as the index is asked for it; pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WORDS_MAX: Final = 8
"""Words that all have to be there; what is typed beyond them is not looked at."""
WORD_MAX: Final = 64

_MARKS = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"\w+")


def search_query(typed: str) -> str | None:
    """Return a query that wants every word, or a word that begins with it; None: no word is there.

    As `gateway.plain` has it, letters are small and have no marks. A word has letters and digits
    alone, so nothing in it is an operator, and none is one of the index's own (they begin with ~).
    """
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", typed.lower()))
    words = [word[:WORD_MAX] for part in _WORD.findall(plain) for word in part.split("_") if word]
    return " & ".join(f"'{word}':*" for word in words[:WORDS_MAX]) or None
