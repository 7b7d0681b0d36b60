"""Composition root of the router: the only file that knows every room, and the only door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast

from fastapi import APIRouter

from services.router.api.agents import agents_router
from services.router.api.auth import auth_router
from services.router.api.conversations import conversations_router
from services.router.api.decisions import decisions_router
from services.router.api.errors import STATUSES
from services.router.api.offers import offers_router
from services.router.api.sign_out import sign_out_router
from services.router.background.answers import answering
from services.router.background.callers import checking_callers
from services.router.background.card_news import hearing_of_cards
from services.router.background.clockwork import Clockwork
from services.router.background.privacy import serving_privacy
from services.router.background.revocations import spread_revocations, telling_revocations
from services.router.clients.credentials import Argon2Passwords, KeyringSigner, KeyTexts
from services.router.config import RouterSettings
from services.router.storage.accounts import RouterAccounts
from services.router.storage.aged import AgedTables
from services.router.storage.gate import Gate
from services.router.storage.people import PersonTables
from services.router.storage.records import RoutingRecords
from services.router.storage.revocations import RevocationRows
from services.router.usecases.agent_desk import AgentDesk
from services.router.usecases.explain import Explain
from services.router.usecases.guesses import Guesses
from services.router.usecases.hear_events import HearEvents
from services.router.usecases.keep_leases import KeepLeases
from services.router.usecases.repeat import Repeats
from services.router.usecases.serve_offers import ServeOffers
from services.router.usecases.set_up import SetUp
from services.router.usecases.shop_hours import shop_hours
from services.router.usecases.sign_in import SignIn
from services.router.wiring.administration import Administration
from services.router.wiring.hands import hands, requests
from services.router.wiring.machine import Machine
from services.router.wiring.reports import reports_and_wallboard
from services.router.wiring.webhooks import open_webhooks
from shared.kernel.clock import Clock
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import Service
from shared.kit.auth.callers import Callers, open_callers
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.interface import Bus
from shared.kit.database import Database, DatabaseUrl, open_database
from shared.kit.new_ids import new_id
from shared.kit.outbox import OutboxRows
from shared.kit.relay import Relay
from shared.kit.web.readiness import ReadinessCheck, clock_skew_check

__all__ = ["RunningRouter", "SetUp", "open_set_up", "run_router"]

SWEEP_POOL = 5
"""Connections of the sweep role: one sweeps, one deletes, one renews leases, one looks them up, one
looks for webhooks' work."""


@dataclass(frozen=True)
class RunningRouter:
    """The router at work: what to serve, and what the installation may ask of it."""

    routers: tuple[APIRouter, ...]
    statuses: Mapping[ErrorCode, int]
    checks: tuple[ReadinessCheck, ...]
    set_up: SetUp
    clockwork: Clockwork
    leases: KeepLeases


@asynccontextmanager
async def run_router(
    settings: RouterSettings, *, clock: Clock, bus: Bus, keys: Keyring
) -> AsyncIterator[RunningRouter]:
    """Route while the block runs; the caller serves the routers."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(_open_own(settings))
        sweeper = await stack.enter_async_context(_open_sweeper(settings))
        relay = Relay(OutboxRows(sweeper, "router", Service.ROUTER), bus, Service.ROUTER, clock)
        webhooks = await stack.enter_async_context(open_webhooks(settings, sweeper, clock))
        me = settings.id or new_id()
        machine = Machine(database, sweeper, relay, clock, bus, router_id=me, webhooks=webhooks)
        await stack.enter_async_context(machine.running(bus))
        await stack.enter_async_context(_hearing_history(bus, machine, database))
        records, signer = RoutingRecords(database), KeyringSigner(keys)
        offers = ServeOffers(machine.commands, records, machine.cards, signer, clock)
        desk = machine.agent_desk(records, offers)
        hours = partial(shop_hours, read=records.hours, clock=clock)
        hearing = answering(bus, HearEvents(machine.commands), desk, offers, hours)
        await stack.enter_async_context(hearing)
        gate = Gate(database)
        callers = await stack.enter_async_context(_judging(gate, sweeper, bus, keys, clock))
        spread = partial(spread_revocations, bus, callers.revocations)
        administration = Administration(gate, sweeper, machine.commands, clock, spread)
        yield RunningRouter(
            routers=(
                auth_router(_sign_in(database, signer, clock)),
                sign_out_router(administration.sign_out, callers=callers),
                *_served(offers, desk, machine.explain(records), administration.repeats, callers),
                *administration.routers(callers),  # after agents' own: "me" is no agent's id
                *hands(machine.after_work(records, clock), offers, administration.repeats, callers),
                *requests(machine.commands, database, administration.repeats, clock, callers),
                *webhooks.routers(gate, machine.sender, callers),
                reports_and_wallboard(database, clock, callers),
            ),
            statuses=STATUSES,
            checks=(*_checks(database, clock), machine.renewal.check),
            set_up=_set_up(database),
            clockwork=machine.clockwork,
            leases=machine.leases,
        )


@asynccontextmanager
async def _hearing_history(bus: Bus, machine: Machine, database: Database) -> AsyncIterator[None]:
    """Hear whose cards are others, and tell and erase what is kept of one customer."""
    async with (
        hearing_of_cards(bus, machine.herald.cards_changed),
        serving_privacy(bus, PersonTables(database), AgedTables(database).erase, machine.commands),
    ):
        yield


def _served(
    offers: ServeOffers, desk: AgentDesk, explain: Explain, repeats: Repeats, callers: Callers
) -> tuple[APIRouter, ...]:
    return (
        agents_router(desk, repeats, callers=callers),
        offers_router(offers, desk, repeats, callers=callers),
        conversations_router(explain, offers, repeats, callers=callers),
        decisions_router(explain, callers=callers),
    )


def _open_own(settings: RouterSettings) -> AbstractAsyncContextManager[Database]:
    return open_database(DatabaseUrl(settings.database_url))


def _open_sweeper(settings: RouterSettings) -> AbstractAsyncContextManager[Database]:
    url = DatabaseUrl(settings.sweep_url)
    return open_database(url, pool_size=SWEEP_POOL, hot_pool_size=SWEEP_POOL)


@asynccontextmanager
async def _judging(
    gate: Gate, sweeper: Database, bus: Bus, keys: Keyring, clock: Clock
) -> AsyncIterator[Callers]:
    """Know who may call, here and for whoever asks."""
    revocations = RevocationRows(sweeper)
    async with (
        checking_callers(bus, gate.stands),
        telling_revocations(bus, revocations.since),
        open_callers(keys, bus, clock, revocations.since) as callers,
    ):
        yield callers


def _sign_in(database: Database, signer: KeyringSigner, clock: Clock) -> SignIn:
    accounts, guesses = RouterAccounts(database), Guesses(clock)
    return SignIn(
        accounts,
        Argon2Passwords(),
        KeyTexts(),
        signer,
        clock,
        guesses=guesses,
        new_id=new_id,
    )


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
