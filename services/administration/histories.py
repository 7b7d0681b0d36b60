"""`firstreply shop history`: what `firstreply staff` and `firstreply replay` read, as CSV."""

from __future__ import annotations

import csv
import sys
from typing import Annotated, Final, TextIO

import typer

from services.administration.client import for_shop, read_id
from services.terminal import fail
from shared.kernel.clock import from_iso
from shared.kernel.ids import IdKind

COLUMNS: Final = ("asked_at", "waited_ms", "handle_ms", "channel", "id")
PATH: Final = "/v1/reports/conversations"

INSTANT: Final = "An instant with a zone, such as 2026-11-01T00:00:00Z."


def add_history(app: typer.Typer) -> None:
    """Add the command to those of shops."""
    app.command(name="history")(_history)


def _history(
    shop: Annotated[str, typer.Argument(metavar="SHOP", help="The shop's id, shop_...")],
    *,
    from_: Annotated[str | None, typer.Option("--from", help=INSTANT)] = None,
    to: Annotated[str | None, typer.Option(help=INSTANT)] = None,
    out: Annotated[
        typer.FileTextWrite | None,
        typer.Option(metavar="FILE", help="A CSV file; else it is printed."),
    ] = None,
) -> None:
    """Write the conversations of a span that are over, by default of the last day, as CSV."""
    read_id(IdKind.SHOP, shop)
    span = {"from": _read(from_), "to": _read(to)}
    given = {name: at for name, at in span.items() if at is not None}
    found = for_shop(shop).list(PATH, "conversations", **given)
    _write(found, out or sys.stdout)


def _read(instant: str | None) -> str | None:
    try:
        if instant is not None:
            from_iso(instant)
    except (ValueError, OverflowError):
        fail(f"{instant!r} is no instant with a zone, such as 2026-11-01T00:00:00Z.")
    return instant


def _write(conversations: list[dict[str, object]], file: TextIO) -> None:
    writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(conversations, key=lambda one: str(one["asked_at"])))
