"""Which arriving versions of a stream are new, old or beyond a gap; pure, knows no store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Arrival:
    """What to do with the versions of one stream that arrived together.

    Attributes:
        new: to apply now, ascending without a gap, starting right after the last one taken.
        old: taken before, or twice in this arrival: acknowledge and drop.
        early: an earlier version is missing: leave them; the position tells the emitter so.
        position: the last version taken once `new` is applied.
    """

    new: tuple[int, ...]
    old: tuple[int, ...]
    early: tuple[int, ...]
    position: int


def sort_out(last: int, versions: Iterable[int]) -> Arrival:
    """Sort arriving versions, in any order and doubled at will, by the last one taken (0: none)."""
    new: list[int] = []
    old: list[int] = []
    early: list[int] = []
    position = last
    for version in sorted(versions):
        if version <= position:
            old.append(version)
        elif version == position + 1:
            new.append(version)
            position = version
        else:
            early.append(version)
    return Arrival(tuple(new), tuple(old), tuple(early), position)
