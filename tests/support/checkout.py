"""The files of this checkout that people wrote; what is built it knows from .gitignore alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
TEXT = {".py", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".svg", ".md", ".toml", ".json"} | {
    *(".yaml", ".yml", ".txt", ".lock", ".cfg", ".ini", ".sh", ".sql", ".mako", ".npmrc", ""),
}


def _patterns(folder: Path) -> list[str]:
    ignored = folder / ".gitignore"
    lines = ignored.read_text().splitlines() if ignored.is_file() else []
    return [line.strip("/") for line in lines if line and not line.startswith("#")]


def _is_ignored(path: Path, patterns: list[str]) -> bool:
    inside = str(path.relative_to(CHECKOUT))
    return any(fnmatch(path.name, pattern) or inside == pattern for pattern in patterns)


@cache
def written_files() -> tuple[Path, ...]:
    """Every file that is or would be committed, found without git, which no machine must have."""
    return tuple(_written_below(CHECKOUT, [".git"]))


def _written_below(folder: Path, inherited: list[str]) -> Iterator[Path]:
    patterns = inherited + _patterns(folder)
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        if _is_ignored(path, patterns):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _written_below(path, patterns)
        elif entry.is_file():
            yield path


def written_text() -> Iterator[tuple[str, str]]:
    """Name and text of every file of a kind that holds text."""
    for path in written_files():
        if path.suffix in TEXT:
            yield str(path.relative_to(CHECKOUT)), path.read_text(encoding="utf-8")
