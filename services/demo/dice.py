"""Draws that come out the same on every machine and release: digests, no generator's state."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Choice = TypeVar("Choice")


def draw(below: int, *salt: object) -> int:
    """Return a number from 0, the same for the same salt on every machine and release."""
    digest = hashlib.sha256("/".join(str(part) for part in salt).encode()).digest()
    return int.from_bytes(digest[:8]) % below


def choose(options: Sequence[Choice], *salt: object) -> Choice:
    """Return one of the options."""
    return options[draw(len(options), *salt)]


class Dice:
    """A stream of draws; the same salt throws the same ones in the same order."""

    SHARES = 1 << 53
    """Steps between 0 and 1: what a float tells apart."""

    def __init__(self, *salt: object) -> None:
        self._salt = salt
        self._thrown = 0

    def below(self, limit: int) -> int:
        """Return a number from 0 to limit - 1."""
        self._thrown += 1
        return draw(limit, *self._salt, self._thrown)

    def share(self) -> float:
        """Return a number from 0 up to, and without, 1."""
        return self.below(self.SHARES) / self.SHARES

    def chance(self, likelihood: float) -> bool:
        """Return whether something so likely happens."""
        return self.share() < likelihood

    def between(self, least: int, most: int) -> int:
        """Return a whole number from least to most, both included."""
        return least + self.below(most - least + 1)

    def choose(self, options: Sequence[Choice]) -> Choice:
        """Return one of the options."""
        return options[self.below(len(options))]
