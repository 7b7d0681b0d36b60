"""Composition root of the router: the only file that knows every room, and the only door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from fastapi import APIRouter

from services.router.api.agents import agents_router
from services.router.api.auth import auth_router
from services.router.api.conversations import conversations_router
from services.router.api.errors import STATUSES
from services.router.api.offers import offers_router
from services.router.background.answers import answering
from services.router.background.chores import Chores
from services.router.background.clockwork import Clockwork
from services.router.background.desk import LaneDesk
from services.router.background.presence import PresenceLoop
from services.router.clients.credentials import Argon2Passwords, KeyringSigner, KeyTexts
from services.router.clients.history import HistoryCards
from services.router.clients.live import LiveAgents
from services.router.config import RouterSettings
from services.router.storage.accounts import AllShops, RouterAccounts
from services.router.storage.records import RoutingRecords
from services.router.storage.routing_store import RoutingTables
from services.router.usecases.agent_desk import AgentDesk
from services.router.usecases.announce import Herald
from services.router.usecases.cards import CardDesk
from services.router.usecases.decide import Deciders
from services.router.usecases.explain import Explain
from services.router.usecases.hear_events import HearEvents
from services.router.usecases.serve_offers import ServeOffers
from services.router.usecases.set_up import SetUp
from services.router.usecases.sign_in import SignIn
from shared.kernel.clock import Clock
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import Service
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.interface import Bus
from shared.kit.database import Database, DatabaseUrl, open_database
from shared.kit.new_ids import new_id
from shared.kit.outbox import OutboxRows
from shared.kit.relay import Relay
from shared.kit.tasks import background
from shared.kit.web.readiness import ReadinessCheck, clock_skew_check

__all__ = ["RunningRouter", "SetUp", "open_set_up", "run_router"]

SWEEP_POOL = 2
"""Connections of the sweep role: one sweeps, one deletes."""


@dataclass(frozen=True)
class RunningRouter:
    """The router at work: what to serve, and what the installation may ask of it."""

    routers: tuple[APIRouter, ...]
    statuses: Mapping[ErrorCode, int]
    checks: tuple[ReadinessCheck, ...]
    set_up: SetUp
    clockwork: Clockwork


@asynccontextmanager
async def run_router(
    settings: RouterSettings, *, clock: Clock, bus: Bus, keys: Keyring
) -> AsyncIterator[RunningRouter]:
    """Route while the block runs; the caller serves the routers."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            open_database(DatabaseUrl(settings.database_url))
        )
        sweeper = await stack.enter_async_context(
            open_database(
                DatabaseUrl(settings.sweep_url), pool_size=SWEEP_POOL, hot_pool_size=SWEEP_POOL
            )
        )
        outbox = OutboxRows(sweeper, "router", Service.ROUTER)
        relay = Relay(outbox, bus, Service.ROUTER, clock)
        machine = _Machine(database, relay, clock, bus)
        await stack.enter_async_context(machine.running(bus, AllShops(sweeper)))
        records, signer = RoutingRecords(database), KeyringSigner(keys)
        offers = ServeOffers(machine.desk, records, machine.cards, signer, clock)
        desk = AgentDesk(machine.desk, records, machine.cards, offers)
        events = HearEvents(machine.desk, machine.cards)
        await stack.enter_async_context(answering(bus, events, desk, offers))
        sign_in = SignIn(RouterAccounts(database), Argon2Passwords(), KeyTexts(), signer, clock)
        yield RunningRouter(
            routers=(
                auth_router(sign_in),
                agents_router(desk, keys=keys, clock=clock),
                offers_router(offers, desk, keys=keys, clock=clock),
                conversations_router(Explain(records), offers, keys=keys, clock=clock),
            ),
            statuses=STATUSES,
            checks=_checks(database, clock),
            set_up=_set_up(database),
            clockwork=machine.clockwork,
        )


class _Machine:
    """The engines with the loops around them."""

    def __init__(self, database: Database, relay: Relay, clock: Clock, bus: Bus) -> None:
        self._relay = relay
        self.chores = Chores()
        self.cards = CardDesk(HistoryCards(bus), self.chores.start)
        self.herald = Herald(relay.offer, LiveAgents(bus), self.cards, self.chores.start)
        self.deciders = Deciders(RoutingTables(database, new_id()), self.herald, clock)
        self.desk = LaneDesk(self.deciders)
        self.presence = PresenceLoop(self.desk, clock)
        self.clockwork = Clockwork(self.desk, clock)
        self.deciders.report_to(self.presence.built, self.clockwork.moved)

    @asynccontextmanager
    async def running(self, bus: Bus, shops: AllShops) -> AsyncIterator[None]:
        """Run every loop while the block runs, after building every shop's engine.

        What ran out while no router ran happens now, before anybody is served.
        """
        async with (
            background(
                chores=self.chores.run,
                desk=self.desk.run,
                herald=self.herald.run,
                relay=self._relay.run,
            ),
            self.presence.listening(bus),
        ):
            await self.clockwork.tick(await shops.ids())
            async with background(
                presence=self.presence.run,
                clockwork=lambda: self.clockwork.run(self.deciders),
            ):
                yield


@asynccontextmanager
async def open_set_up(settings: RouterSettings) -> AsyncIterator[SetUp]:
    """Make shops, agents and keys without running a router."""
    async with open_database(DatabaseUrl(settings.database_url)) as database:
        yield _set_up(database)


def _set_up(database: Database) -> SetUp:
    return SetUp(RouterAccounts(database), Argon2Passwords(), KeyTexts())


def _checks(database: Database, clock: Clock) -> tuple[ReadinessCheck, ...]:
    async def read_server_time() -> datetime:
        rows = await database.call("SELECT clock_timestamp()")
        return cast("datetime", rows[0][0])

    async def probe() -> str:
        await read_server_time()
        return "The router reaches its database."

    return ReadinessCheck("router.database", probe), clock_skew_check(read_server_time, clock)
