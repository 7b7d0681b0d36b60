"""The documents keep their word: links lead somewhere, commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.checkout import CHECKOUT, written_files

DOCUMENTS = [path for path in written_files() if path.suffix == ".md"]
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
MAKE = re.compile(
    r"`(?:[A-Z_]+=\S+ )*make ([a-z][a-z0-9-]*)[^`]*`|^ {4}make ([a-z][a-z0-9-]*)", re.MULTILINE
)
TARGET = re.compile(r"^([a-z0-9%-]+):", re.MULTILINE)


def _targets() -> set[str]:
    return set(TARGET.findall((CHECKOUT / "Makefile").read_text()))


def _benches() -> set[str]:
    return {f"bench-{path.stem.replace('_', '-')}" for path in (CHECKOUT / "bench").glob("*.py")}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
class TestDocuments:
    def test_a_link_leads_to_a_file(self, document: Path) -> None:
        links = LINK.findall(document.read_text())
        assert [link for link in links if not (document.parent / link).exists()] == []

    def test_a_command_is_one_that_make_knows(self, document: Path) -> None:
        told = {first or second for first, second in MAKE.findall(document.read_text())}
        assert told - _targets() - _benches() == set()


def test_the_issues_targets_are_all_there() -> None:
    wanted = {
        "run",
        "test",
        "check",
        "unit",
        "integration",
        "e2e",
        "faults",
        "docs",
        "cluster",
        "lock",
    }
    assert wanted | {"bench-%"} <= _targets()
