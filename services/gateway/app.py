"""Composes the gateway: the only file that knows every room of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias
from uuid import UUID

from fastapi import APIRouter

from services.gateway.api.agent_events import agent_event_routes
from services.gateway.api.appearance import appearance_routes
from services.gateway.api.chat_parts import ChatParts
from services.gateway.api.chat_socket import chat_protocol
from services.gateway.api.connections import Connections
from services.gateway.api.conversations import conversation_routes
from services.gateway.api.customer_chat import customer_chat_routes
from services.gateway.api.errands import Errands
from services.gateway.api.errors import STATUSES
from services.gateway.api.items import item_routes
from services.gateway.api.notes import note_routes
from services.gateway.api.signs import SignNeeds, sign_routes
from services.gateway.api.sites import rotation_routes, site_routes
from services.gateway.background.healing import Healer
from services.gateway.background.latest import LatestValues
from services.gateway.background.sweeping import sweep_for_ever
from services.gateway.clients.announcer import Announcer
from services.gateway.clients.answers import StreamAnswers
from services.gateway.clients.feeds import BusConversationFeed
from services.gateway.clients.free_agents import hearing_free_agents
from services.gateway.clients.newest import NewestConnections
from services.gateway.clients.router import BusRouter
from services.gateway.clients.sign_teller import BusSignTeller
from services.gateway.clients.topics import Topics
from services.gateway.clients.waiting_lines import hearing_lines
from services.gateway.config import GatewaySettings
from services.gateway.domain.answers import Found
from services.gateway.domain.customer_rates import REQUESTS, SESSIONS_MAX
from services.gateway.storage.aged import PostgresAged
from services.gateway.storage.contexts import PostgresContexts
from services.gateway.storage.conversations import PostgresConversations
from services.gateway.storage.items import PostgresItems
from services.gateway.storage.people import PostgresPeople
from services.gateway.storage.routing import PostgresRouting
from services.gateway.storage.sessions import PostgresSilentSessions, PostgresSites
from services.gateway.storage.signs import PostgresSigns
from services.gateway.storage.site_accounts import SiteAccounts
from services.gateway.usecases.apply_routing import apply_routing
from services.gateway.usecases.create_site import create_site
from services.gateway.usecases.greet import Greeting, catch_up
from services.gateway.usecases.know_hours import HoursBook
from services.gateway.usecases.manage_sites import ManageSites
from services.gateway.usecases.note_context import NoteContext, show_context
from services.gateway.usecases.pass_signs import PassSigns
from services.gateway.usecases.ports import Positions, Site
from services.gateway.usecases.post_item import Posting
from services.gateway.usecases.read_items import CUSTOMER_PAGE, Reading, visible_page
from services.gateway.usecases.show_appearance import show_appearance
from services.gateway.usecases.visit import Visits
from services.gateway.wiring.appending import append_lane
from services.gateway.wiring.doors import Doors
from services.gateway.wiring.files import FileParts
from services.gateway.wiring.invitations import InvitationParts
from services.gateway.wiring.probes import database_checks
from services.gateway.wiring.streams import Streams
from shared.contracts.claims import Grant
from shared.contracts.events import Envelope
from shared.kernel.clock import Clock, Millis
from shared.kernel.errors import ErrorCode
from shared.kernel.rates import Buckets
from shared.kernel.vocabulary import Service
from shared.kit.auth.bearer import require_agent
from shared.kit.auth.callers import Callers, open_callers
from shared.kit.auth.key_sets import key_set_fault
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import read_grant
from shared.kit.bus.interface import Bus
from shared.kit.change_log import ChangeLog
from shared.kit.database import Database, DatabaseUrl, open_database
from shared.kit.inbox import serve_events
from shared.kit.new_ids import new_id
from shared.kit.outbox import OutboxRows
from shared.kit.relay import Relay
from shared.kit.tasks import background
from shared.kit.web.hosts import Hosts
from shared.kit.web.readiness import ReadinessCheck

SCHEMA = "gateway"
HOT_POOL = 10
"""Connections for single calls: two for hellos, six for reads and other errands, and the rest for
the lane and what is asked now and then."""
RETRY_SPREAD_MS: Millis = 5_000
"""Customers of a stopping node come back spread over this span (LESSONS 18)."""

CreateSite: TypeAlias = Callable[..., Awaitable[Site]]
"""`create_site` with its store given: (*, shop_id, site_id, name, origins) -> Site."""


@dataclass(frozen=True)
class RunningGateway:
    """What a running gateway offers to whoever serves it."""

    routers: tuple[APIRouter, ...]
    statuses: Mapping[ErrorCode, int]
    checks: tuple[ReadinessCheck, ...]
    websocket: type[asyncio.Protocol]
    create_site: CreateSite


@asynccontextmanager
async def run_gateway(
    settings: GatewaySettings,
    *,
    clock: Clock,
    bus: Bus,
    keys: Keyring,
    stopping: asyncio.Event | None = None,
) -> AsyncIterator[RunningGateway]:
    """Run the gateway while the block runs.

    Args:
        settings: where its roles connect.
        clock: ours.
        bus: carries events and live publishes; outlives the block.
        keys: verifies agents' sign-ins and grants.
        stopping: set when the node begins to stop, so that streams end by themselves.
    """
    async with (
        open_database(DatabaseUrl(settings.database_url), hot_pool_size=HOT_POOL) as database,
        open_database(DatabaseUrl(settings.sweep_url), pool_size=1, hot_pool_size=2) as sweep,
        open_callers(keys, bus, clock) as callers,
    ):
        gateway = _Gateway(
            settings,
            clock=clock,
            bus=bus,
            keys=keys,
            callers=callers,
            stopping=stopping or asyncio.Event(),
            database=database,
            sweep=sweep,
        )
        bus.on_resync(gateway.healer.hurry)
        bus.on_resync(gateway.streams.parts.start_afresh)
        callers.revocations.on_news(gateway.streams.parts.judge)
        async with (
            background(**gateway.loops()) as group,
            gateway.newest.hearing(gateway.connections.replace),
            hearing_lines(bus, gateway.feed.tell),
            hearing_free_agents(bus, gateway.invitations.free_agents.hear),
            gateway.answers.hearing(gateway.streams.parts.pulses.hear),
            gateway.files.serving_privacy(bus, PostgresPeople(database), PostgresAged(database)),
        ):
            inbox = await serve_events(bus, Service.GATEWAY, gateway.take_events)
            try:
                yield gateway.running(group)
            finally:
                await inbox.close()


@asynccontextmanager
async def open_sites(settings: GatewaySettings) -> AsyncIterator[CreateSite]:
    """Make sites without running a gateway."""
    async with open_database(DatabaseUrl(settings.database_url)) as database:
        yield partial(create_site, PostgresSites(database))


class _Gateway:
    """The gateway's objects, each made once."""

    def __init__(
        self,
        settings: GatewaySettings,
        *,
        clock: Clock,
        bus: Bus,
        keys: Keyring,
        callers: Callers,
        stopping: asyncio.Event,
        database: Database,
        sweep: Database,
    ) -> None:
        node_id = new_id()
        self.settings, self.clock, self.keys = settings, clock, keys
        self.database, self.sweep, self.callers = database, sweep, callers
        self.items, self.routing = PostgresItems(database), PostgresRouting(database)
        self.doors = Doors(settings, clock=clock, database=database)
        self.files = FileParts(settings, clock=clock, keys=keys, database=database, sweep=sweep)
        self.relay = Relay(OutboxRows(sweep, SCHEMA, Service.GATEWAY), bus, Service.GATEWAY, clock)
        self.announcer = Announcer(self.relay, bus)
        self.lane = append_lane(settings, database, self.announcer)
        self.receipts, self.contexts = PostgresSigns(database), PostgresContexts(database)
        self.latest = LatestValues(
            PassSigns(self.receipts, BusSignTeller(bus)), NoteContext(self.contexts)
        )
        self.topics = Topics(bus)
        self.feed = BusConversationFeed(self.topics)
        self.router = BusRouter(bus, node_id)
        self.hours = HoursBook(self.router.hours, clock)
        self.answers = StreamAnswers(bus, node_id)
        self.newest = NewestConnections(bus, node_id)
        self.connections = Connections()
        self.healer = Healer(self.feed, self.items)
        self.invitations = InvitationParts(database, clock, self.hours.of)
        self.streams = self._streams(node_id, stopping)

    def _streams(self, node_id: UUID, stopping: asyncio.Event) -> Streams:
        return Streams(
            self.items,
            self.receipts,
            self.router,
            self.answers,
            node_id=node_id,
            clock=self.clock,
            topics=self.topics,
            callers=self.callers,
            stopping=stopping,
        )

    def loops(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Return what runs in the background, by name."""
        return {
            "gateway.append": self.lane.run,
            **self.doors.loops(),
            "gateway.signs": self.latest.signs.run,
            "gateway.contexts": self.latest.contexts.run,
            "gateway.relay": self.relay.run,
            "gateway.announce": self.announcer.run,
            "gateway.topics": self.topics.run,
            "gateway.heal": self.healer.run,
            **self.streams.loops(),
            "gateway.sweep": partial(
                sweep_for_ever, PostgresSilentSessions(self.sweep), self.clock
            ),
            "gateway.sweep_files": self.files.sweep,
        }

    def running(self, group: asyncio.TaskGroup) -> RunningGateway:
        """Return the outside of a gateway whose errands run in this group."""
        agent = require_agent(self.callers)
        posting = Posting(
            self.lane.submit,
            self.items,
            self._read_grant,
            self.router.grant,
            self.files.attach,
            self.clock,
        )
        reading = Reading(self.items, self.router.may_read)
        conversations = PostgresConversations(self.database)
        accounts = SiteAccounts(self.database, ChangeLog(SCHEMA, self.clock))
        parts = self._chat_parts(Errands(group))
        visits = Visits(self.doors.visits, self.items, self.doors.key_sets.in_force)
        forget = self.doors.known_sites.forget
        manage = ManageSites(accounts, self.router.stands, new_id, key_set_fault, forget)
        return RunningGateway(
            routers=(
                conversation_routes(agent, conversations, reading),
                item_routes(agent, reading, posting),
                note_routes(agent, reading, posting, conversations.keep_searchable),
                sign_routes(agent, self._sign_needs(reading)),
                agent_event_routes(agent, self.streams.parts),
                appearance_routes(partial(show_appearance, looks=accounts)),
                site_routes(manage, callers=self.callers),
                rotation_routes(manage, callers=self.callers),
                self.invitations.routes(manage, self.callers),
                customer_chat_routes(parts, visits),
                self.files.routes(self.callers, visits, reading),
            ),
            statuses=STATUSES,
            checks=(*database_checks(self.database, self.clock), self.files.check),
            websocket=chat_protocol(parts),
            create_site=partial(create_site, self.doors.sites),
        )

    async def take_events(self, events: Sequence[Envelope]) -> Positions:
        """Take durable events off the inbox."""
        return await apply_routing(events, self.routing, self.announcer)

    def _chat_parts(self, errands: Errands) -> ChatParts:
        return ChatParts(
            clock=self.clock,
            greet=self.doors.greet(self.items),
            catch_up=self._catch_up(),
            hours=self.hours.of,
            read=partial(visible_page, store=self.items, limit=CUSTOMER_PAGE),
            post=self.lane.post,
            sign=self.latest.sign,
            leave=self.router.leave,
            note_context=self.latest.note_context,
            invitations=self.invitations.desk,
            attach=self.files.attach,
            tell_newest=self.newest.tell,
            feed=self.feed,
            connections=self.connections,
            guests=self.doors.guests,
            errands=errands,
            retry_in_ms=partial(random.randint, 0, RETRY_SPREAD_MS),
            rates=self.doors.rates,
            requests=Buckets(REQUESTS, SESSIONS_MAX),
            hosts=Hosts(self.settings.hosts),
            arrive=self.doors.arrivals(),
            page_refused=self.doors.page_refused(),
        )

    def _catch_up(self) -> Callable[[Greeting], Awaitable[Found]]:
        return partial(
            catch_up,
            items=self.items,
            hours=self.hours.of,
            is_free=self.invitations.free_agents.is_free,
            invitable=self.invitations.desk.of,
        )

    def _sign_needs(self, reading: Reading) -> SignNeeds:
        show = partial(show_context, store=self.contexts, reading=reading)
        return SignNeeds(self.latest.signs.submit, show)

    def _read_grant(self, token: str) -> Grant | None:
        return read_grant(self.keys, token, self.clock.now())
