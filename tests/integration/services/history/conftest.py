"""A database with history's schema alone, and its stores."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from services.history.storage.cards import SqlCardStore
from services.history.storage.contacts import SqlContactStore
from services.history.storage.orders import SqlOrderStore
from shared.kernel.vocabulary import Service
from shared.kit.database import Database, open_database
from tests.support.postgres import TestDatabase


@dataclass(frozen=True)
class Stores:
    """History's stores, all on one database."""

    db: Database
    cards: SqlCardStore
    orders: SqlOrderStore
    contacts: SqlContactStore


@pytest.fixture
async def history_database(
    clone_database: Callable[..., Awaitable[TestDatabase]],
) -> TestDatabase:
    return await clone_database(Service.HISTORY)


@pytest.fixture
async def stores(history_database: TestDatabase) -> AsyncIterator[Stores]:
    async with open_database(history_database.service_url(Service.HISTORY)) as db:
        yield Stores(db, SqlCardStore(db), SqlOrderStore(db), SqlContactStore(db))
