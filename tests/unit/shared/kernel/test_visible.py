"""Texts that show something, and texts that only look long."""

from __future__ import annotations

import pytest

from shared.kernel.visible import shows_something

SHOW = ["a", "?", "1", "€", "😀", "👩\u200d👧", "é", "é", "你", "\u200b!", "🫨", "￼"]
BLANK = (
    *("", " ", "\n\t\r ", "\u00a0", "\u2028", "\u3000", "\x00\x1f"),
    *("\u200b", "\u200d\u2060\ufeff", "\u00ad", "\u202e \u202c"),
    *("\u034f", "\u0301", "\ufe0f", "\u3164", "\u2800"),
)


@pytest.mark.parametrize("text", SHOW)
def test_a_text_with_one_visible_character_shows_something(text: str) -> None:
    assert shows_something(text)


@pytest.mark.parametrize("text", BLANK)
def test_a_text_of_spaces_and_zero_widths_shows_nothing(text: str) -> None:
    assert not shows_something(text)
