"""What every command needs: where people read, how it fails, and where the service answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

import httpx
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from services.settings import RUN_FILE, Settings, complaint

HEALTH_TIMEOUT_S = 5.0
FIGURE_MAX = 1e9
"""Thirty years, where it counts seconds."""

console = Console()
errors = Console(stderr=True)


def say(sentence: str) -> None:
    """Print one sentence as it is: names in it are nobody's markup."""
    console.print(sentence, soft_wrap=True, highlight=False, markup=False)


def fail(sentence: str) -> NoReturn:
    """End the command with one sentence for people and code 1 for scripts."""
    errors.print(Text(sentence, style="bold red"), soft_wrap=True)
    raise typer.Exit(1)


def read_text(file: Path, encoding: str = "utf-8") -> str:
    """Return a file of text that somebody named, or end the command."""
    try:
        return file.read_text(encoding=encoding)
    except (OSError, UnicodeError) as error:
        fail(f"{file} cannot be read: {why(error)}.")


def why(error: OSError | UnicodeError) -> str:
    """Return what is wrong with a file, in words for people."""
    if isinstance(error, UnicodeError):
        return "it is no text in UTF-8"
    return (error.strerror or "the system does not say why").lower()


def finite(figure: float | None) -> float | None:
    """Return an option's figure, as the callback of one that takes a `float`.

    Raises:
        typer.BadParameter: it is `nan`, or beyond FIGURE_MAX: not to be counted in milliseconds.
    """
    if figure is not None and not abs(figure) <= FIGURE_MAX:
        raise typer.BadParameter(f"Name a number up to {FIGURE_MAX:,.0f}.")
    return figure


def read_settings() -> Settings:
    """Return what the environment says, or end the command."""
    try:
        return Settings()
    except ValidationError as error:
        fail(complaint(error))


def running_url(home: Path) -> str:
    """Return where the service of this home answers, or say how to start it."""
    not_running = (
        f"Firstreply is not running on {home}: start it with `make run`, or name its home folder "
        "in FIRSTREPLY_HOME."
    )
    try:
        url = str(json.loads((home / RUN_FILE).read_text())["url"])
        httpx.get(f"{url}/health", timeout=HEALTH_TIMEOUT_S).raise_for_status()
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        fail(not_running)
    return url
