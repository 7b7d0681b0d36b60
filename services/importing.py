"""The import as people see it: progress bars, the rejected rows, a summary, an exit code."""

from __future__ import annotations

import asyncio
import csv
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

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

from services.history.app import ImportSummary, Rejected, import_olist, size_of
from shared.kernel.errors import ErrorCode, RefusedError

HEAD = ("file", "line", "reason")
REJECTED_SHOWN = 20
"""Rows named on the screen; the report names all."""


class Exit(IntEnum):
    """What the command tells a script."""

    ALL_IN = 0
    FAILED = 1
    SOME_ROWS_REJECTED = 3
    """2 is the command line's own, for wrong arguments."""
    INTERRUPTED = 130
    """What shells say of a program that Ctrl-C ended."""


class Report:
    """The rejected rows: counted, the first few kept, all written to a CSV file.

    The file is made with the first rejected row, so a clean import leaves none behind.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.first: list[Rejected] = []
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        """Remove the report of an earlier run.

        Raises:
            RefusedError: BAD_IMPORT, something else is there, or nothing can be written there.
        """
        try:
            if self.path.exists() and not _is_report(self.path):
                raise _no_report(f"{self.path} is there already and is no report of an import")
            self.path.unlink(missing_ok=True)
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as problem:
            raise _no_report(f"{self.path} cannot be written: {problem}") from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, row: Rejected) -> None:
        """Take a rejected row."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(HEAD)
        csv.writer(self._file).writerow((row.file, row.line, row.reason))
        self.count += 1
        if len(self.first) < REJECTED_SHOWN:
            self.first.append(row)


def _is_report(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline().strip() == ",".join(HEAD)


def _no_report(what: str) -> RefusedError:
    return RefusedError(ErrorCode.BAD_IMPORT, f"{what}: name another file with --report.")


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
    try:
        with rejected:
            summary = asyncio.run(_import(folder, url, token, rejected, console))
    except RefusedError as refusal:
        console.print(Text(refusal.detail, style="bold red"), soft_wrap=True)
        _show_rejected(rejected, console)
        return Exit.FAILED
    except KeyboardInterrupt:
        console.print("Stopped. What was sent is in; import again, and it goes on from there.")
        return Exit.INTERRUPTED
    console.print(_summary_table(summary, rejected))
    _show_rejected(rejected, console)
    return Exit.SOME_ROWS_REJECTED if rejected.count else Exit.ALL_IN


async def _import(
    folder: Path, url: str, token: str, report: Report, console: Console
) -> ImportSummary:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        watcher = _Bars(progress, size_of(folder), report)
        return await import_olist(folder, url=url, token=token, watcher=watcher)


def _summary_table(summary: ImportSummary, rejected: Report) -> Table:
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


def _show_rejected(report: Report, console: Console) -> None:
    if not report.count:
        return
    table = Table("File", "Line", "The row ...", title="Rejected rows", title_justify="left")
    for row in report.first:
        table.add_row(Text(row.file), str(row.line), Text(row.reason))
    console.print(table)
    if report.count > len(report.first):
        console.print(f"... and {report.count - len(report.first):,} more.")
    console.print(Text(f"All of them are in {report.path}"), soft_wrap=True)
