"""What must hold when things break: failed commits, restarts, two owners, events in any order."""

from __future__ import annotations

import asyncio
import random

import asyncpg
import pytest

from shared.contracts.routing import RoutingState
from shared.kernel.vocabulary import AuthorKind, EventType, Service
from shared.kit.bus.interface import BusError
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.postgres import TestDatabase
from tests.support.router import Console, Rig, a_message, running_router

BREAK = "ALTER TABLE router.assignments ADD CONSTRAINT broken CHECK (version < 0) NOT VALID"
MEND = "ALTER TABLE router.assignments DROP CONSTRAINT broken"
STEAL = """
    UPDATE router.leases SET token = token + 1, holder = $2,
        expires_at = clock_timestamp() + interval '1 hour'
    WHERE shop_id = $1
    """


async def test_a_failed_commit_is_told_to_nobody_and_the_same_request_works_later(
    rig: Rig, schema_owner: asyncpg.Connection
) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    await schema_owner.execute(BREAK)
    refused = await anna.accept(offer)
    assert (refused.status_code, refused.json()["code"]) == (503, "try_again")
    assert refused.headers["retry-after"] == "1"
    assert not anna.of(EventType.CONVERSATION_ASSIGNED)
    await schema_owner.execute(MEND)
    assert (await anna.accept(offer)).json()["state"]["status"] == "assigned"


async def test_a_thrown_away_engine_is_rebuilt_without_being_asked(
    rig: Rig, schema_owner: asyncpg.Connection, clock: VirtualClock
) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    await rig.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    await schema_owner.execute(BREAK)
    assert (await anna.accept(offer)).status_code == 503
    await schema_owner.execute(MEND)
    await rig.console(shop, name="Bert")  # somebody to ask after the half minute
    clock.advance(30_000)
    rig.router.clockwork.moved()
    assert (await anna.wait_for(EventType.OFFER_ENDED))["status"] == "expired"


async def test_one_shops_lost_lease_is_not_another_shops_failure(
    rig: Rig, schema_owner: asyncpg.Connection
) -> None:
    shops = [await rig.shop() for _ in range(2)]
    consoles = [await rig.console(shop) for shop in shops]
    await schema_owner.execute(STEAL, shops[0], new_id())
    first, second = await asyncio.gather(
        *(one.call("PUT", "/v1/agents/me/status", {"status": "away"}) for one in consoles)
    )
    assert second.status_code == 200
    # Whoever holds the lease now cannot be reached: nobody routes this shop.
    assert (first.status_code, first.json()["code"]) == (503, "routing_unavailable")
    assert first.headers["retry-after"] == "1"


async def test_events_of_a_shop_between_two_owners_hold_up_no_other_shops(
    rig: Rig, schema_owner: asyncpg.Connection
) -> None:
    shops = [await rig.shop() for _ in range(2)]
    for shop in shops:
        await rig.message(shop, new_id())
    await schema_owner.execute(STEAL, shops[0], new_id())
    waiting, fine = (a_message(shop, new_id(), 1, rig.clock.now()) for shop in shops)
    assert [one.stream for one in (await rig.send(waiting, fine)).positions] == [fine.stream]
    assert (await rig.send(waiting)).positions == ()
    await schema_owner.execute("UPDATE router.leases SET expires_at = '-infinity'")
    assert [one.stream for one in (await rig.send(waiting)).positions] == [waiting.stream]


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


async def test_a_new_router_recalls_what_had_ended_and_hears_who_writes_into_it(
    database: TestDatabase, clock: VirtualClock
) -> None:
    conversation = new_id()
    async with running_router(database, clock) as old:
        shop = await old.shop()
        anna = await old.console(shop)
        await old.message(shop, conversation)
        offer = await anna.wait_for(EventType.OFFER_CREATED)
        await anna.accept(offer)
        await anna.close(offer["conversation_id"])
        keys = old.keys
    async with running_router(database, clock, keys=keys) as new:
        anna = await new.console(shop, anna.agent_id)
        assert (await anna.close(offer["conversation_id"])).json()["status"] == "ended"
        said = await new.message(shop, conversation, 2, author=AuthorKind.SYSTEM)
        assert said == 2
        assert await new.message(shop, conversation, 1) == 2
        assert await new.message(shop, conversation, 3) == 3
        assert (await anna.wait_for(EventType.OFFER_CREATED))["id"] != offer["id"]


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


async def test_an_agent_above_capacity_is_refused_and_the_offer_stays(
    rig: Rig, schema_owner: asyncpg.Connection
) -> None:
    """LESSONS 6: a limit is a number, checked again at the accept."""
    shop = await rig.shop()
    anna = await rig.console(shop, capacity=2)
    for count in (1, 2):
        await rig.message(shop, new_id())
        await anna.wait_for(EventType.OFFER_CREATED, count)
    first, second = anna.of(EventType.OFFER_CREATED)
    assert (await anna.accept(first)).status_code == 200
    await schema_owner.execute("UPDATE router.agents SET capacity = 1")
    await schema_owner.execute(
        "UPDATE router.leases SET token = token + 1"
    )  # its engine is built again
    refused = await anna.accept(second)
    assert (refused.status_code, refused.json()["code"]) == (409, "at_capacity")
    await anna.close(first["conversation_id"])
    assert (await anna.accept(second)).status_code == 200


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
