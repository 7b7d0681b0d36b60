"""What must hold when things break: failed commits, restarts, two owners, events in any order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
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
from shared.contracts.routing import RoutingState
from shared.kernel.clock import Instant
from shared.kernel.vocabulary import AgentStatus, AuthorKind, EventType, Presence, Service
from shared.kit import roles
from shared.kit.bus.interface import BusError
from shared.kit.database import open_database
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.postgres import TestDatabase
from tests.support.router import NODE, Console, Rig, a_message, running_router
from tests.support.routing import a_message as a_command, shape_of


@pytest.fixture
async def rig(database: TestDatabase, clock: VirtualClock) -> AsyncIterator[Rig]:
    async with running_router(database, clock) as rig:
        yield rig


@pytest.fixture
async def owner(database: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may break the schema and look past the policies."""
    async with database.server.admin(database.name) as connection:
        yield connection


BREAK = "ALTER TABLE router.assignments ADD CONSTRAINT broken CHECK (version < 0) NOT VALID"
MEND = "ALTER TABLE router.assignments DROP CONSTRAINT broken"


async def test_a_failed_commit_is_told_to_nobody_and_the_same_request_works_later(
    rig: Rig, owner: asyncpg.Connection
) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    await owner.execute(BREAK)
    refused = await anna.accept(offer)
    assert (refused.status_code, refused.json()["code"]) == (503, "try_again")
    assert refused.headers["retry-after"] == "1"
    assert not anna.of(EventType.CONVERSATION_ASSIGNED)
    await owner.execute(MEND)
    assert (await anna.accept(offer)).json()["state"]["status"] == "assigned"


async def test_a_thrown_away_engine_is_rebuilt_without_being_asked(
    rig: Rig, owner: asyncpg.Connection, clock: VirtualClock
) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    await owner.execute(BREAK)
    assert (await anna.accept(offer)).status_code == 503
    await owner.execute(MEND)
    await rig.console(shop, name="Bert")  # somebody to ask after the half minute
    clock.advance(30_000)
    rig.router.clockwork.moved()
    assert (await anna.wait_for(EventType.OFFER_ENDED))["status"] == "expired"


async def test_one_shops_failure_is_not_another_shops(rig: Rig, owner: asyncpg.Connection) -> None:
    shops = [await rig.shop() for _ in range(2)]
    consoles = [await rig.console(shop) for shop in shops]
    await owner.execute("UPDATE router.leases SET token = token + 1 WHERE shop_id = $1", shops[0])
    first, second = await asyncio.gather(
        *(one.call("PUT", "/v1/agents/me/status", {"status": "away"}) for one in consoles)
    )
    assert first.status_code == 503
    assert second.status_code == 200


async def test_a_new_router_goes_on_where_the_old_one_stopped(
    database: TestDatabase, clock: VirtualClock
) -> None:
    conversation = new_id()
    async with running_router(database, clock) as old:
        shop = await old.shop()
        anna, bert = await old.console(shop), await old.console(shop, name="Bert", status="away")
        await old.message(shop, conversation)
        offer = await anna.wait_for(EventType.OFFER_CREATED)
        await old.message(shop, new_id())
        await anna.wait_for(EventType.OFFER_CREATED, 2)
        keys = old.keys
    clock.advance(2_500)
    async with running_router(database, clock, keys=keys) as new:
        again = await new.console(shop, anna.agent_id)
        taken = (await again.accept(offer)).json()
        assert taken["state"]["version"] == 3
        assert await new.message(shop, conversation) == 1  # heard before: nothing happens twice
        assert await new.message(shop, conversation, 2, author=AuthorKind.AGENT) == 2
        state = await again.wait_for(EventType.CONVERSATION_RESPONDED)
        assert state["first_response_ms"] == 2_500
        await new.console(shop, bert.agent_id)


async def test_what_ran_out_while_no_router_ran_happens_at_the_start(
    database: TestDatabase, clock: VirtualClock
) -> None:
    async with running_router(database, clock) as old:
        shop = await old.shop()
        anna = await old.console(shop)
        await old.message(shop, new_id())
        offer = await anna.wait_for(EventType.OFFER_CREATED)
        keys = old.keys
    clock.advance(31_000)
    async with running_router(database, clock, keys=keys) as new:
        back = Console(new.http, shop, anna.agent_id, anna.token)
        assert (await back.accept(offer)).json()["code"] == "offer_gone"


async def test_an_owner_who_lost_the_lease_commits_nothing_more(
    database: TestDatabase, clock: VirtualClock
) -> None:
    """Fencing: of two routers on one database, only the newest owner's commits count."""
    async with AsyncExitStack() as stack:
        old = await stack.enter_async_context(running_router(database, clock))
        shop = await old.shop()
        anna = await old.console(shop)
        await old.message(shop, new_id())
        offer = await anna.wait_for(EventType.OFFER_CREATED)
        new = await stack.enter_async_context(running_router(database, clock, keys=old.keys))
        new_anna = Console(new.http, shop, anna.agent_id, anna.token)
        assert (await new_anna.accept(offer)).status_code == 200
        refused = await anna.decline(offer)
        assert (refused.status_code, refused.json()["code"]) == (503, "try_again")
        # Asked again, the old one takes the lease back and sees what the other has committed.
        assert (await anna.accept(offer)).json()["state"]["status"] == "assigned"
        assert (await anna.decline(offer)).json()["code"] == "offer_gone"


