"""What every test may ask for, and what no test may leave behind."""

from __future__ import annotations

import asyncio
import gc
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from shared.kernel.vocabulary import Service
from tests.support.clock import VirtualClock
from tests.support.postgres import Templates, TestDatabase, running_server

TESTS = Path(__file__).parent
SLOW_TIERS = {"e2e": 180, "faults": 600, "contract": 120, "integration": 120}
"""Seconds a test of these tiers may take; the others have pyproject's minute."""
SETTLE_ROUNDS = 50
SETTLE_S = 0.01

settings.register_profile("firstreply", deadline=None, derandomize=True)
settings.load_profile("firstreply")

# structlog's own default draws each traceback with its local variables: a fifth of a second each.
structlog.configure(
    processors=[
        structlog.stdlib.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the folder it stands in."""
    for item in items:
        tier = item.path.relative_to(TESTS).parts[0]
        item.add_marker(getattr(pytest.mark, tier))
        if tier in SLOW_TIERS and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(SLOW_TIERS[tier]))


def pytest_collection_finish() -> None:
    """Look no more at what lives as long as the run: each collection of garbage would."""
    gc.collect()
    gc.freeze()


@pytest.fixture
async def _leaked_task_check() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    before.add(_current_task())
    for _ in range(SETTLE_ROUNDS):
        if not asyncio.all_tasks() - before:
            return
        await asyncio.sleep(SETTLE_S)
    pytest.fail(f"the test left tasks running: {asyncio.all_tasks() - before}")


def _current_task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    assert task is not None
    return task


@pytest.fixture(autouse=True)
def _no_leaked_tasks(request: pytest.FixtureRequest) -> None:
    if inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
        request.getfixturevalue("_leaked_task_check")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(scope="session")
def templates() -> Iterator[Templates]:
    """The session's database server and its migrated templates."""
    with running_server() as server:
        templates = Templates(server)
        yield templates
        asyncio.run(templates.drop_all())


@pytest.fixture
async def clone_database(
    templates: Templates,
) -> AsyncIterator[Callable[..., Awaitable[TestDatabase]]]:
    """Return `await clone_database(*services)` -> a fresh migrated database of this test's own."""
    made: list[TestDatabase] = []

    async def clone(*services: Service) -> TestDatabase:
        made.append(await templates.clone(*services))
        return made[-1]

    yield clone
    for database in made:
        await templates.drop(database.name)


@pytest.fixture
async def database(clone_database: Callable[..., Awaitable[TestDatabase]]) -> TestDatabase:
    """A fresh database with the schemas of all three services."""
    return await clone_database(*Service)
