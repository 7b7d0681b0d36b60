"""Makes a changed copy of an immutable row, as `dataclasses.replace` does at ten times the cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # What a field may be changed to is checked as it is there.
    from dataclasses import replace as replace  # noqa: PLC0414  it is passed on
else:

    def replace(row: Any, /, **changes: Any) -> Any:
        """Return a row of two slots or more with these fields changed.

        A command makes a dozen such copies of up to 40 fields, and a frozen class sets each of
        them by a call. Here the copy is made of a class with the same slots that is not frozen
        yet, and becomes a row once it is whole.

        Raises:
            AttributeError: there is no such field.
        """
        read, thawed = _plan(type(row))
        copy = thawed(*read(row))
        for name, value in changes.items():
            setattr(copy, name, value)
        copy.__class__ = type(row)
        return copy


@cache
def _plan(row_type: Any) -> tuple[Callable[[Any], tuple[Any, ...]], Callable[..., Any]]:
    names = [one.name for one in fields(row_type)]
    return attrgetter(*names), make_dataclass(row_type.__name__, names, slots=True, eq=False)
