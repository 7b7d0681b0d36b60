"""The import of Olist files."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rich.console import Console

from services.history.app import ImportSummary, ImportWatcher, import_olist, size_of
from services.importing.report import Exit, Report
from services.importing.sending import run_sending


def run_import(folder: Path, *, url: str, token: str, report: Path, console: Console) -> Exit:
    """Import a folder of Olist files into the service at a URL and tell how it went.

    Args:
        folder: holds the data set's CSV files.
        url: where Firstreply answers.
        token: a bearer token of the shop that allows orders:write.
        report: a CSV file that the rejected rows are written to; there is none when all is well.
        console: where people read.
    """
    bring = partial(_import, folder, url, token)
    return run_sending(bring, size_of(folder), Report(report), console)


async def _import(folder: Path, url: str, token: str, watcher: ImportWatcher) -> ImportSummary:
    return await import_olist(folder, url=url, token=token, watcher=watcher)
