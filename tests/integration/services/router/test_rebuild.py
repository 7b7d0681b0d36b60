"""Any day leaves tables from which an engine is rebuilt that is the live one."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.router.app import open_set_up
from services.router.domain.commands import (
    AgentChanged,
    Command,
    ConversationClosed,
    OfferAccepted,
    OfferDeclined,
    PolicySet,
    PresenceChanged,
    QueueChanged,
    StatusSet,
    Tick,
    WorkCompleted,
    WorkRequested,
    WorkRequeued,
)
from services.router.domain.engine import Engine
from services.router.domain.model import Offer
from services.router.domain.needs import Asked, AskedStep
from services.router.domain.policy import Figures
from services.router.domain.queues import RoutingQueue, Step
from services.router.storage.leases import LeaseRows
from services.router.storage.routing_store import RoutingTables
from services.router.usecases.decide import Deciders
from services.router.usecases.keep_leases import KeepLeases
from services.router.usecases.ownership import Order
from services.router.usecases.ports import ShopWork
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import AgentStatus, Channel, Presence, Service
from shared.kit.database import open_database
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from tests.support.clock import VirtualClock
from tests.support.postgres import TestDatabase
from tests.support.router import NODE, PASSWORD, settings_of
from tests.support.routing import A_CHANGE, a_message as a_command, shape_of
from tests.support.work import A_CALL

NEEDS = Asked(
    priority=-2,
    skills=(("returns", 4),),
    languages=("pt", "es"),
    steps=(
        AskedStep(2_000, skills=(("returns", 1),), languages=("es", "en")),
        AskedStep(3_000, languages=()),
    ),
)
ANY_LANGUAGE = {"after_ms": 4_000, "any_language": True}


async def test_any_day_rebuilt_from_the_real_tables_is_the_live_one(
    database: TestDatabase, clock: VirtualClock
) -> None:
    """DESIGN section 6: an engine made from the rows is the one that wrote them, after any day."""
    shop, team = new_id(), [new_id() for _ in range(5)]
    await set_up(database, shop, team)
    day = RandomDay(random.Random(5), shop, team)  # noqa: S311  a repeatable day
    async with (
        open_database(database.service_url(Service.ROUTER)) as db,
        open_database(database.sweep_url(Service.ROUTER)) as sweeper,
    ):
        holder, listener = new_id(), Listener()
        tables = RoutingTables(db, holder)
        leases = KeepLeases(LeaseRows(sweeper, holder), SystemClock())
        deciders = Deciders(tables, listener, clock, leases)
        offered = served = False
        for _ in range(150):
            commands = [day.something(clock.now(), listener) for _ in range(3)]
            answers = await deciders.commit([Order(shop, command) for command in commands])
            assert not [one for one in answers if isinstance(one, Exception)]
            state = deciders._owned[shop].engine.state
            offered, served = offered or bool(state.offers), served or bool(state.assignments)
            clock.advance(day.rng.randrange(2_500))
        live = deciders._owned[shop].engine
        owned = await tables.read(shop)
    rebuilt = Engine(owned.policy, owned.rows)
    assert rebuilt.apply(Tick(), live.state.now).changes_nothing
    assert shape_of(rebuilt) == shape_of(live)
    assert offered, "a day without an offer proves nothing"
    assert served, "a day without an assignment proves nothing"


async def set_up(database: TestDatabase, shop: UUID, team: list[UUID]) -> None:
    async with open_set_up(settings_of(database)) as set_up:
        await set_up.create_shop(shop, "A shop")
        for n, agent in enumerate(team):
            await set_up.create_agent(
                shop,
                agent,
                name=f"Agent {n}",
                email=f"{n}@shop.example",
                password=PASSWORD,
                capacity=1 + n % 3,
            )


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
    shop: UUID
    team: list[UUID]
    conversations: list[UUID] = field(default_factory=lambda: [new_id() for _ in range(25)])
    works: list[UUID] = field(default_factory=lambda: [new_id() for _ in range(12)])
    heard: dict[UUID, int] = field(default_factory=dict)

    def something(self, now: Instant, listener: Listener) -> Command:  # noqa: PLR0911  one arm a command
        agent, conversation = self.rng.choice(self.team), self.rng.choice(self.conversations)
        offer = self.rng.choice(listener.offers[-6:]) if listener.offers else None
        match self.rng.randrange(14):
            case 0 | 1 | 2:
                version = self.heard[conversation] = self.heard.get(conversation, 0) + 1
                locale = self.rng.choice([None, "en-GB", "pt-BR"])
                return replace(a_command(conversation, version, now), locale=locale)
            case 3 | 4 if offer:
                return OfferAccepted(offer.id, offer.agent_id)
            case 5 if offer:
                return OfferDeclined(offer.id, offer.agent_id)
            case 6:
                return ConversationClosed(conversation, None)
            case 7:
                status = self.rng.choice([AgentStatus.AVAILABLE, AgentStatus.AWAY])
                return StatusSet(agent, status)
            case 8 | 9:
                return self.something_by_an_admin(agent)
            case 10 | 11:
                return self.something_of_another_service(conversation, now)
            case _:
                here = self.rng.choice([Presence.CONNECTED, *Presence])
                return PresenceChanged(agent, NODE, here)

    def something_of_another_service(self, about: UUID, now: Instant) -> Command:
        work_id = self.works[about.int % len(self.works)]
        asked = replace(A_CALL, not_before=now + self.rng.choice([0, 4_000]))
        choices: list[Command] = [
            WorkRequested(work_id, Channel.TASK, 1, asked),
            WorkRequested(work_id, Channel.VOICE, 2, replace(A_CALL, url=None), NEEDS),
            WorkRequeued(work_id, None),
            WorkCompleted(work_id, None),
        ]
        return self.rng.choice(choices)

    def another_policy(self) -> Command:
        figures = {"capacity": self.rng.randrange(1, 4), "first_offers": self.rng.randrange(1, 3)}
        line = replace(A_CHANGE, id=new_id(), action="policy.set", target_id=self.shop)
        line = replace(line, fields_json=json.dumps(figures | {"weights": {"voice": 2}}))
        own: Figures = (*sorted(figures.items()), ("weights", ((Channel.VOICE, 2),)))
        return PolicySet(own, line)

    def something_by_an_admin(self, agent: UUID) -> Command:
        if self.rng.random() < 0.5:
            capacity, active = self.rng.randrange(4), self.rng.random() < 0.8
            skills, languages = {"returns": self.rng.randint(1, 5)}, self.rng.choice([[], ["pt"]])
            fields = {
                "capacity": capacity,
                "active": active,
                "skills": skills,
                "languages": languages,
            }
            line = replace(A_CHANGE, id=new_id(), target_id=agent, fields_json=json.dumps(fields))
            change = AgentChanged(agent, None, capacity, active, line)
            return replace(change, skills=tuple(skills.items()), languages=tuple(languages))
        if self.rng.random() < 0.3:
            return self.another_policy()
        target = self.rng.choice([5_000, 20_000])
        queue = RoutingQueue(
            self.shop,
            is_default=True,
            target_ms=target,
            skills=self.rng.choice([(), (("returns", 2),)]),
            priority=self.rng.randrange(3),
            weights=self.rng.choice([(), ((Channel.CHAT, 2),)]),
            steps=(Step(self.rng.randrange(4_000), skills=()), Step(4_000, any_language=True)),
        )
        fields = {
            "first_response_target_ms": target,
            "skills": dict(queue.skills),
            "priority": queue.priority,
            "weights": dict(queue.weights),
            "steps": [{"after_ms": queue.steps[0].after_ms, "skills": {}}, ANY_LANGUAGE],
        }
        line = replace(A_CHANGE, id=new_id(), action="queue.changed", target_id=self.shop)
        line = replace(line, fields_json=json.dumps(fields))
        named = ("target_ms", "skills", "priority", "weights", "steps")
        return QueueChanged(target, line, queue=queue, fields=named)
