"""A database with history's schema alone, and its stores."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.history.app import RunningHistory, run_history
from services.history.config import HistorySettings
from services.history.storage.cards import SqlCardStore
from services.history.storage.contacts import SqlContactStore
from services.history.storage.orders import SqlOrderStore
from shared.contracts import subjects
from shared.contracts.cards import Card, CardAnswer, CardRequest
from shared.contracts.claims import Principal
from shared.kernel.vocabulary import Scope, Service
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.bus.in_process import InProcessBus
from shared.kit.database import Database, open_database
from shared.kit.new_ids import new_id
from shared.kit.web.app import create_app
from tests.support.clock import VirtualClock
from tests.support.postgres import TestDatabase
from tests.support.revocations import nobody_revoked

SHOP, OTHER_SHOP = new_id(), new_id()
URL = "http://history.test"


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


@dataclass(frozen=True)
class RunningService:
    """History at work on an in-process bus, its endpoints in an app."""

    history: RunningHistory
    app: FastAPI
    bus: InProcessBus
    clock: VirtualClock
    keys: Keyring

    def token(self, *scopes: Scope, shop_id: UUID = SHOP) -> str:
        principal = Principal(
            shop_id=shop_id, scopes=scopes, expires_at=self.clock.now() + 3_600_000
        )
        return sign_principal(self.keys, principal)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(5.0):
            while not true():  # noqa: ASYNC110  it watches what tells nobody
                await asyncio.sleep(0.01)

    def transport(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(app=self.app)

    def client(self, *scopes: Scope, shop_id: UUID = SHOP) -> httpx.AsyncClient:
        token = self.token(*scopes, shop_id=shop_id)
        return httpx.AsyncClient(
            transport=self.transport(),
            base_url=URL,
            headers={"authorization": f"Bearer {token}"},
        )

    async def card(self, request: CardRequest) -> Card | None:
        raw = await self.bus.request(subjects.CARD, request.to_json(), timeout_ms=5_000)
        answer = CardAnswer.model_validate_json(raw)
        assert answer.to_json() == raw  # the very bytes that the contract would have written
        return answer.card


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
