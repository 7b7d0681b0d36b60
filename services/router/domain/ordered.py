"""A sorted collection of unique keys with cheap add, remove, first and rank; means nothing."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import TypeAlias

Key: TypeAlias = tuple[int, ...]

BLOCK = 512
"""A block of twice as many keys splits: moving 4 KiB of pointers costs less than a tree's walk."""


class OrderedKeys:
    """Unique keys in ascending order, kept in blocks so that no step moves more than one block.

    One structure for lines, pools and timers: a heap would keep dead entries and knows no rank.
    """

    def __init__(self) -> None:
        self._blocks: list[list[Key]] = []
        self._last: list[Key] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Key]:
        for block in self._blocks:
            yield from block

    def first(self) -> Key | None:
        """Return the least key, or None when there is none."""
        return self._blocks[0][0] if self._blocks else None

    def add(self, key: Key) -> None:
        """Take a key that is not there yet."""
        if not self._blocks:
            self._blocks.append([key])
            self._last.append(key)
        elif key > self._last[-1]:
            self._insert(len(self._last) - 1, key)  # the newest: most are, and none is looked at
        else:
            self._insert(bisect_left(self._last, key), key)
        self._size += 1

    def remove(self, key: Key) -> None:
        """Drop a key.

        Raises:
            KeyError: it is not there.
        """
        at = bisect_left(self._last, key)
        block = self._blocks[at] if at < len(self._blocks) else []
        index = bisect_left(block, key)
        if index == len(block) or block[index] != key:
            raise KeyError(key)
        del block[index]
        self._size -= 1
        self._tidy(at)

    def rank(self, key: Key) -> int:
        """Return how many keys are less than this one, which need not be there."""
        at = bisect_left(self._last, key)
        before = sum(len(block) for block in self._blocks[:at])
        return before + (bisect_left(self._blocks[at], key) if at < len(self._blocks) else 0)

    def _insert(self, at: int, key: Key) -> None:
        block = self._blocks[at]
        if key > self._last[at]:
            block.append(key)
        else:
            insort(block, key)
        if len(block) > 2 * BLOCK:
            self._blocks[at : at + 1] = [block[:BLOCK], block[BLOCK:]]
            self._last[at : at + 1] = [block[BLOCK - 1], block[-1]]
        else:
            self._last[at] = block[-1]

    def _tidy(self, at: int) -> None:
        if self._blocks[at]:
            self._last[at] = self._blocks[at][-1]
        else:
            del self._blocks[at]
            del self._last[at]
