"""What is typed becomes a question of words, whatever signs are in it."""

from __future__ import annotations

import pytest

from services.gateway.domain.search import WORD_MAX, WORDS_MAX, search_query


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("teapot", "'teapot':*"),
        ("Blue TEAPOT", "'blue':* & 'teapot':*"),
        ("Übergröße café", "'ubergroße':* & 'cafe':*"),
        ("anna@fern.example", "'anna':* & 'fern':* & 'example':*"),
        ("a_b", "'a':* & 'b':*"),
        ("it's | 'x':* & !(~s1)", "'it':* & 's':* & 'x':* & 's1':*"),
    ],
)
def test_every_word_is_wanted_and_no_sign_means_anything(typed: str, query: str) -> None:
    assert search_query(typed) == query


@pytest.mark.parametrize("typed", ["", "  ", "?!", "_", "\x00", "~"])
def test_without_a_word_there_is_no_question(typed: str) -> None:
    assert search_query(typed) is None


def test_only_so_many_words_and_letters_are_looked_at() -> None:
    query = search_query(" ".join(["x" * 100] * 20))

    assert query == " & ".join([f"'{'x' * WORD_MAX}':*"] * WORDS_MAX)
