"""A back-fill from a shop platform as people see it: a bar for each collection, then a summary."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from services.history.app import Filled, Rejected, Store, back_fill
from services.importing.report import Exit, Report, is_piped, run


class _Bars:
    """A BackFillWatcher that draws."""

    def __init__(self, progress: Progress, report: Report) -> None:
        self._progress = progress
        self._report = report
        self._task: TaskID | None = None

    def collection(self, name: str, count: int | None) -> None:
        self._task = self._progress.add_task(f"Reading {name}", total=count)

    def read(self, count: int) -> None:
        if self._task is not None:
            self._progress.advance(self._task, count)

    def rejected(self, row: Rejected) -> None:
        self._report.add(row)


def run_back_fill(
    connection: str, store: Store, *, url: str, token: str, report: Report, console: Console
) -> Exit:
    """Read a connected store into the service at a URL and tell how it went.

    Args:
        connection: the connection's id.
        store: how the platform's API is called.
        url: where Firstreply answers.
        token: a bearer token of the shop's that allows orders:write and admin.
        report: a CSV file that rejected objects are written to; there is none when all is well.
        console: where people read.
    """
    fill = partial(back_fill, connection, store, url=url, token=token)
    work = partial(_fill, fill, report, console)
    return run(work, report, partial(_summary, report), console)


async def _fill(fill: Callable[..., Awaitable[Filled]], report: Report, console: Console) -> Filled:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=is_piped(console)) as progress:
        return await fill(watcher=_Bars(progress, report))


def _summary(report: Report, filled: Filled) -> Table:
    table = Table("Orders, carts, products", "", title="Back-fill", title_justify="left")
    table.columns[1].justify = "right"
    table.add_row("new", f"{filled.created:,}")
    table.add_row("changed", f"{filled.updated:,}")
    table.add_row("known already", f"{filled.unchanged + filled.outdated:,}")
    table.add_row("of no use here", f"{filled.ignored:,}")
    table.add_section()
    table.add_row("rejected", f"{report.count:,}")
    return table
