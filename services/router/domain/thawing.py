"""Makes immutable rows at about the cost of others: what a frozen class sets costs a call a field.

A row is made, or copied, as one of a class with the same slots that is not frozen yet, and becomes
what it is once it is whole. The steps are written out for each class, as `dataclasses` writes its
own `__init__`: a loop over the names would cost more than they do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields, make_dataclass
from functools import cache
from typing import Any, TypeVar

Row = TypeVar("Row")


def quickly_made(row_type: type[Row]) -> type[Row]:
    """Let a frozen dataclass of one slot or more make its rows as quickly as if it were not frozen.

    Raises:
        TypeError: a field has a default factory, which no row has.
    """
    frozen: Any = row_type
    given, asked = dict[str, Any](), list[str]()
    for one in fields(frozen):
        if one.default_factory is not MISSING:
            raise TypeError(f"{row_type.__name__}.{one.name} has a default factory.")
        given[f"default_{one.name}"] = one.default
        asked.append(one.name if one.default is MISSING else f"{one.name}=default_{one.name}")
    frozen.__init__ = _written(
        f"__init__(self, {', '.join(asked)})",
        "set_anyhow(self, '__class__', thawed)",
        *(f"self.{one.name} = {one.name}" for one in fields(frozen)),
        "self.__class__ = frozen",
        **(given | {"frozen": frozen, "thawed": _thawed(frozen)}),
        set_anyhow=object.__setattr__,
    )
    return row_type


@cache
def copier_of(frozen: Any) -> Callable[[Any, dict[str, Any]], Any]:
    """Return what makes a copy of a row of this class with some fields changed.

    It raises AttributeError where there is no such field.
    """
    copier: Callable[[Any, dict[str, Any]], Any] = _written(
        "copier(row, changes)",
        "copy = new(thawed)",
        *(f"copy.{one.name} = row.{one.name}" for one in fields(frozen)),
        "for name, value in changes.items(): set_any(copy, name, value)",
        "copy.__class__ = frozen",
        "return copy",
        frozen=frozen,
        thawed=_thawed(frozen),
        new=object.__new__,
        set_any=setattr,
    )
    return copier


def _thawed(frozen: Any) -> type:
    names = [one.name for one in fields(frozen)]
    return make_dataclass(frozen.__name__, names, slots=True, eq=False)


def _written(head: str, *steps: str, **known: Any) -> Any:
    """Return the function of these lines, which are made of the names of fields alone."""
    exec("\n    ".join((f"def {head}:", *steps)), known)  # noqa: S102  as `dataclasses` does
    return known[head.partition("(")[0]]
