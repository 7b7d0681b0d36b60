"""What every refusal owes its reader: a sentence, nothing of the machine, no echo of the input."""

from __future__ import annotations

import re

PLANTED = "kestrel4711"
"""Stands in everything bad that a test sends, and must never come back."""
SENTENCE_MAX = 200
_INTERNALS = re.compile(
    r"Traceback|\w(?:Error|Exception)\b|asyncpg|pydantic|sqlalchemy|joserfc|starlette"
    r"|\bSELECT\b|\bINSERT\b|\bNULL\b|\.py\b|\b0x[0-9a-f]{6}|<class|\bNone\b|\{'",
)


def assert_fit_for_people(said: str | bytes, detail: str) -> None:
    """Hold a whole answer, as it came, and its sentence to what people may be shown."""
    text = said if isinstance(said, str) else said.decode()
    assert " " in detail, "a sentence has words"
    assert "\n" not in detail
    assert len(detail) <= SENTENCE_MAX
    assert PLANTED not in text, "nothing of what was sent comes back"
    assert not _INTERNALS.search(text), "nothing of the machine is told"
