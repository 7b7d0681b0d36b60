"""Reads a shop's policy from a TOML file; what cannot be is told with its line and its reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from shared.contracts.policies import PolicyFigures, faults_of, read_figures

_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class BadPolicyError(Exception):
    """A text that is no policy.

    Attributes:
        complaints: one sentence for each thing that is wrong, by its line.
    """

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__(complaints[0])
        self.complaints = complaints


def read_policy(text: str) -> PolicyFigures:
    """Return the figures that a policy file sets.

    Raises:
        BadPolicyError: it is no TOML, or holds something that no policy can.
    """
    try:
        return read_figures(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadPolicyError([_no_toml(str(error), text)]) from None
    except ValidationError as error:
        faults = [(_line_of(text, one.field.split(".")), one) for one in faults_of(error)]
    faults.sort(key=lambda fault: fault[0])
    raise BadPolicyError([f"line {line}: {one.field} {one.reason}." for line, one in faults])


def _no_toml(words: str, text: str) -> str:
    found = _PLACE.search(words)
    line = found[1] if found and found[1] else max(1, len(text.splitlines()))
    return f"line {line}: this is no TOML: {_PLACE.sub('', words)}."


def _line_of(text: str, path: Sequence[str]) -> int:
    """Return the line where a field begins: the first by which the file holds it."""
    lines = text.splitlines()
    begins = 1
    for end in range(1, len(lines) + 1):
        held = _parsed("\n".join(lines[:end]))
        if held is None:
            continue  # within a value of several lines
        if _holds(held, path):
            return begins
        begins = end + 1
    return len(lines)


def _parsed(text: str) -> Mapping[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _holds(held: object, path: Sequence[str]) -> bool:
    """Tell whether a field is there; below what is no table there is nothing to look for."""
    for name in path:
        if not isinstance(held, Mapping):
            return True
        if name not in held:
            return False
        held = held[name]
    return True
