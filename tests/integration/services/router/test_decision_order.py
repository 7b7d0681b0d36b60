"""Decisions about a conversation are listed in the order in which they were made."""

from __future__ import annotations

from uuid import UUID

from shared.kernel import ids
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import EventType, Scope
from shared.kit.new_ids import new_id
from tests.support.admin import Admin
from tests.support.clock import VirtualClock
from tests.support.router import Rig


async def test_decisions_of_one_instant_are_explained_in_the_order_in_which_they_were_made(
    rig: Rig, shop: UUID, clock: VirtualClock
) -> None:
    """Where many are free several are asked at once; the ids of the decisions are no order."""
    for n in range(12):
        await rig.console(shop, name=f"Agent {n}")
    supervisor = Admin(rig.http, rig.token(shop, None, Scope.SUPERVISOR))
    conversations = [new_id() for _ in range(6)]
    for conversation in conversations:
        await rig.message(shop, conversation)
        wire_id = ids.encode(IdKind.CONVERSATION, conversation)
        told = await supervisor.get(f"/v1/routing/conversations/{wire_id}/decisions")
        decisions = told["decisions"]
        assert len(decisions) > 1
        assert len({one["decided_at"] for one in decisions}) == 1
        chosen = [one["agent"]["id"] for each in decisions for one in each["candidates"][:1]]
        assert chosen == await asked_in_turn(rig, conversation)
        clock.advance(10_000)


async def test_decisions_of_a_release_that_did_not_number_them_come_first(
    rig: Rig, shop: UUID
) -> None:
    anna = await rig.console(shop)
    await rig.message(shop, new_id())
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    async with rig.database.server.admin(rig.database.name) as admin:
        await admin.execute("UPDATE router.decisions SET ordinal = NULL")
    await anna.decline(offer)
    path = f"/v1/routing/conversations/{offer['conversation_id']}/decisions"
    told = (await anna.call("GET", path)).json()["decisions"]
    assert [one["trigger"] for one in told] == ["conversation_started", "offer_declined"]


async def asked_in_turn(rig: Rig, conversation: UUID) -> list[str]:
    """Return the agents who were asked about a conversation, the first one first."""
    offers = "SELECT agent_id FROM router.offers WHERE conversation_id = $1 ORDER BY ordinal"
    async with rig.database.server.admin(rig.database.name) as admin:
        rows = await admin.fetch(offers, conversation)
    return [ids.encode(IdKind.AGENT, row["agent_id"]) for row in rows]
