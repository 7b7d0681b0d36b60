"""The set-up before anything is installed: one sentence for each thing a machine may lack."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.checkout import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
PROGRAMS = ("bootstrap", "npm", "steps")
OLDEST_READER = (3, 8)
"""Of the Pythons without asyncio.TaskGroup, the oldest that is still found on machines."""


@pytest.fixture
def bootstrap(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The bootstrap's own modules, freshly read."""
    monkeypatch.syspath_prepend(str(DEPLOY))
    for name in PROGRAMS:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("bootstrap")


@pytest.fixture
def tree(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that the bootstrap takes for its checkout."""
    for name in PROGRAMS:
        module = sys.modules[name]
        for constant, path in {"ROOT": ".", "VENV": ".venv", "STAMPS": ".venv/.firstreply"}.items():
            monkeypatch.setattr(module, constant, tmp_path / path, raising=False)
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return tmp_path


class TestSentences:
    def test_an_old_python_is_told_which_one_is_needed(
        self,
        bootstrap: ModuleType,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
        assert bootstrap.main(["run"]) == 1
        assert _only_line(capsys) == (
            f"firstreply: Firstreply needs Python 3.11 or newer and {sys.executable} is 3.9: "
            "install a newer one, or name it, as in `make run PYTHON=python3.12`."
        )

    @pytest.mark.parametrize("program", PROGRAMS)
    def test_an_old_python_can_read_the_sentence(self, program: str) -> None:
        source = (DEPLOY / f"{program}.py").read_text()
        ast.parse(source, feature_version=OLDEST_READER)

    def test_a_python_without_ensurepip_names_the_debian_package(
        self,
        bootstrap: ModuleType,
        tree: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        found = importlib.util.find_spec
        monkeypatch.setattr(
            importlib.util, "find_spec", lambda name: None if name == "ensurepip" else found(name)
        )
        assert bootstrap.main(["run"]) == 1
        assert "`apt install python3-venv`" in _only_line(capsys)
        assert list(tree.iterdir()) == []

    def test_a_folder_of_somebody_else_is_named(
        self,
        bootstrap: ModuleType,
        tree: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr("os.access", lambda *_: False)
        assert bootstrap.main(["run"]) == 1
        assert f"The folder {tree} is not writable" in _only_line(capsys)

    def test_a_checkout_of_which_the_disk_is_full_says_so(
        self,
        bootstrap: ModuleType,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def full(**_: object) -> None:
            raise OSError(28, "No space left on device", ".venv/bin/uv")

        monkeypatch.setattr(bootstrap, "set_up", full)
        assert bootstrap.main(["run"]) == 1
        assert ".venv/bin/uv: No space left on device" in _only_line(capsys)

    def test_a_wrong_call_shows_the_right_one(
        self, bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert bootstrap.main(["walk"]) == 2
        assert _only_line(capsys) == "usage: bootstrap.py run|dev"


class TestSteps:
    def test_a_step_is_skipped_until_its_inputs_change(
        self, bootstrap: ModuleType, tree: Path
    ) -> None:
        lock = tree / "some.lock"
        lock.write_text("one")
        before = bootstrap.digest([lock])
        bootstrap.remember("some", before)
        assert bootstrap.is_current("some", bootstrap.digest([lock]))
        lock.write_text("two")
        assert not bootstrap.is_current("some", bootstrap.digest([lock]))

    def test_a_moved_venv_is_not_trusted(self, bootstrap: ModuleType, tree: Path) -> None:
        python = tree / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.symlink_to(sys.executable)
        assert bootstrap.venv_works()
        bootstrap.remember("place", "/another/folder/.venv")
        assert not bootstrap.venv_works()

    def test_a_venv_that_a_kill_left_half_made_is_not_trusted(
        self, bootstrap: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(*_: object) -> None:
            python = tree / ".venv" / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)
            raise KeyboardInterrupt

        monkeypatch.setattr(bootstrap, "run", killed)
        assert bootstrap.main(["run"]) == bootstrap.INTERRUPTED
        assert not bootstrap.venv_works()

    def test_a_venv_whose_python_is_gone_is_not_trusted(
        self, bootstrap: ModuleType, tree: Path
    ) -> None:
        python = tree / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.symlink_to(tree / "uninstalled")
        assert not bootstrap.venv_works()

    def test_a_user_without_a_home_keeps_the_caches_in_the_venv(
        self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        caches = ("PIP_CACHE_DIR", "UV_CACHE_DIR", "npm_config_cache")
        for name in caches:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", "/nonexistent")
        env = bootstrap.surroundings()
        assert all(env[name].startswith(f"{CHECKOUT}/.venv/cache/") for name in caches)

    def test_a_foreign_python_path_does_not_reach_our_programs(
        self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PYTHONPATH", "/somewhere")
        assert "PYTHONPATH" not in bootstrap.surroundings()


def _only_line(capsys: pytest.CaptureFixture[str]) -> str:
    line, *more = capsys.readouterr().err.splitlines()
    assert more == []
    return line
