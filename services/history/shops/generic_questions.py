"""What a file does not show, and how somebody may answer it: a command's option, a parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Say: TypeAlias = Callable[[str, str], str]
"""Tells how an option is given a value, where the answer is to be given."""


@dataclass(frozen=True, slots=True)
class Question:
    """Why a file is not read as it is.

    Attributes:
        text: one sentence or two; `{}` stands where each of the ways is told.
        ways: option and value of each answer there is; none when the file itself has to change.
    """

    text: str
    ways: tuple[tuple[str, str], ...] = ()

    def told(self, say: Say) -> str:
        """Return it in words."""
        if not self.ways:
            return self.text  # it may hold braces of whoever asked
        return self.text.format(*(say(option, value) for option, value in self.ways))


def as_option(option: str, value: str) -> str:
    """Say it as the command line takes it."""
    return f"--{option} {value}"


def as_parameter(option: str, value: str) -> str:
    """Say it as the query of a URL takes it."""
    return f"{option}={value}"
