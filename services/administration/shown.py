"""Answers as people read them, and as machines do with --json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.terminal import console

WIDEST = 10_000
"""Columns of text: no list of ours is as wide."""

AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print the service's answer as JSON.")
]
Shop: TypeAlias = Annotated[
    str, typer.Option("--shop", envvar="FIRSTREPLY_SHOP", help="The shop's id, shop_...")
]


def show_one(answer: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing: a line a field, never cut, so that ids and secrets can be copied."""
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    width = max(map(len, answer))
    for name, value in answer.items():
        line = Text(f"{name:<{width}}  ", style="bold")
        console.print(line.append(_text(value), style="not bold"), soft_wrap=True)


def show_many(answers: Sequence[Mapping[str, Any]], *columns: str, as_json: bool) -> None:
    """Print a list: a table of these fields, or one JSON array of everything."""
    if as_json:
        typer.echo(json.dumps(answers, ensure_ascii=False))
        return
    table = Table(*columns, box=None, pad_edge=False)
    for column in table.columns:
        column.no_wrap = True
    for answer in answers:
        table.add_row(*(Text(_text(answer[column])) for column in columns))
    # As wide as it is, on whatever screen: an id that was cut or folded cannot be copied.
    Console(width=WIDEST).print(table)


def show_changes(changes: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print the record of changes, newest first."""
    rows = [
        {
            "changed_at": one["changed_at"],
            "by": f"{one['actor']['kind']} {one['actor']['name']}",
            "action": one["action"],
            "target": one["target"],
            "fields": "; ".join(_changed(name, was) for name, was in one["fields"].items()),
        }
        for one in changes
    ]
    show_many(
        changes if as_json else rows,
        *("changed_at", "by", "action", "target", "fields"),
        as_json=as_json,
    )


def show_counts(counts: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what came of a site's invitations, rule by rule."""
    if as_json:
        typer.echo(json.dumps(counts, ensure_ascii=False))
        return
    console.print(f"{counts['from_day']} to {counts['to_day']}, UTC")
    columns = ("rule", "opened", "accepted", "dismissed", "conversations")
    show_many(counts["rules"], *columns, as_json=False)


def given(**fields: Any) -> dict[str, Any]:
    """Return the fields that an option named."""
    return {name: value for name, value in fields.items() if value is not None}


def _changed(name: str, was: Mapping[str, Any]) -> str:
    if was["before"] is None and was["after"] is None:
        return name
    return f"{name}: {_text(was['before'])} -> {_text(was['after'])}"


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
