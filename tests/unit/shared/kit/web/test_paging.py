"""Cursors lead on, and only ours do."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.web.paging import Asked, cursor_of, paged, read_cursor


@dataclass(frozen=True)
class Entry:
    id: UUID


ENTRIES = [Entry(UUID(int=number)) for number in range(5)]


@given(st.uuids())
def test_a_cursor_is_read_back(last: UUID) -> None:
    cursor = cursor_of(last)
    assert cursor is not None
    assert read_cursor(cursor) == last


@given(st.text(max_size=100))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_cursor(text)
    assert refused.value.code is ErrorCode.BAD_CURSOR


def test_another_spelling_of_the_same_bytes_is_refused() -> None:
    cursor = cursor_of(UUID(int=1))
    assert cursor is not None
    for other in (cursor + "=", cursor[:-1] + chr(ord(cursor[-1]) + 1)):
        with pytest.raises(RefusedError):
            read_cursor(other)


def test_a_page_goes_on_only_when_more_was_found() -> None:
    page, cursor = paged(ENTRIES[:3], Asked(None, 2))
    assert page == tuple(ENTRIES[:2])
    assert cursor == cursor_of(ENTRIES[1].id)
    assert paged(ENTRIES[3:], Asked(None, 2)) == (tuple(ENTRIES[3:]), None)
    assert paged([], Asked(None, 2)) == ((), None)
