"""The lock files: every package pinned and hashed, no host named, tests on what ships."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from tests.support.checkout import CHECKOUT, written_text

PYTHON_LOCKS = ("requirements-uv.lock", "requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)(\[[a-z0-9,-]+\])?==(?P<version>[^ ]+)", re.MULTILINE)
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def _pins(lock: str) -> dict[str, set[str]]:
    """Package -> its locked versions (several when they differ by platform)."""
    pins: dict[str, set[str]] = {}
    for match in PIN.finditer((CHECKOUT / lock).read_text()):
        pins.setdefault(match["name"], set()).add(match["version"])
    return pins


def _wanted(*extras: str) -> set[str]:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"]]
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    names = [NAME.match(line) for line in lines]
    return {name[0].lower().replace("_", "-") for name in names if name}


class TestPythonLocks:
    @pytest.mark.parametrize("lock", PYTHON_LOCKS)
    def test_every_package_has_a_version_and_a_hash(self, lock: str) -> None:
        entries = re.split(r"\n(?=[a-z])", (CHECKOUT / lock).read_text().partition("\n")[2])
        packages = [entry for entry in entries if not entry.startswith("#")]
        assert packages
        assert [e for e in packages if not PIN.match(e) or "--hash=sha256:" not in e] == []

    def test_the_runtime_lock_holds_what_a_start_needs(self) -> None:
        assert _wanted("local") <= set(_pins("requirements.lock"))

    def test_the_dev_lock_holds_what_the_tests_need(self) -> None:
        assert _wanted("local", "dev") <= set(_pins("requirements-dev.lock"))

    def test_tests_run_with_the_versions_that_ship(self) -> None:
        dev = _pins("requirements-dev.lock")
        assert {name: dev.get(name) for name in _pins("requirements.lock")} == _pins(
            "requirements.lock"
        )


class TestHosts:
    def test_a_lock_names_no_host(self) -> None:
        locks = {n: t for n, t in written_text() if n.endswith((".lock", "package-lock.json"))}
        assert set(PYTHON_LOCKS) | {"web/package-lock.json"} <= set(locks)
        assert [name for name, text in locks.items() if "://" in text] == []

    def test_an_npm_lock_hashes_every_package(self) -> None:
        for name, text in written_text():
            if not name.endswith("package-lock.json"):
                continue
            packages = json.loads(text)["packages"].items()
            fetched = {p: entry for p, entry in packages if "node_modules/" in p}
            bare = [p for p, e in fetched.items() if not e.get("link") and "integrity" not in e]
            assert bare == [], name

    def test_npm_leaves_the_registry_out_of_its_locks(self) -> None:
        told = [text for name, text in written_text() if name.endswith(".npmrc")]
        assert told
        assert all("omit-lockfile-registry-resolved=true" in text for text in told)
