"""Tells plain text from everything else: UTF-8 to the last byte, no NUL, and no markup."""

from __future__ import annotations

import re
from typing import Final

from services.gateway.domain.files.media import OTHER_TYPE, Fit, ReadAt, Unfit
from shared.contracts.files import MediaType

PIECE: Final = 64 * 1024
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKUP = re.compile(r"\s*<[!?/a-z]", re.IGNORECASE)
"""A page, a drawing (SVG) or their like: whatever opens it might run what is in it."""
_BOM = "\ufeff"
_CUT_OFF = "unexpected end of data"


def judge_text(read_at: ReadAt, size: int, *, is_table: bool) -> Fit | Unfit:
    """Return whether the whole file is plain text, as a table (CSV) when it is called one."""
    left = b""
    for place in range(0, size, PIECE):
        read = _decoded(left + read_at(place, PIECE), is_last=place + PIECE >= size)
        if read is None:
            return OTHER_TYPE
        text, left = read
        if _CONTROL.search(text) or (place == 0 and _MARKUP.match(text.removeprefix(_BOM))):
            return OTHER_TYPE
    return Fit(MediaType.CSV if is_table else MediaType.TEXT)


def _decoded(data: bytes, *, is_last: bool) -> tuple[str, bytes] | None:
    """Return the text and the bytes of a character that the next piece completes."""
    try:
        return data.decode(), b""
    except UnicodeDecodeError as error:
        if is_last or error.reason != _CUT_OFF:
            return None
        return data[: error.start].decode(), data[error.start :]
