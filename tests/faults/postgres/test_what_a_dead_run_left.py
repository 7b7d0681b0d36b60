"""Lock files left by a dead machine, a power cut or another container never block a start."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from shared.kit.postgres import LauncherError, PostgresOptions, running_postgres
from tests.support.postgres_holder import Holder, holding
from tests.support.postgres_homes import copy_home

UNSEEN_PID = 2_000_000_000
"""Above any pid_max: no process has it."""


@pytest.fixture
def stranger(made: Path) -> Iterator[int]:
    """A living process of the server's own user that is no PostgreSQL: a pid in new hands."""
    owner = (made / "pg").stat()
    switch = owner.st_uid if os.geteuid() == 0 else None
    with subprocess.Popen(["/bin/sleep", "600"], user=switch) as process:
        yield process.pid
        assert process.poll() is None, "the launcher ended a stranger"
        process.kill()


def starts(home: Path) -> None:
    with running_postgres(PostgresOptions(home=home)) as server:
        assert server.running


@pytest.mark.parametrize(
    "text", ["", "\n", "spoilt", "\0\0\0\0", f"{UNSEEN_PID}\n", f"-{UNSEEN_PID}"]
)
def test_a_start_gets_past_a_lock_file_that_says(made: Path, text: str) -> None:
    (made / "pg" / "postmaster.pid").write_text(text)
    starts(made)


def test_a_start_gets_past_a_lock_file_whose_pid_is_in_new_hands(made: Path, stranger: int) -> None:
    data = made / "pg"
    (data / "postmaster.pid").write_text(f"{stranger}\n{data}\n1\n5432\n{made}/run\n\n1 1\nready\n")
    (made / "run" / ".s.PGSQL.5432.lock").write_text(f"{stranger}\n{data}\n1\n5432\n{made}/run\n")
    starts(made)


def test_a_start_gets_past_an_empty_socket_lock(made: Path) -> None:
    (made / "run" / ".s.PGSQL.5432.lock").write_text("")
    starts(made)


def test_a_start_gets_past_a_dead_socket(made: Path) -> None:
    path = made / "run" / ".s.PGSQL.5432"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert path.exists()
    starts(made)


def test_a_server_that_only_its_socket_shows_is_not_disturbed(made: Path) -> None:
    """As in a container that shares the home: its processes are out of sight."""
    pid_file = made / "pg" / "postmaster.pid"
    pid_file.write_text("7\n")
    with ExitStack() as stack:
        hidden = stack.enter_context(socket.socket(socket.AF_UNIX))
        hidden.bind(str(made / "run" / ".s.PGSQL.5432"))
        hidden.listen()
        with pytest.raises(LauncherError, match="is in use by"):
            starts(made)
    assert pid_file.read_text() == "7\n"


def test_a_start_mends_a_data_folder_that_a_copy_left_open_to_others(made: Path) -> None:
    (made / "pg").chmod(0o755)
    starts(made)


def test_a_start_finds_an_orphan_whose_lock_file_is_gone(made: Path) -> None:
    with holding(Holder(made)) as first:
        first.ready()
        first.kill(*first.children("sh"))
    (made / "pg" / "postmaster.pid").unlink()
    starts(made)


def test_a_long_path_is_left_by_a_kill_and_cleared_by_the_next_start(one_home: Path) -> None:
    home = one_home / ("long" * 30)
    with holding(Holder(home)) as first:
        first.ready()
        first.kill(*first.tree())
    left = Path(first.told["socket_dir"])
    assert left.exists()
    starts(home)
    assert not left.exists()


def test_a_copied_home_starts_beside_its_original(made: Path) -> None:
    (made / "copy").mkdir()
    copy_home(made / "pg", made / "copy" / "pg")
    with running_postgres(PostgresOptions(home=made)) as one:
        starts(made / "copy")
        assert one.running
