"""What every import tells people: what came in, the rejected rows, and a code for scripts."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Coroutine
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.history.app import Rejected
from shared.kernel.errors import ErrorCode, RefusedError

T = TypeVar("T")

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


def is_piped(console: Console) -> bool:
    """Tell whether nobody looks on: bars are for people, and a log would fill up with them."""
    return not console.is_terminal


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


def run(
    work: Callable[[], Coroutine[Any, Any, T]],
    report: Report,
    table_of: Callable[[T], Table],
    console: Console,
) -> Exit:
    """Do the work of an import, and tell people how it went.

    Args:
        work: reads and sends; what it returns is what came in.
        report: takes the rows it rejects.
        table_of: shows what came in.
        console: where people read.
    """
    try:
        with report:
            came_in = asyncio.run(work())
    except RefusedError as refusal:
        console.print(Text(refusal.detail, style="bold red"), soft_wrap=True)
        _show_rejected(report, console)
        return Exit.FAILED
    except KeyboardInterrupt:
        console.print("Stopped. What was sent is in; import again, and it goes on from there.")
        return Exit.INTERRUPTED
    console.print(table_of(came_in))
    _show_rejected(report, console)
    return Exit.SOME_ROWS_REJECTED if report.count else Exit.ALL_IN


def _show_rejected(report: Report, console: Console) -> None:
    """Print the first rejected rows and where the others are, if any were."""
    if not report.count:
        return
    table = Table("File", "Line", "The row ...", title="Rejected rows", title_justify="left")
    for row in report.first:
        table.add_row(Text(row.file), str(row.line), Text(row.reason))
    console.print(table)
    if report.count > len(report.first):
        console.print(f"... and {report.count - len(report.first):,} more.")
    console.print(Text(f"All of them are in {report.path}"), soft_wrap=True)
