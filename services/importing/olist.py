"""The import of Olist files as people see it: progress bars, a summary, an exit code."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from services.history.app import ImportSummary, Rejected, import_olist, size_of
from services.importing.report import Exit, Report, run


class _Bars:
    """An ImportWatcher that draws: one bar for reading, one for sending."""

    def __init__(self, progress: Progress, size: int, report: Report) -> None:
        self._progress = progress
        self._report = report
        self._reading = progress.add_task("Reading the files", total=size)
        self._sending = progress.add_task("Sending the orders", total=None, visible=False)

    def read(self, size: int) -> None:
        self._progress.advance(self._reading, size)

    def rejected(self, row: Rejected) -> None:
        self._report.add(row)

    def found(self, orders: int) -> None:
        self._progress.update(self._sending, total=orders, visible=True)

    def sent(self, orders: int) -> None:
        self._progress.advance(self._sending, orders)


def run_import(folder: Path, *, url: str, token: str, report: Path, console: Console) -> Exit:
    """Import a folder of Olist files into the service at a URL and tell how it went.

    Args:
        folder: holds the data set's CSV files.
        url: where Firstreply answers.
        token: a bearer token of the shop that allows orders:write.
        report: a CSV file that the rejected rows are written to; there is none when all is well.
        console: where people read.
    """
    rejected = Report(report)
    work = partial(_import, folder, url, token, rejected, console)
    return run(work, rejected, partial(_summary_table, rejected), console)


async def _import(
    folder: Path, url: str, token: str, report: Report, console: Console
) -> ImportSummary:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        watcher = _Bars(progress, size_of(folder), report)
        return await import_olist(folder, url=url, token=token, watcher=watcher)


def _summary_table(rejected: Report, summary: ImportSummary) -> Table:
    table = Table("Orders", "", title="Import", title_justify="left")
    table.columns[1].justify = "right"
    table.add_row("new", f"{summary.created:,}")
    table.add_row("changed", f"{summary.updated:,}")
    table.add_row("known already", f"{summary.unchanged:,}")
    if summary.resumed:
        table.add_row("in from the run before", f"{summary.resumed:,}")
    table.add_section()
    table.add_row("in the shop now", f"{summary.orders:,}")
    table.add_row("rows rejected", f"{rejected.count:,}")
    return table
