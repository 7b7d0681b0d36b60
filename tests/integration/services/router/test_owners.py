"""Several routers on one database: one owner a shop, whoever is asked, dies, stalls or stops."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import asyncpg

from services.router.domain.leases import LEASE_MS
from services.router.domain.owners import COMMAND_WAIT_MS
from services.router.domain.presence import BEAT_LAG_MS
from services.router.usecases.keep_leases import PIECE
from shared.contracts.events import Envelope
from shared.kernel.vocabulary import EventType, Presence, Service
from shared.kit.bus.interface import BusError
from shared.kit.bus.nats import NatsBus
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.nats import running_nats
from tests.support.patience import WAIT_S
from tests.support.paused_database import way_to
from tests.support.postgres import TestDatabase
from tests.support.router import Console, Rig, a_message, running_router
from tests.support.routers import Cluster, running_cluster

LOOK_S = 1.0
LEASE_S = LEASE_MS / 1_000
CROWD_S = 3.0
"""What a crowded machine may add to any of the times that are asserted here."""


async def test_a_command_for_another_routers_shop_is_done_by_its_owner(cluster: Cluster) -> None:
    first = (await cluster.router()).rig
    shop = await first.shop()
    anna, bert = await first.console(shop, capacity=2), await first.console(shop, status="away")
    lease = await cluster.lease(shop)
    second = (await cluster.router()).rig
    anna, bert = second.here(anna), second.here(bert)
    for count in (1, 2):
        await cluster.message(shop, new_id())
        await anna.wait_for(EventType.OFFER_CREATED, count)
    one, other = anna.of(EventType.OFFER_CREATED)
    assert (await anna.call("POST", f"/v1/routing/offers/{one['id']}/seen")).status_code == 204
    taken = await anna.accept(one)
    assert taken.json()["state"]["status"] == "assigned"
    again = await anna.accept(one)
    assert again.json()["assignment"] == taken.json()["assignment"]
    assert again.json()["grant"]
    for _ in range(2):
        available = await bert.call("PUT", "/v1/agents/me/status", {"status": "available"})
        assert available.json()["status"] == "available"
    assert [(await anna.decline(other)).status_code for _ in range(2)] == [204, 204]
    await bert.wait_for(EventType.OFFER_CREATED)
    assert (await bert.accept(other)).json()["code"] == "not_found"  # it never was Bert's
    closed = [await anna.close(one["conversation_id"]) for _ in range(2)]
    assert [answer.json()["status"] for answer in closed] == ["ended", "ended"]
    assert await cluster.lease(shop) == lease


async def test_a_waiting_conversation_is_served_soon_after_its_router_died(
    cluster: Cluster, clock: VirtualClock
) -> None:
    """Nobody asks: no request, no event and no beat comes for the shop."""
    dying = await cluster.router()
    shop = await dying.rig.shop()
    anna, bert = [await dying.rig.console(shop) for _ in range(2)]
    await cluster.message(shop, new_id())
    await dying.rig.until(lambda: bool(anna.offers or bert.offers))
    await cluster.router()
    await dying.kill()
    clock.advance(2_500)  # now the second agent is due
    async with asyncio.timeout(LEASE_S + LOOK_S + CROWD_S):
        await asyncio.gather(*(one.wait_for(EventType.OFFER_CREATED) for one in (anna, bert)))


async def test_a_router_that_stops_hands_its_shops_over_at_once(cluster: Cluster) -> None:
    stopping = await cluster.router()
    shop = await stopping.rig.shop()
    anna = await stopping.rig.console(shop)
    await cluster.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    before = await cluster.owner(shop)
    heir = (await cluster.router()).rig
    await stopping.stop()
    async with asyncio.timeout(LEASE_S / 2):
        await cluster.owner(shop, other_than=before)
    assert (await heir.here(anna).accept(offer)).json()["state"]["status"] == "assigned"


async def test_a_command_waits_for_the_next_owner_and_is_done(cluster: Cluster) -> None:
    dying = await cluster.router()
    shop = await dying.rig.shop()
    anna = await dying.rig.console(shop)
    await cluster.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    heir = (await cluster.router()).rig
    await dying.kill()
    await asyncio.sleep(LEASE_S / 3)
    answer = await heir.here(anna).accept(offer)
    assert answer.json()["state"]["status"] == "assigned"


async def test_an_owner_that_stalls_commits_nothing_more_when_it_goes_on(
    cluster: Cluster, schema_owner: asyncpg.Connection
) -> None:
    """Its late commit does nothing, and whoever asked for it may ask again."""
    async with way_to(cluster.database) as way:
        stalling = await cluster.router(way.database)
        shop = await stalling.rig.shop()
        anna = await stalling.rig.console(shop)
        await cluster.message(shop, new_id())
        offer = await anna.wait_for(EventType.OFFER_CREATED)
        before = await cluster.owner(shop)
        heir = (await cluster.router()).rig
        way.hold_up()
        async with asyncio.TaskGroup() as group:
            late = group.create_task(anna.decline(offer))
            async with asyncio.timeout(LEASE_S + LOOK_S + CROWD_S):
                await cluster.owner(shop, other_than=before)
            taken = await heir.here(anna).accept(offer)
            way.go_on()
        assert taken.json()["state"]["status"] == "assigned"
        # Sent on to the new owner if there was time; else told whether it may have been done.
        assert late.result().json()["code"] in {
            "offer_gone",
            "routing_unavailable",
            "try_again",
        }
        assert (await anna.decline(offer)).json()["code"] == "offer_gone"
        found = await schema_owner.fetch(
            "SELECT o.status, a.status FROM router.offers o "
            "JOIN router.assignments a ON a.offer_id = o.id WHERE o.shop_id = $1",
            shop,
        )
        assert [tuple(row) for row in found] == [("accepted", "active")]
        # It is a router like any other again: it knows who owns the shop.
        assert (await anna.close(offer["conversation_id"])).json()["status"] == "ended"
        await stalling.stop()


async def test_a_router_that_cannot_renew_is_not_ready_and_is_again_when_it_can(
    database: TestDatabase, clock: VirtualClock
) -> None:
    async with way_to(database) as way, running_router(way.database, clock) as rig:
        assert "router.leases" not in await failing_checks(rig)
        way.hold_up()
        await rig.until(lambda: not rig.router.leases.renewing)
        assert "router.leases" in await failing_checks(rig)
        way.go_on()
        async with asyncio.timeout(WAIT_S):
            while "router.leases" in await failing_checks(rig):
                pass


async def test_the_only_router_of_an_installation_need_not_wait_for_itself_after_a_kill(
    cluster: Cluster,
) -> None:
    router_id = new_id()
    dying = await cluster.router(router_id=router_id)
    shop = await dying.rig.shop()
    anna = await dying.rig.console(shop)
    await dying.kill()
    assert await cluster.lease(shop) == (router_id, 1)
    again = (await cluster.router(router_id=router_id)).rig
    assert await cluster.lease(shop) == (router_id, 2)  # owned before anybody is served
    async with asyncio.timeout(LEASE_S / 2):
        answer = await again.here(anna).call("PUT", "/v1/agents/me/status", {"status": "away"})
    assert answer.status_code == 200


async def test_two_routers_that_want_a_new_shop_at_the_same_instant_do_not_both_get_it(
    cluster: Cluster,
) -> None:
    rigs = [(await cluster.router()).rig for _ in range(2)]
    for _ in range(5):
        shop = await rigs[0].shop()
        agents = [await rigs[0].agent(shop) for _ in rigs]
        consoles = [
            Console(rig.http, shop, agent, rig.token(shop, agent))
            for rig, agent in zip(rigs, agents, strict=True)
        ]
        answers = await asyncio.gather(
            *(one.call("PUT", "/v1/agents/me/status", {"status": "away"}) for one in consoles)
        )
        assert [answer.status_code for answer in answers] == [200, 200]
        lease = await cluster.lease(shop)
        assert lease is not None
        assert lease[1] == 1  # taken once


async def test_the_shops_of_a_router_that_stops_are_shared_by_the_others(
    cluster: Cluster,
) -> None:
    stopping = await cluster.router()
    shops = [await stopping.rig.shop() for _ in range(48)]
    for shop in shops:
        await cluster.owner(shop)
    for _ in range(2):
        await cluster.router()
    before = await cluster.owner(shops[0])
    await stopping.stop()
    shares = Counter([await cluster.owner(shop, other_than=before) for shop in shops])
    assert len(shares) == 2
    assert min(shares.values()) >= PIECE


async def test_a_router_learns_who_is_connected_from_the_beats_after_it_took_a_shop(
    cluster: Cluster, clock: VirtualClock
) -> None:
    """Who came and went while nobody owned the shop was told to no engine."""
    dying = await cluster.router()
    shop = await dying.rig.shop()
    anna, bert = [await dying.rig.console(shop) for _ in range(2)]
    carl_id = await dying.rig.agent(shop)
    carl = Console(anna.http, shop, carl_id, dying.rig.token(shop, carl_id))
    before = await cluster.owner(shop)
    heir = (await cluster.router()).rig
    await dying.kill()
    await heir.presence(shop, anna.agent_id, Presence.DISCONNECTED)
    await heir.presence(shop, carl_id, Presence.CONNECTED)
    await cluster.owner(shop, other_than=before)
    clock.advance(BEAT_LAG_MS + 1)

    async def known() -> bool:
        await heir.beat(bert, carl)
        mine = [await heir.here(one).call("GET", "/v1/agents/me") for one in (anna, bert, carl)]
        there = [answer.json()["presence"] for answer in mine]
        return there == ["disconnected", "connected", "connected"]

    await cluster.until(known)


async def test_events_lose_and_double_nothing_while_their_shop_moves(cluster: Cluster) -> None:
    """Sent as the relay does: again and again, with what was sent before, until it is taken."""
    first = await cluster.router()
    shop, conversations = await first.rig.shop(), [new_id() for _ in range(6)]
    await first.rig.console(shop, capacity=2)
    sender = Sender(cluster, shop, conversations)
    await sender.send_up_to(5)
    second = await cluster.router()
    await asyncio.gather(first.kill(), sender.send_up_to(10))
    third = await cluster.router()
    await asyncio.gather(second.stop(), sender.send_up_to(15))
    assert set(sender.positions.values()) == {15}
    told = await third.rig.told(Service.HISTORY, len(conversations) + 2)
    by_conversation: dict[str, list[int]] = {}
    for event in told:
        by_conversation.setdefault(event.stream, []).append(event.version)
    assert len(by_conversation) == len(conversations)
    for versions in by_conversation.values():
        assert versions == list(range(1, len(versions) + 1))


async def test_a_router_cut_off_from_the_owner_says_so_and_nothing_is_lost(
    database: TestDatabase, clock: VirtualClock
) -> None:
    with running_nats() as nats:
        async with running_cluster(database, clock, partial(NatsBus, [nats.url])) as cluster:
            owner = (await cluster.router()).rig
            shop = await owner.shop()
            anna = await owner.console(shop)
            await cluster.message(shop, new_id())
            offer = await anna.wait_for(EventType.OFFER_CREATED)
            other = (await cluster.router()).rig
            nats.kill()
            asked_at = time.monotonic()
            refused = await other.here(anna).accept(offer)
            assert (refused.status_code, refused.json()["code"]) == (503, "routing_unavailable")
            assert refused.headers["retry-after"] == "1"
            waited_s = time.monotonic() - asked_at
            assert waited_s >= COMMAND_WAIT_MS / 1_000 - 0.2
            assert waited_s <= COMMAND_WAIT_MS / 1_000 + CROWD_S
            nats.start()

            async def accepted() -> bool:
                return (await other.here(anna).accept(offer)).status_code == 200

            await cluster.until(accepted)


async def failing_checks(rig: Rig) -> set[str]:
    checks = (await rig.http.get("/ready")).json()["checks"]
    return {check["name"] for check in checks if not check["ok"]}


@dataclass
class Sender:
    """The gateway's relay for some conversations of one shop, with a shuffle of what is old."""

    cluster: Cluster
    shop: UUID
    conversations: list[UUID]
    events: dict[tuple[str, int], Envelope] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    rng: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311  repeatable

    async def send_up_to(self, version: int) -> None:
        """Send every conversation's events up to this version until they are taken."""
        for conversation in self.conversations:
            for number in range(1, version + 1):
                event = a_message(self.shop, conversation, number, self.cluster.clock.now())
                self.events.setdefault((event.stream, number), event)
        while not self._done(version):
            await asyncio.sleep(0.02)
            due = [e for (stream, n), e in self.events.items() if n > self._at(stream)]
            new = [e for e in due if e.version <= self._at(e.stream) + 2]
            old = self.rng.sample(list(self.events.values()), 3)
            try:
                answer = await self.cluster.send(*new, *old)
            except BusError:
                continue
            for one in answer.positions:
                assert one.version >= self._at(one.stream), "what was taken is taken"
                self.positions[one.stream] = one.version

    def _at(self, stream: str) -> int:
        return self.positions.get(stream, 0)

    def _done(self, version: int) -> bool:
        streams = {stream for stream, _ in self.events}
        return all(self._at(stream) == version for stream in streams)
