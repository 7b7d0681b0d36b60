"""Puts together the engines of one router with the loops around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from services.router.background.chores import Chores
from services.router.background.clockwork import Clockwork
from services.router.background.commands import taking_commands
from services.router.background.desk import LaneDesk, OwnersLane
from services.router.background.free_agents import FreeAgentsTeller
from services.router.background.journals import keeping_journals
from services.router.background.leases import LookLoop, RenewalLoop, let_go
from services.router.background.presence import PresenceLoop
from services.router.background.queue_positions import QueuePositions
from services.router.clients.history import HistoryCards
from services.router.clients.live import LiveAgents
from services.router.clients.other_routers import BusRouters
from services.router.domain.commands import FactsKnown
from services.router.domain.model import Agent
from services.router.storage.journals import JournalTables
from services.router.storage.leases import LeaseRows
from services.router.storage.records import RoutingRecords
from services.router.storage.routing_store import RoutingTables
from services.router.storage.waits import ToldWaits
from services.router.usecases.after_work import AfterWork
from services.router.usecases.agent_desk import AgentDesk
from services.router.usecases.announce import Herald
from services.router.usecases.cards import CardDesk
from services.router.usecases.decide import Deciders
from services.router.usecases.explain import Explain
from services.router.usecases.guess_waits import GuessWaits
from services.router.usecases.keep_journals import KeepJournals
from services.router.usecases.keep_leases import KeepLeases
from services.router.usecases.route_commands import CommandDesk, Owners
from services.router.usecases.serve_offers import ServeOffers
from services.router.wiring.explaining import Explaining
from services.router.wiring.webhooks import Webhooks
from shared.contracts.cards import CardFacts
from shared.kernel.clock import Clock, Millis
from shared.kit.bus.interface import Bus
from shared.kit.database import Database
from shared.kit.relay import Relay
from shared.kit.system_clock import SystemClock
from shared.kit.tasks import background


class Machine:
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
        kept = JournalTables(database)
        self.explaining = Explaining(self.deciders.recall, kept, owners, bus)
        self.journals = KeepJournals(self.deciders.journals, kept, clock)
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

    def agent_desk(self, records: RoutingRecords, offers: ServeOffers) -> AgentDesk:
        """Return what agents ask and say of themselves."""
        return AgentDesk(self.commands, records, self.cards, offers, self.herald.show_later)

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
                    journals=lambda: keeping_journals(self.journals),
                ):
                    yield
                await self.journals.keep()
            await let_go(self.leases, bus, self.router_id)


async def _pause(span_ms: Millis) -> None:
    await asyncio.sleep(span_ms / 1_000)
