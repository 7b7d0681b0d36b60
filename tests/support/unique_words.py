"""Words that nobody else says, and that no rule rewrites."""

from __future__ import annotations

from shared.kit.new_ids import new_id

_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def a_word() -> str:
    """Return a new word of letters alone: an id's digits are now and then a card's, and masked."""
    return new_id().hex.translate(_LETTERS)
