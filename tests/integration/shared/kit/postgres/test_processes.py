"""Whose a process is, read from a /proc of the test's own making."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.kit.postgres import LauncherError
from shared.kit.postgres.leftovers import require_proc
from shared.kit.postgres.processes import processes_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "pg").mkdir()
    return tmp_path / "pg"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "proc").mkdir()
    return tmp_path / "proc"


def process(
    proc: Path,
    pid: int,
    *,
    name: str,
    cwd: Path | None,
    told: Path | None,
    parent: int = 1,
    session: int = 1,
) -> None:
    """Write what the kernel would show of a process; None for what it has not."""
    entry = proc / str(pid)
    entry.mkdir()
    (entry / "comm").write_text(f"{name}\n")
    (entry / "stat").write_text(f"{pid} (odd ) name) S {parent} {pid} {session} 0 -1")
    (entry / "cmdline").write_bytes(f"/bin/{name}\0-D\0{told}\0".encode())
    if cwd is not None:
        (entry / "cwd").symlink_to(cwd)


def test_a_server_in_the_folder_is_found(proc: Path, data: Path) -> None:
    process(proc, 10, name="postgres", cwd=data, told=data)
    assert processes_of(data, proc) == [10]


def test_a_servers_child_is_found_though_it_was_told_nothing(proc: Path, data: Path) -> None:
    process(proc, 11, name="postgres", cwd=data, told=None)
    assert processes_of(data, proc) == [11]


def test_a_server_about_to_enter_the_folder_is_found(proc: Path, data: Path) -> None:
    process(proc, 12, name="initdb", cwd=Path("/"), told=data)
    assert processes_of(data, proc) == [12]


def test_a_server_of_another_folder_under_the_same_path_is_left_alone(
    proc: Path, data: Path, tmp_path: Path
) -> None:
    process(proc, 13, name="postgres", cwd=tmp_path, told=data)
    assert processes_of(data, proc) == []


def test_what_an_unfinished_initdb_runs_is_found_by_its_session(proc: Path, data: Path) -> None:
    process(proc, 20, name="initdb", cwd=Path("/"), told=data, session=20)
    process(proc, 21, name="postgres", cwd=data.parent, told=None, session=20)
    assert processes_of(data, proc) == [20, 21]


def test_a_servers_child_is_found_by_its_parent(proc: Path, data: Path) -> None:
    process(proc, 22, name="postgres", cwd=data, told=data)
    process(proc, 23, name="postgres", cwd=data.parent, told=None, parent=22)
    assert processes_of(data, proc) == [22, 23]


def test_a_shell_in_the_folder_is_left_alone(proc: Path, data: Path) -> None:
    process(proc, 14, name="bash", cwd=data, told=data)
    assert processes_of(data, proc) == []


def test_a_dead_process_is_left_alone(proc: Path, data: Path) -> None:
    process(proc, 15, name="postgres", cwd=None, told=data)
    assert processes_of(data, proc) == []


def test_what_is_no_process_is_passed_over(proc: Path, data: Path) -> None:
    (proc / "16").mkdir()
    (proc / "sys").mkdir()
    assert processes_of(data, proc) == []


def test_a_server_whose_folder_is_hidden_is_found_by_what_it_was_told(
    proc: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root in a container without CAP_SYS_PTRACE may not look at another user's folder."""
    process(proc, 17, name="postgres", cwd=data, told=data)
    process(proc, 18, name="postgres", cwd=data, told=data.parent)
    look = Path.stat

    def stat(path: Path, *, follow_symlinks: bool = True) -> object:
        if path.name == "cwd":
            raise PermissionError
        return look(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", stat)
    assert processes_of(data, proc) == [17]


def test_a_folder_that_is_not_there_has_no_processes(proc: Path, tmp_path: Path) -> None:
    assert processes_of(tmp_path / "none", proc) == []


def test_a_system_without_proc_is_told_to_bring_its_own_database(tmp_path: Path) -> None:
    with pytest.raises(LauncherError, match="DATABASE_URL"):
        require_proc(tmp_path)
