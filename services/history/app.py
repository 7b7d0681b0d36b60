"""Composition root of history: the only file that knows every room, and the only door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import cast
from uuid import UUID

from fastapi import APIRouter

from services.history.api.answers import answers_routers
from services.history.api.connections import connections_router, webhooks_router
from services.history.api.contacts import contacts_router
from services.history.api.customers import customers_router
from services.history.api.errors import STATUSES
from services.history.api.imports import imports_router
from services.history.api.notes import notes_router
from services.history.api.orders import orders_router
from services.history.api.people import people_router
from services.history.api.timeline import timeline_router
from services.history.background.cards import answering_cards
from services.history.background.changes import count_together, tell_cards
from services.history.background.events import taking_events
from services.history.clients.olist_files import open_olist, size_of
from services.history.clients.order_files import open_orders, orders_of_body
from services.history.clients.orders_api import OrdersApi, open_orders_api
from services.history.clients.stores import STORES
from services.history.config import HistorySettings
from services.history.shops.generic_wishes import FileWishes, file_wishes
from services.history.shops.platforms import PLATFORMS
from services.history.shops.told import Link
from services.history.storage.answers import SqlAnswers
from services.history.storage.cards import SqlCardStore
from services.history.storage.connections import SqlConnectionStore
from services.history.storage.contacts import SqlContactStore
from services.history.storage.notes import SqlNoteStore
from services.history.storage.orders import SqlOrderStore
from services.history.storage.people import SqlPeopleStore
from services.history.storage.timeline import SqlTimeline
from services.history.usecases.back_fill import BackFill, BackFillWatcher, Filled
from services.history.usecases.connect_shops import ConnectShops
from services.history.usecases.count_together import ShopsToCount
from services.history.usecases.import_orders import (
    ImportSummary,
    ImportWatcher,
    Rejected,
    import_orders,
)
from services.history.usecases.ingest_contacts import ingest_contacts
from services.history.usecases.ingest_orders import ingest_orders
from services.history.usecases.keep_answers import AnswerKind
from services.history.usecases.take_webhook import TakeWebhook
from services.history.usecases.tell_changes import CardNews
from services.history.wiring.privacy import Privacy
from shared.contracts.answers import NewAnswer
from shared.contracts.cards import ContactBatch
from shared.contracts.orders import IngestBatch, Ingested
from shared.kernel.clock import Clock
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.auth.callers import open_callers
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.interface import Bus
from shared.kit.change_log import ChangeLog
from shared.kit.database import Database, DatabaseUrl, open_database
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from shared.kit.tasks import background
from shared.kit.web.readiness import ReadinessCheck, clock_skew_check

__all__ = [
    "BackFillWatcher",
    "FileWishes",
    "Filled",
    "ImportSummary",
    "ImportWatcher",
    "Intake",
    "OrdersApi",
    "Rejected",
    "RunningHistory",
    "Store",
    "back_fill",
    "file_wishes",
    "import_file",
    "import_olist",
    "open_intake",
    "open_orders_api",
    "run_history",
    "size_of",
]


@dataclass(frozen=True)
class Intake:
    """Takes what a shop already has."""

    orders: SqlOrderStore
    contacts: SqlContactStore
    answers: SqlAnswers

    async def take_answers(
        self, shop_id: UUID, faq: Sequence[NewAnswer], replies: Sequence[NewAnswer]
    ) -> None:
        """Add answers that were never there; what somebody changed or removed stays so."""
        await self.answers.add_missing(shop_id, AnswerKind.FAQ, faq)
        await self.answers.add_missing(shop_id, AnswerKind.CANNED_REPLY, replies)

    async def take_orders(self, shop_id: UUID, batch: IngestBatch) -> Ingested:
        """Take a batch of orders, as POST /v1/orders/batches does."""
        return await ingest_orders(self.orders, shop_id, batch)

    async def take_contacts(self, shop_id: UUID, batch: ContactBatch) -> Ingested:
        """Take a batch of contacts, as POST /v1/contacts/batches does."""
        return await ingest_contacts(self.contacts, shop_id, batch)


@dataclass(frozen=True)
class RunningHistory(Intake):
    """History at work: what to serve, and what the installation may ask of it."""

    routers: tuple[APIRouter, ...]
    statuses: Mapping[ErrorCode, int]
    checks: tuple[ReadinessCheck, ...]


@asynccontextmanager
async def open_intake(settings: HistorySettings) -> AsyncIterator[Intake]:
    """Take orders and contacts without running history."""
    async with open_database(DatabaseUrl(settings.database_url)) as db:
        clock = SystemClock()
        answers = SqlAnswers(db, ChangeLog("history", clock), clock)
        yield Intake(SqlOrderStore(db), SqlContactStore(db), answers)


@asynccontextmanager
async def _databases(settings: HistorySettings) -> AsyncIterator[tuple[Database, Database]]:
    """Connect as the service, and as its sweep."""
    async with (
        open_database(DatabaseUrl(settings.database_url)) as db,
        open_database(DatabaseUrl(settings.sweep_url), pool_size=1, hot_pool_size=1) as sweep,
    ):
        yield db, sweep


@asynccontextmanager
async def run_history(
    settings: HistorySettings, *, clock: Clock, bus: Bus, keys: Keyring
) -> AsyncIterator[RunningHistory]:
    """Answer cards and record events while the block runs; the caller serves the routers."""
    async with _databases(settings) as (db, sweep):
        news, to_count = CardNews(), ShopsToCount()

        cards, contacts = SqlCardStore(db), SqlContactStore(db, news.changed_of)
        orders, log = SqlOrderStore(db, _telling(news, to_count)), ChangeLog("history", clock)
        people = SqlPeopleStore(db, log, clock, news.changed_of)
        notes = SqlNoteStore(db, log, clock, news.changed_of)
        connections = SqlConnectionStore(db)
        answers = SqlAnswers(db, log, clock)
        privacy = Privacy(db, sweep, log, bus=bus, clock=clock)
        async with (
            answering_cards(bus, cards, clock),
            taking_events(bus, contacts),
            open_callers(keys, bus, clock) as callers,
            background(**_loops(news, to_count, cards, bus), **privacy.loops()),
        ):
            yield RunningHistory(
                routers=(
                    customers_router(cards, privacy.views.note, callers=callers, clock=clock),
                    people_router(people, callers=callers),
                    *privacy.routers(callers),
                    *answers_routers(answers, callers),
                    notes_router(notes, callers=callers),
                    orders_router(orders, callers=callers),
                    imports_router(orders, orders_of_body, callers=callers),
                    timeline_router(SqlTimeline(db), callers=callers),
                    connections_router(ConnectShops(connections, clock, new_id), callers=callers),
                    webhooks_router(TakeWebhook(connections, orders, clock)),
                    contacts_router(contacts, callers=callers),
                ),
                statuses=STATUSES,
                checks=_checks(db, clock),
                orders=orders,
                contacts=contacts,
                answers=answers,
            )


def _loops(
    news: CardNews, to_count: ShopsToCount, cards: SqlCardStore, bus: Bus
) -> dict[str, Callable[[], Awaitable[None]]]:
    return {
        "telling_cards": partial(tell_cards, news, cards, bus),
        "counting_together": partial(count_together, to_count, cards),
    }


def _telling(news: CardNews, to_count: ShopsToCount) -> Callable[[UUID, set[str]], None]:
    """Return what is told of orders that changed: a shop, and its own ids of the customers."""

    def changed(shop_id: UUID, shop_refs: set[str]) -> None:
        news.changed(shop_id, shop_refs)
        to_count.changed(shop_id)

    return changed


def _checks(db: Database, clock: Clock) -> tuple[ReadinessCheck, ...]:
    async def read_server_time() -> datetime:
        rows = await db.call("SELECT clock_timestamp()")
        return cast("datetime", rows[0][0])

    async def probe() -> str:
        await read_server_time()
        return "History reaches its database."

    return ReadinessCheck("history.database", probe), clock_skew_check(read_server_time, clock)


@dataclass(frozen=True)
class Store:
    """How a store's API is called: with which access token, and where if not at its own name."""

    token: str = field(repr=False)
    url: str | None = None


