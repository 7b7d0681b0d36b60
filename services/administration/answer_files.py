"""Reads answers that are ready from a file, one JSON object a line or CSV; tells what is wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from shared.contracts.answers import NewAnswer

COLUMNS: Final = ("key", "language", "title", "text", "phrasings")
BETWEEN: Final = "|"
"""Stands between the phrasings in one cell."""
_SEPARATORS: Final = (",", ";", "\t")

Told: TypeAlias = tuple[int, object]
"""A line and what stands there: an object, or a sentence on why it is none."""


class BadAnswersError(Exception):
    """A text that is no file of answers.

    Attributes:
        complaints: one sentence for each thing that is wrong, by its line.
    """

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__(complaints[0])
        self.complaints = complaints


def read_answers(text: str) -> Sequence[NewAnswer]:
    """Return the answers that a file holds.

    Raises:
        BadAnswersError: something in it is no answer, or two are of one key and language.
    """
    rows = _objects(text) if text.lstrip().startswith("{") else _records(text)
    answers: dict[tuple[str, str], tuple[int, NewAnswer]] = {}
    complaints: list[str] = []
    for line, told in rows:
        found = told if isinstance(told, str) else _answer(told)
        if isinstance(found, str):
            complaints.append(f"line {line}: {found}")
            continue
        first, _ = answers.setdefault((found.key, found.language), (line, found))
        if first != line:
            complaints.append(f"line {line}: {found.key} in {found.language} is on line {first}.")
    if not answers and not complaints:
        complaints.append("line 1: there is no answer in the file.")
    if complaints:
        raise BadAnswersError(complaints)
    return [answer for _, answer in answers.values()]


def _answer(told: object) -> NewAnswer | str:
    try:
        return NewAnswer.model_validate_json(json.dumps(told))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{place or 'this'}: {first['msg']}."


def _objects(text: str) -> Iterator[Told]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                yield number, "this is no JSON, or it is cut off."


def _records(text: str) -> Iterator[Told]:
    lines = text.split("\n")
    separator = max(_SEPARATORS, key=lines[0].count)
    reader = csv.DictReader(_ended(lines), delimiter=separator, strict=True)
    names = {name.strip() for name in reader.fieldnames or ()}
    lost = [one for one in COLUMNS[:-1] if one not in names]
    if lost:
        yield 1, f"there is no column {', '.join(lost)}: there are {', '.join(COLUMNS)}."
        return
    begins = reader.line_num + 1
    try:
        for row in reader:
            yield begins, _told(row)
            begins = reader.line_num + 1
    except csv.Error:
        yield begins, "a quotation mark is never closed, or text stands behind a closing one."


def _ended(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"{line}\n"


def _told(row: Mapping[str | Any, Any]) -> object:
    if None in row or None in row.values():
        return "it has another number of cells than the first line."
    cells = {name.strip(): cell.strip() for name, cell in row.items()}
    phrasings = cells.get("phrasings", "").split(BETWEEN)
    return {name: cells[name] for name in COLUMNS[:-1]} | {
        "phrasings": [one.strip() for one in phrasings if one.strip()]
    }
