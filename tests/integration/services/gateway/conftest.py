"""One running gateway a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from shared.kernel.vocabulary import Service
from tests.support.gateway import Stores, open_stores
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway, one_gateway


@pytest.fixture
async def database(clone_database: Callable[..., Awaitable[TestDatabase]]) -> TestDatabase:
    return await clone_database(Service.GATEWAY)


@pytest.fixture
async def stores(database: TestDatabase) -> AsyncIterator[Stores]:
    async with open_stores(database) as opened:
        yield opened


@pytest.fixture
async def served(database: TestDatabase) -> AsyncIterator[ServedGateway]:
    async with one_gateway(database) as running:
        yield running