async def test_events_shuffled_and_doubled_have_each_effect_once(rig: Rig) -> None:
    """DESIGN section 4: an older version is acknowledged and dropped, a gap is answered."""
    shop = await rig.shop()
    anna = await rig.console(shop, capacity=9)
    rng = random.Random(11)  # noqa: S311  a repeatable shuffle
    events = [
        a_message(shop, conversation, version, rig.clock.now())
        for conversation in (new_id() for _ in range(6))
        for version in range(1, 6)
    ]
    streams = {event.stream for event in events}
    positions: dict[str, int] = dict.fromkeys(streams, 0)
    for _ in range(40):
        some = rng.sample(events, 8) + rng.sample(events, 4)
        answer = await rig.send(*some)
        for one in answer.positions:
            assert one.version >= positions[one.stream]
            positions[one.stream] = one.version
    await rig.send(*events)
    assert {(await rig.send(*events)).positions[n].version for n in range(6)} == {5}
    await anna.wait_for(EventType.OFFER_CREATED, 3)
    told = await rig.told(Service.HISTORY, 9)
    states = [RoutingState.model_validate(event.body, strict=False) for event in told]
    queued = [one for one in states if one.version == 1]
    assert len(queued) == 6


async def test_events_of_an_unknown_shop_are_answered_by_nobody(rig: Rig) -> None:
    with pytest.raises(BusError):
        await rig.message(new_id(), new_id())


async def test_a_good_stream_gets_on_beside_a_bad_one(rig: Rig) -> None:
    shop = await rig.shop()
    good = a_message(shop, new_id(), 1, rig.clock.now())
    bad = a_message(new_id(), new_id(), 1, rig.clock.now())
    answer = await rig.send(good, bad)
    assert [one.stream for one in answer.positions] == [good.stream]


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
        for _ in range(150):
            commands = [day.something(clock.now(), listener) for _ in range(3)]
            answers = await deciders.commit([Order(shop, command) for command in commands])
            assert not [one for one in answers if isinstance(one, Exception)]
            clock.advance(day.rng.randrange(2_500))
        live = deciders._owned[shop].engine
        owned = await tables.own(shop)
    assert owned is not None
    rebuilt = Engine(owned.policy, owned.rows)
    assert rebuilt.apply(Tick(), live.state.now).changes_nothing
    assert shape_of(rebuilt) == shape_of(live)
    assert live.state.offers
    assert live.state.assignments


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


class TestFunctions:
    async def test_an_event_taken_twice_fails_the_whole_commit(
        self, rig: Rig, database: TestDatabase
    ) -> None:
        shop = await rig.shop()
        inbox = '[{"shop_id": "%s", "emitter": "gateway", "stream": "conv_x", "version": 1}]'
        async with open_database(database.service_url(Service.ROUTER)) as db:
            (taken,) = await db.call("SELECT router.take_lease($1, $2) AS token", shop, new_id())
            rows = '{"inbox": %s}' % (inbox % shop)
            call = "SELECT router.commit_group($1, $2, $3::jsonb) AS held"
            (first,) = await db.call(call, [shop], [taken["token"]], rows)
            assert first["held"] == [shop]
            with pytest.raises(asyncpg.RaiseError, match="taken twice"):
                await db.call(call, [shop], [taken["token"]], rows)

    async def test_the_sweep_role_reads_shops_and_leases_and_nothing_of_routing(
        self, rig: Rig, database: TestDatabase
    ) -> None:
        shop = await rig.shop()
        async with open_database(database.sweep_url(Service.ROUTER)) as db:
            (row,) = await db.call("SELECT shop_id FROM router.shops")
            assert row["shop_id"] == shop
            for table in ("agents", "conversations", "offers", "api_keys", "decisions"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await db.call(f"SELECT * FROM router.{table}")  # noqa: S608  the names above

    async def test_without_a_shop_in_scope_nothing_is_there(
        self, rig: Rig, database: TestDatabase
    ) -> None:
        shop = await rig.shop()
        await rig.agent(shop)
        async with open_database(database.service_url(Service.ROUTER)) as db:
            assert await db.call("SELECT * FROM router.agents") == []
            async with db.read(new_id()) as tx:
                assert await tx.rows("SELECT * FROM router.agents") == []

    async def test_only_the_service_may_call_the_functions(
        self, rig: Rig, database: TestDatabase
    ) -> None:
        async with open_database(database.url(roles.sweep_role(Service.ROUTER))) as db:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await db.call("SELECT router.take_lease($1, $2)", new_id(), new_id())
