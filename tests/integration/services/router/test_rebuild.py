"""Any day leaves tables from which an engine is rebuilt that is the live one."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from services.router.domain.commands import (
    Command,
    ConversationClosed,
    OfferAccepted,
    OfferDeclined,
    PresenceChanged,
    StatusSet,
    Tick,
)
from services.router.domain.engine import Engine
from services.router.domain.model import Offer
from services.router.storage.routing_store import RoutingTables
from services.router.usecases.decide import Deciders, Order
from services.router.usecases.ports import ShopWork
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import AgentStatus, Presence, Service
from shared.kit.database import open_database
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.postgres import TestDatabase
from tests.support.router import NODE, Rig, running_router
from tests.support.routing import a_message as a_command, shape_of


@pytest.fixture
async def rig(database: TestDatabase, clock: VirtualClock) -> AsyncIterator[Rig]:
    async with running_router(database, clock) as rig:
        yield rig


async def test_any_day_rebuilt_from_the_real_tables_is_the_live_one(
    rig: Rig, clock: VirtualClock
) -> None:
    """DESIGN section 6: an engine made from the rows is the one that wrote them, after any day."""
    shop = await rig.shop()
    team = [await rig.agent(shop, name=f"Agent {n}", capacity=1 + n % 3) for n in range(5)]
    day = RandomDay(random.Random(5), team)  # noqa: S311  a repeatable day
    async with open_database(rig.database.service_url(Service.ROUTER)) as db:
        tables, listener = RoutingTables(db, new_id()), Listener()
        deciders = Deciders(tables, listener, clock)
        offered = served = False
        for _ in range(150):
            commands = [day.something(clock.now(), listener) for _ in range(3)]
            answers = await deciders.commit([Order(shop, command) for command in commands])
            assert not [one for one in answers if isinstance(one, Exception)]
            state = deciders._owned[shop].engine.state
            offered, served = offered or bool(state.offers), served or bool(state.assignments)
            clock.advance(day.rng.randrange(2_500))
        live = deciders._owned[shop].engine
        owned = await tables.own(shop)
    assert owned is not None
    rebuilt = Engine(owned.policy, owned.rows)
    assert rebuilt.apply(Tick(), live.state.now).changes_nothing
    assert shape_of(rebuilt) == shape_of(live)
    assert offered, "a day without an offer proves nothing"
    assert served, "a day without an assignment proves nothing"


class Listener:
    """Remembers the offers that were told."""

    def __init__(self) -> None:
        self.offers: list[Offer] = []

    def committed(self, work: ShopWork) -> None:
        for effects in work.effects:
            self.offers += [told.offer for told in effects.offers_told]


@dataclass
class RandomDay:
    """What may happen in a shop, by a seed."""

    rng: random.Random
    team: list[UUID]
    conversations: list[UUID] = field(default_factory=lambda: [new_id() for _ in range(25)])
    heard: dict[UUID, int] = field(default_factory=dict)

    def something(self, now: Instant, listener: Listener) -> Command:
        agent, conversation = self.rng.choice(self.team), self.rng.choice(self.conversations)
        offer = self.rng.choice(listener.offers[-6:]) if listener.offers else None
        match self.rng.randrange(9):
            case 0 | 1 | 2:
                version = self.heard[conversation] = self.heard.get(conversation, 0) + 1
                return a_command(conversation, version, now)
            case 3 | 4 if offer:
                return OfferAccepted(offer.id, offer.agent_id)
            case 5 if offer:
                return OfferDeclined(offer.id, offer.agent_id)
            case 6:
                return ConversationClosed(conversation, None)
            case 7:
                status = self.rng.choice([AgentStatus.AVAILABLE, AgentStatus.AWAY])
                return StatusSet(agent, status)
            case _:
                here = self.rng.choice([Presence.CONNECTED, *Presence])
                return PresenceChanged(agent, NODE, here)
