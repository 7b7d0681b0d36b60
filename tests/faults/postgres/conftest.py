"""Homes to spoil."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.kit.postgres import PostgresOptions, running_postgres
from tests.support.postgres_homes import (
    ROOT,
    WAYS,
    copy_home,
    lacks_namespace,
    new_home,
    python_of_nobody,
)


@pytest.fixture(params=list(WAYS))
def home(request: pytest.FixtureRequest) -> Iterator[Path]:
    """An empty home, once for each user that the server can run as here."""
    if request.param == "namespace" and lacks_namespace():
        pytest.skip("this system keeps root from entering a user namespace (no CAP_SETFCAP)")
    with new_home(WAYS[request.param]) as home:
        yield home


@pytest.fixture
def one_home() -> Iterator[Path]:
    """An empty home for what does not depend on the server's user."""
    with new_home(0o711) as home:
        yield home


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """A home with a database in it that was stopped cleanly; for copying only."""
    with new_home(0o711) as home:
        with running_postgres(PostgresOptions(home=home, ephemeral=True)):
            pass
        yield home


@pytest.fixture
def made(template: Path, one_home: Path) -> Path:
    """A home of this test's own with a database in it that was stopped cleanly."""
    copy_home(template, one_home)
    return one_home


@pytest.fixture
def python() -> str:
    """An interpreter that nobody can run."""
    if not ROOT:
        pytest.skip("only root can become nobody; the whole suite as nobody tells the same")
    found = python_of_nobody()
    if found is None:
        pytest.skip("the checkout or its Python is out of nobody's reach: clone it elsewhere")
    return found
