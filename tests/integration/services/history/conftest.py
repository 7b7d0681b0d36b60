"""A database with history's schema alone, and what stands on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from services.history.app import run_history
from services.history.config import HistorySettings
from services.history.storage.cards import SqlCardStore
from services.history.storage.contacts import SqlContactStore
from services.history.storage.orders import SqlOrderStore
from shared.kernel.vocabulary import Service
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.in_process import InProcessBus
from shared.kit.database import open_database
from shared.kit.web.app import create_app
from tests.support.clock import VirtualClock
from tests.support.history import RunningService, Stores
from tests.support.postgres import TestDatabase
from tests.support.revocations import nobody_revoked


@pytest.fixture
async def history_database(
    clone_database: Callable[..., Awaitable[TestDatabase]],
) -> TestDatabase:
    return await clone_database(Service.HISTORY)


@pytest.fixture
async def stores(history_database: TestDatabase) -> AsyncIterator[Stores]:
    async with open_database(history_database.service_url(Service.HISTORY)) as db:
        yield Stores(db, SqlCardStore(db), SqlOrderStore(db), SqlContactStore(db))


@pytest.fixture
async def service(
    history_database: TestDatabase, clock: VirtualClock
) -> AsyncIterator[RunningService]:
    keys = Keyring.ephemeral()
    settings = HistorySettings(
        database_url=history_database.service_url(Service.HISTORY).dsn,
        sweep_url=history_database.sweep_url(Service.HISTORY).dsn,
    )
    async with (
        InProcessBus() as bus,
        nobody_revoked(bus),
        run_history(settings, clock=clock, bus=bus, keys=keys) as history,
    ):
        app = create_app(
            title="History",
            routers=history.routers,
            statuses=history.statuses,
            checks=history.checks,
        )
        yield RunningService(history, app, bus, clock, keys)
