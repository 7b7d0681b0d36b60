"""Cursors of lists: where to go on, in a form that callers hand back and do not read."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeAlias, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from shared.contracts.changes import CURSOR_MAX, PAGE_DEFAULT, PAGE_MAX
from shared.kernel.errors import ErrorCode, RefusedError

_FORM = b"fc1."
"""Which form a cursor has; another one would be told from it."""
_LENGTH = len(_FORM) + 16


@dataclass(frozen=True, slots=True)
class Asked:
    """The part of a list that is asked for: after an id, so many."""

    after: UUID | None
    limit: int


def cursor_of(last: UUID | None) -> str | None:
    """Return the cursor that goes on after an id; None stays None: there is no more."""
    if last is None:
        return None
    return urlsafe_b64encode(_FORM + last.bytes).rstrip(b"=").decode()


def read_cursor(text: str) -> UUID:
    """Return the id to go on after.

    Raises:
        RefusedError: BAD_CURSOR, it is none of ours.
    """
    raw = _decoded(text) if len(text) <= CURSOR_MAX else b""
    last = UUID(bytes=raw[len(_FORM) :]) if len(raw) == _LENGTH else None
    if last is None or cursor_of(last) != text:  # base64 lets several texts stand for one
        raise RefusedError(
            ErrorCode.BAD_CURSOR, "This cursor is not one of ours: begin without one."
        )
    return last


def _decoded(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:  # binascii's and Unicode's errors are ValueErrors
        return b""


def _asked(
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> Asked:
    return Asked(None if cursor is None else read_cursor(cursor), limit)


Page: TypeAlias = Annotated[Asked, Depends(_asked)]
"""How an endpoint takes part in it: `page: Page`."""


class Listed(Protocol):
    """What stands in a list."""

    @property
    def id(self) -> UUID:
        """Return what the list goes on after."""
        ...


Entry = TypeVar("Entry", bound=Listed)


def paged(found: Sequence[Entry], asked: Asked) -> tuple[tuple[Entry, ...], str | None]:
    """Return a page and the cursor to the next, of entries of which one more was read."""
    page = tuple(found[: asked.limit])
    return page, cursor_of(page[-1].id if len(found) > asked.limit else None)
