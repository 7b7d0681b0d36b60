"""The glossary says what the vocabulary says, and nothing else."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from shared.kernel import vocabulary

GLOSSARY = Path(__file__).parents[3] / "docs" / "glossary.md"
ENUMERATIONS = [
    thing
    for thing in vars(vocabulary).values()
    if isinstance(thing, type) and issubclass(thing, StrEnum) and thing is not StrEnum
]


def fixed_values() -> dict[str, list[str]]:
    table = GLOSSARY.read_text().partition("## Fixed values")[2]
    rows = re.findall(r"^\| (\w+)[^|]*\| (`.*`) \|$", table, re.MULTILINE)
    return {name: re.findall(r"`([^`]+)`", values) for name, values in rows}


@pytest.mark.parametrize("enumeration", ENUMERATIONS, ids=lambda thing: thing.__name__)
def test_glossary_lists_each_value_of_an_enumeration(enumeration: type[StrEnum]) -> None:
    assert fixed_values()[enumeration.__name__] == [member.value for member in enumeration]


def test_glossary_lists_no_enumeration_that_is_not_there() -> None:
    assert set(fixed_values()) == {enumeration.__name__ for enumeration in ENUMERATIONS}


def test_every_enumeration_says_what_it_is() -> None:
    assert all(enumeration.__doc__ for enumeration in ENUMERATIONS)
