"""The command line answers at once: what only a running service needs is imported by `up`."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from io import StringIO
from math import inf, nan
from pathlib import Path
from uuid import UUID

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from services.cli import app
from services.importing.report import is_piped
from services.terminal import finite
from shared.kernel.ids import IdKind, encode

FULL = Path("/dev/full")
SHOP, QUEUE = (encode(kind, UUID(int=1)) for kind in (IdKind.SHOP, IdKind.QUEUE))
WRONG_ARGUMENTS = 2
HEAVY = {"fastapi", "sqlalchemy", "alembic", "asyncpg", "uvicorn"}


def test_a_command_that_starts_nothing_imports_no_server_and_no_database() -> None:
    script = "import sys, services.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(  # noqa: S603  our own module
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) & HEAVY == set()


@pytest.mark.parametrize(
    "words", [["--version"], ["version"]], ids=["as an option", "as a command"]
)
def test_it_prints_its_version_and_nothing_else(words: list[str]) -> None:
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.output) == (0, f"{version('firstreply')}\n")


def test_what_starts_everything_stands_first_in_its_help() -> None:
    told = CliRunner().invoke(app, ["-h"]).output
    assert told.index(" up ") < told.index(" simulate ")


@pytest.mark.parametrize("command", ["policy", "faq"])
def test_a_file_that_cannot_be_read_is_told_of_in_words(command: str, tmp_path: Path) -> None:
    latin = tmp_path / "latin.txt"
    latin.write_bytes("Rückgabe".encode("latin-1"))
    for file, words in (
        (tmp_path / "absent", "no such file or directory"),
        (tmp_path, "is a directory"),
        (latin, "it is no text in UTF-8"),
    ):
        done = CliRunner().invoke(app, [command, "check", str(file)])
        assert done.exit_code == 1
        assert done.stderr.replace("\n", "") == f"{file} cannot be read: {words}."


def test_an_import_that_nobody_watches_draws_no_bars() -> None:
    assert is_piped(Console(file=StringIO()))
    assert not is_piped(Console(file=StringIO(), force_terminal=True))


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    ("command", "option"),
    [
        (["queue", "create", "--shop", SHOP, "--name", "Mail"], "--target-s"),
        (["queue", "change", QUEUE, "--shop", SHOP], "--target-s"),
        (["staff", "absent.csv"], "--within-s"),
        (["staff", "absent.csv"], "--notice-s"),
        (["staff", "absent.csv"], "--patience-s"),
    ],
)
def test_a_figure_without_an_end_is_a_wrong_argument(command: list[str], option: str) -> None:
    done = CliRunner().invoke(app, [*command, option, "inf"])
    assert done.exit_code == WRONG_ARGUMENTS
    assert option in done.stderr


@pytest.mark.parametrize("figure", [nan, inf, -inf, 1e300])
def test_no_figure_is_taken_that_cannot_be_counted_in_milliseconds(figure: float) -> None:
    assert finite(2.5) == 2.5
    assert finite(None) is None
    with pytest.raises(typer.BadParameter):
        finite(figure)


def test_a_full_disk_is_told_of_in_one_sentence() -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "services.cli", "version"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("There is no room for what was to be written: no space left")
    assert "Traceback" not in done.stderr
