"""Reads a customer's frame; tells bad ones apart by stable codes and echoes nothing of them."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from shared.contracts.frames import CLIENT_FRAMES, CustomerFrame, Hello
from shared.kernel.errors import ErrorCode

FLAWS_MAX = 100
"""Flaws of one frame that are looked at: of many thousands nobody is told more than of one."""
_NO_SUCH_TYPE = "union_tag_invalid"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A frame that says nothing we know; `code` says why."""

    code: ErrorCode


def read_frame(data: bytes) -> Hello | CustomerFrame | Unreadable:
    """Return the frame that one text message holds."""
    try:
        return CLIENT_FRAMES.validate_json(data)
    except ValidationError as error:
        return Unreadable(_code_of(error))


def _code_of(error: ValidationError) -> ErrorCode:
    if error.error_count() > FLAWS_MAX:
        return ErrorCode.BAD_FRAME
    flaws = error.errors(include_url=False, include_context=False, include_input=False)
    if flaws[0]["type"] == _NO_SUCH_TYPE:
        return ErrorCode.UNKNOWN_FRAME
    places = {flaw["loc"] for flaw in flaws}
    if ("hello", "site_key") in places:
        return ErrorCode.UNKNOWN_SITE
    if any(place[1:] == ("client_id",) for place in places):
        return ErrorCode.BAD_CLIENT_ID
    return ErrorCode.BAD_FRAME
