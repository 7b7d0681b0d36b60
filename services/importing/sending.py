"""An import of orders as people see it: a bar for reading, one for sending, then a summary."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from services.history.app import ImportSummary, ImportWatcher, Rejected
from services.importing.report import Exit, Report, is_piped, run

Bring: TypeAlias = Callable[[ImportWatcher], Awaitable[ImportSummary]]
"""Reads and sends, and tells the watcher how far it is."""


class _Bars:
    """An ImportWatcher that draws."""

    def __init__(self, progress: Progress, size: int, report: Report) -> None:
        self._progress = progress
        self._report = report
        self._reading = progress.add_task("Reading", total=size)
        self._sending = progress.add_task("Sending the orders", total=None, visible=False)

    def read(self, size: int) -> None:
        self._progress.advance(self._reading, size)

    def rejected(self, row: Rejected) -> None:
        self._report.add(row)

    def noted(self, sentence: str) -> None:
        self._progress.console.print(Text(sentence), soft_wrap=True)

    def found(self, orders: int) -> None:
        self._progress.update(self._sending, total=orders, visible=True)

    def sent(self, orders: int) -> None:
        self._progress.advance(self._sending, orders)


def run_sending(bring: Bring, size: int, report: Report, console: Console) -> Exit:
    """Bring orders in and tell how it went.

    Args:
        bring: reads and sends.
        size: the bytes there are to read.
        report: takes the rejected rows.
        console: where people read.
    """
    work = partial(_bring, bring, size, report, console)
    return run(work, report, partial(_summary_table, report), console)


async def _bring(bring: Bring, size: int, report: Report, console: Console) -> ImportSummary:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    drawn = Progress(*columns, TimeRemainingColumn(), console=console, disable=is_piped(console))
    with drawn as progress:
        return await bring(_Bars(progress, size, report))


def _summary_table(rejected: Report, summary: ImportSummary) -> Table:
    table = Table("Orders", "", title="Import", title_justify="left")
    table.columns[1].justify = "right"
    table.add_row("new", f"{summary.created:,}")
    table.add_row("changed", f"{summary.updated:,}")
    table.add_row("known already", f"{summary.unchanged + summary.outdated:,}")
    if summary.resumed:
        table.add_row("in from the run before", f"{summary.resumed:,}")
    table.add_section()
    table.add_row("in the shop now", f"{summary.orders:,}")
    table.add_row("rows rejected", f"{rejected.count:,}")
    return table
