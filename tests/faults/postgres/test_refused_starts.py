"""What the launcher will not do gets one clear sentence, and nothing is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.kit.postgres import HomeLock, LauncherError, PostgresOptions, running_postgres
from tests.support.postgres_holder import NOBODY, Holder, holding
from tests.support.postgres_homes import ROOT, new_home

needs_root = pytest.mark.skipif(not ROOT, reason="needs root to give folders away")
STRANGER = 12345


def refused(options: PostgresOptions) -> str:
    with pytest.raises(LauncherError) as caught, running_postgres(options):
        pass
    sentence = caught.value.sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return every path below a folder with what a change to it would change."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_uid, path.lstat().st_mode)
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def nobodys_home() -> Iterator[Path]:
    with new_home(0o711) as home:
        os.chown(home, NOBODY, NOBODY)
        yield home


def test_a_second_start_names_the_first(one_home: Path) -> None:
    with holding(Holder(one_home)) as first, holding(Holder(one_home)) as second:
        answers = [first.heard(), second.heard()]
        refusals = [answer["refused"] for answer in answers if "refused" in answer]
        winner = first if "pid" in first.told else second
        assert len(refusals) == 1
        assert f"pid {winner.process.pid}" in refusals[0]


def test_a_start_inside_a_process_that_holds_the_lock_names_itself(one_home: Path) -> None:
    with HomeLock(one_home):
        assert f"pid {os.getpid()}" in refused(PostgresOptions(home=one_home))


@pytest.mark.parametrize(("told", "major"), [("15\n", "15"), ("19", "19"), ("9.6\n", "9")])
def test_another_major_version_is_named_and_left_alone(made: Path, told: str, major: str) -> None:
    (made / "pg" / "PG_VERSION").write_text(told)
    (made / "pg" / "postmaster.pid").write_text("7\n")
    before = listing(made / "pg")
    sentence = refused(PostgresOptions(home=made))
    assert f"PostgreSQL {major} " in sentence
    assert "PG_BIN" in sentence
    assert listing(made / "pg") == before


def test_a_folder_that_holds_something_else_is_left_alone(one_home: Path) -> None:
    (one_home / "pg").mkdir()
    (one_home / "pg" / "letters.txt").write_text("dear all")
    assert "is not a PostgreSQL data folder" in refused(PostgresOptions(home=one_home))
    assert [path.name for path in (one_home / "pg").iterdir()] == ["letters.txt"]


def test_a_home_that_is_a_file_is_named(one_home: Path) -> None:
    (one_home / "file").write_text("")
    assert str(one_home / "file") in refused(PostgresOptions(home=one_home / "file"))


def test_a_named_folder_without_programs_is_named(one_home: Path) -> None:
    sentence = refused(PostgresOptions(home=one_home, pg_bin=one_home))
    assert str(one_home) in sentence
    assert "PG_BIN" in sentence


def test_a_server_that_dies_at_its_start_shows_the_end_of_its_log(made: Path) -> None:
    options = PostgresOptions(home=made, settings={"max_connections": "plenty"})
    with pytest.raises(LauncherError) as caught, running_postgres(options):
        pass
    assert "ended with status" in caught.value.sentence
    assert any("max_connections" in line for line in caught.value.log_tail)


@needs_root
def test_a_home_that_nobody_may_not_write_is_named(one_home: Path, python: str) -> None:
    with holding(Holder(one_home, as_nobody=True, python=python)) as holder:
        assert str(one_home) in holder.refusal()


@needs_root
def test_nobody_runs_in_a_home_of_its_own(nobodys_home: Path, python: str) -> None:
    for _ in range(2):
        with holding(Holder(nobodys_home, as_nobody=True, python=python)) as holder:
            holder.ready()
    assert (nobodys_home / "pg").stat().st_uid == NOBODY


@needs_root
def test_nobody_stops_its_orphan(nobodys_home: Path, python: str) -> None:
    with holding(Holder(nobodys_home, as_nobody=True, python=python)) as holder:
        holder.ready()
        holder.kill(*holder.children("sh"))
    with holding(Holder(nobodys_home, as_nobody=True, python=python)) as holder:
        holder.ready()


@needs_root
def test_root_stops_the_orphan_of_nobody_and_nobody_starts_again_after_root(
    nobodys_home: Path, python: str
) -> None:
    with holding(Holder(nobodys_home, as_nobody=True, python=python)) as holder:
        holder.ready()
        holder.kill(*holder.children("sh"))
    with holding(Holder(nobodys_home)) as holder:
        holder.ready()
    with holding(Holder(nobodys_home, as_nobody=True, python=python)) as holder:
        holder.ready()


@needs_root
def test_nobody_is_told_that_the_database_belongs_to_another(
    nobodys_home: Path, python: str
) -> None:
    (nobodys_home / "pg").mkdir()
    (nobodys_home / "pg" / "PG_VERSION").write_text("18\n")
    os.chown(nobodys_home / "pg", STRANGER, STRANGER)
    with holding(Holder(nobodys_home, as_nobody=True, python=python)) as holder:
        assert f"uid {STRANGER}" in holder.refusal()


@needs_root
def test_root_runs_as_the_owner_of_the_existing_folder(made: Path) -> None:
    for path in (made / "pg", *(made / "pg").rglob("*")):
        os.chown(path, STRANGER, STRANGER)
    with running_postgres(PostgresOptions(home=made)) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == STRANGER


@needs_root
def test_root_says_so_when_the_owner_of_the_folder_cannot_reach_it(made: Path) -> None:
    for path in (made / "pg", *(made / "pg").rglob("*")):
        os.chown(path, STRANGER, STRANGER)
    made.chmod(0o700)
    assert f"uid {STRANGER}" in refused(PostgresOptions(home=made))
