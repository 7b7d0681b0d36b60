"""Composition root of the router: the only file that knows every room, and the only door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import cast
from uuid import UUID

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
from services.router.background.chores import Chores
from services.router.background.clockwork import Clockwork
from services.router.background.commands import taking_commands
from services.router.background.desk import LaneDesk, OwnersLane
from services.router.background.free_agents import FreeAgentsTeller
from services.router.background.leases import LookLoop, RenewalLoop, let_go
from services.router.background.presence import PresenceLoop
from services.router.background.privacy import serving_privacy
from services.router.background.queue_positions import QueuePositions
from services.router.background.revocations import spread_revocations, telling_revocations
from services.router.clients.credentials import Argon2Passwords, KeyringSigner, KeyTexts
from services.router.clients.history import HistoryCards
from services.router.clients.live import LiveAgents
from services.router.clients.other_routers import BusRouters
from services.router.config import RouterSettings
from services.router.domain.commands import FactsKnown
from services.router.domain.model import Agent
from services.router.storage.accounts import RouterAccounts
from services.router.storage.aged import AgedTables
from services.router.storage.gate import Gate
from services.router.storage.leases import LeaseRows
from services.router.storage.people import PersonTables
from services.router.storage.records import RoutingRecords
from services.router.storage.revocations import RevocationRows
from services.router.storage.routing_store import RoutingTables
from services.router.storage.waits import ToldWaits
from services.router.usecases.after_work import AfterWork
from services.router.usecases.agent_desk import AgentDesk
from services.router.usecases.announce import Herald
from services.router.usecases.cards import CardDesk
from services.router.usecases.decide import Deciders
from services.router.usecases.explain import Explain
from services.router.usecases.guess_waits import GuessWaits
from services.router.usecases.guesses import Guesses
from services.router.usecases.hear_events import HearEvents
from services.router.usecases.keep_leases import KeepLeases
from services.router.usecases.repeat import Repeats
from services.router.usecases.route_commands import CommandDesk, Owners
from services.router.usecases.serve_offers import ServeOffers
from services.router.usecases.set_up import SetUp
from services.router.usecases.shop_hours import shop_hours
from services.router.usecases.sign_in import SignIn
from services.router.wiring.administration import Administration
from services.router.wiring.explaining import Explaining
from services.router.wiring.hands import hands, requests
from services.router.wiring.reports import reports_and_wallboard
from services.router.wiring.webhooks import Webhooks, open_webhooks
from shared.contracts.cards import CardFacts
from shared.kernel.clock import Clock, Millis
from shared.kernel.errors import ErrorCode
from shared.kernel.vocabulary import Service
from shared.kit.auth.callers import Callers, open_callers
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.interface import Bus
from shared.kit.database import Database, DatabaseUrl, open_database
from shared.kit.new_ids import new_id
from shared.kit.outbox import OutboxRows
from shared.kit.relay import Relay
from shared.kit.system_clock import SystemClock
from shared.kit.tasks import background
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
        machine = _Machine(database, sweeper, relay, clock, bus, router_id=me, webhooks=webhooks)
        await stack.enter_async_context(machine.running(bus))
        await stack.enter_async_context(_hearing_history(bus, machine, database))
        records, signer = RoutingRecords(database), KeyringSigner(keys)
        offers = ServeOffers(machine.commands, records, machine.cards, signer, clock)
        desk = AgentDesk(machine.commands, records, machine.cards, offers)
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
async def _hearing_history(bus: Bus, machine: _Machine, database: Database) -> AsyncIterator[None]:
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


class _Machine:
    """The engines with the loops around them."""

    def __init__(
        self,
        database: Database,
        sweeper: Database,
        relay: Relay,
        clock: Clock,
        bus: Bus,
        *,
        router_id: UUID,
        webhooks: Webhooks,
    ) -> None:
        self._relay = relay
        self.router_id = router_id
        leases = LeaseRows(sweeper, self.router_id)
        # A lease's life is PostgreSQL's time: real, even where `clock` is one that stands still.
        self.leases = KeepLeases(leases, SystemClock())
        self.owners_lane = OwnersLane(leases)
        owners = Owners(self.leases.holds, self.owners_lane)
        self.chores = Chores()
        self.cards = CardDesk(HistoryCards(bus), self.chores.start, self._facts_known)
        self.herald = Herald(relay.offer, LiveAgents(bus), self.cards, self.chores.start)
        tables = RoutingTables(database, self.router_id)
        self.waits = GuessWaits(ToldWaits(database), self._anybody_waits, clock)
        self.positions = QueuePositions(self.herald, self._waiting, self.waits, bus)
        self.free_agents = FreeAgentsTeller(self.positions, self._has_free_agent, bus)
        self.sender = webhooks.loop(self.free_agents)
        self.deciders = Deciders(tables, self.sender, clock, self.leases)
        self.lane = LaneDesk(self.deciders, self.cards.foresee)
        self.explaining = Explaining(self.deciders.recall, owners, bus)
        self.commands = CommandDesk(self.lane, owners, BusRouters(bus), SystemClock(), _pause)
        self.presence = PresenceLoop(self.lane, owners, clock)
        self.clockwork = Clockwork(self.lane, clock)
        self.renewal = RenewalLoop(self.leases, self._drop)
        self.look = LookLoop(self.leases, self.clockwork)
        self.deciders.report_to(self._built, self.clockwork.moved)

    def _waiting(self, shop_id: UUID) -> tuple[UUID, ...]:
        return self.deciders.waiting(shop_id)  # they are made after whom they tell

    def _anybody_waits(self, shop_id: UUID) -> bool:
        return self.deciders.anybody_waits(shop_id)

    def _has_free_agent(self, shop_id: UUID) -> bool | None:
        return self.deciders.has_free_agent(shop_id)

    def _facts_known(self, shop_id: UUID, conversation_id: UUID, facts: CardFacts) -> None:
        command = FactsKnown(conversation_id, facts)  # behind the message that had them looked up
        self.chores.start(self.lane.note(shop_id, command))

    def _built(self, shop_id: UUID, agents: Sequence[Agent]) -> None:
        self.presence.built(shop_id, agents)
        self.free_agents.built(shop_id, agents)

    def _drop(self, shop_id: UUID) -> None:
        self.deciders.drop(shop_id)
        self.waits.drop(shop_id)

    def explain(self, records: RoutingRecords) -> Explain:
        """Return what explains the decisions that the tables hold."""
        return self.explaining.of(records)

    def after_work(self, records: RoutingRecords, clock: Clock) -> AfterWork:
        """Return what agents still do with conversations that have ended."""
        return AfterWork(self.commands, records, clock)

    @asynccontextmanager
    async def running(self, bus: Bus) -> AsyncIterator[None]:
        """Run every loop while the block runs, after taking every shop that nobody owns.

        What ran out while no router ran happens now, before anybody is served. When the block ends
        well every shop is let go; when it is torn down they are free once their leases run out.
        """
        async with (
            background(
                chores=self.chores.run,
                desk=self.lane.run,
                owners=self.owners_lane.run,
                herald=self.herald.run,
                positions=self.positions.run,
                free_agents=self.free_agents.run,
                webhooks=self.sender.run,
                relay=self._relay.run,
            ),
            self.presence.listening(bus),
            self.look.listening(bus),
            taking_commands(bus, self.router_id, self.lane, self.leases.holds),
            self.explaining.serving(self.router_id),
        ):
            await self.renewal.begin()
            async with background(renewal=self.renewal.run):
                await self.look.look()
                async with background(
                    presence=self.presence.run,
                    clockwork=lambda: self.clockwork.run(self.deciders),
                    look=self.look.run,
                ):
                    yield
            await let_go(self.leases, bus, self.router_id)


async def _pause(span_ms: Millis) -> None:
    await asyncio.sleep(span_ms / 1_000)


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