async def back_fill(
    connection: str, store: Store, *, url: str, token: str, watcher: BackFillWatcher
) -> Filled:
    """Read what a connected store has and send it to the service at a URL.

    Raises:
        RefusedError: no such connection, or the store or the service refuses or does not answer.
    """
    async with open_orders_api(url, token) as api:
        found = await api.connection(connection)
        link = Link(found.store, secret="", customers_as=found.customers_as)
        open_store = STORES.get(found.platform)
        if open_store is None:
            raise RefusedError(
                ErrorCode.BAD_IMPORT,
                f"{found.platform} has no API to read from: import a file of its orders.",
            )
        async with open_store(store.url or f"https://{found.store}", store.token) as pages:
            run = BackFill(PLATFORMS[found.platform], link, pages, api)
            return await run.run(connection, found.cursors, watcher)


async def import_olist(
    folder: Path, *, url: str, token: str, watcher: ImportWatcher
) -> ImportSummary:
    """Send the orders of a folder of Olist files to the service at a URL.

    Raises:
        RefusedError: bad_import when the folder cannot be understood and nothing was sent;
            another code when the service refuses or does not answer.
    """
    with open_olist(folder, watcher) as orders:
        async with open_orders_api(url, token) as api:
            return await import_orders(orders, api, watcher)


async def import_file(
    file: Path, wishes: FileWishes, *, url: str, token: str, watcher: ImportWatcher
) -> ImportSummary:
    """Send the orders of a file, one JSON object a line or CSV, to the service at a URL.

    Raises:
        RefusedError: bad_import when the file cannot be understood, or something has to be asked
            first, and nothing was sent; another code when the service refuses or does not answer.
    """
    with open_orders(file, wishes, watcher) as orders:
        async with open_orders_api(url, token) as api:
            return await import_orders(orders, api, watcher)
