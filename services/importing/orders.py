"""The import of a file of orders, one JSON object a line or CSV."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rich.console import Console

from services.history.app import FileWishes, ImportSummary, ImportWatcher, import_file
from services.importing.report import Exit, Report
from services.importing.sending import run_sending


def run_file_import(
    file: Path, wishes: FileWishes, *, url: str, token: str, report: Path, console: Console
) -> Exit:
    """Import a file of orders into the service at a URL and tell how it went.

    Args:
        file: a file of one JSON object a line, or a CSV file.
        wishes: how it is to be read.
        url: where Firstreply answers.
        token: a bearer token of the shop that allows orders:write.
        report: a CSV file that the rejected rows are written to; there is none when all is well.
        console: where people read.
    """
    size = file.stat().st_size if file.is_file() else 0
    return run_sending(partial(_import, file, wishes, url, token), size, Report(report), console)


async def _import(
    file: Path, wishes: FileWishes, url: str, token: str, watcher: ImportWatcher
) -> ImportSummary:
    return await import_file(file, wishes, url=url, token=token, watcher=watcher)
