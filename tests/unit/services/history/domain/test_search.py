"""What is typed becomes words for the index, and nothing typed is an operator."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from services.history.domain.search import WORDS_MAX, Asked, asked_for


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Ketel", Asked("'ketel':*", "ketel")),
        (" a_b  c!", Asked("'a':* & 'b':* & 'c':*", "a b c")),
        ("'; DROP & ~s1 | !", Asked("'drop':* & 's1':*", "drop s1")),
        ("бъгове", Asked("'бъгове':*", "бъгове")),
        ("\u00bd kettle", Asked("'1':* & '2':* & 'kettle':*", "1 2 kettle")),
        ("o\u02bcneil", Asked("'o':* & 'neil':*", "o neil")),
        (" _ ?! ", None),
    ],
)
def test_words_are_found_begun(typed: str, asked: Asked | None) -> None:
    assert asked_for(typed) == asked


@given(st.text())
def test_whatever_is_typed_no_word_holds_an_operator(typed: str) -> None:
    asked = asked_for(typed)
    words = [] if asked is None else asked.typed.split()
    assert len(words) <= WORDS_MAX
    assert all(word.isalnum() for word in words if word.isascii())
