"""Where agents stand, as any router tells a gateway node from its tables."""

from __future__ import annotations

from uuid import UUID

from shared.contracts import subjects
from shared.contracts.routing import ConnectedAgent
from shared.contracts.standings import AgentStanding, AgentStandings, StandingsRequest
from shared.kernel.ids import IdKind, decode
from shared.kernel.vocabulary import EventType
from shared.kit.bus.interface import Bus
from shared.kit.database import MAX_SHOPS
from shared.kit.new_ids import new_id
from tests.support.patience import WAIT_MS
from tests.support.router import Rig
from tests.support.routers import Cluster


async def ask(bus: Bus, *agents: tuple[UUID, UUID]) -> dict[UUID, AgentStanding]:
    asked = tuple(ConnectedAgent(shop_id=shop, agent_id=agent) for shop, agent in agents)
    raw = await bus.request(
        subjects.AGENT_STANDINGS, StandingsRequest(agents=asked).to_json(), timeout_ms=WAIT_MS
    )
    return {one.agent_id: one for one in AgentStandings.model_validate_json(raw).standings}


async def test_a_standing_is_what_the_stream_was_told(rig: Rig, shop: UUID) -> None:
    anna = await rig.console(shop, capacity=3)
    for count in (1, 2):
        await rig.message(shop, new_id())
        await anna.wait_for(EventType.OFFER_CREATED, count)
    first, second = anna.offers
    await anna.accept(first)
    assigned = await anna.wait_for(EventType.CONVERSATION_ASSIGNED)
    await rig.message(shop, decode(IdKind.CONVERSATION, first["conversation_id"]), 2)

    standing = (await ask(rig.bus, (shop, anna.agent_id)))[anna.agent_id]

    assert standing.agent_version == anna.of(EventType.AGENT_UPDATED)[-1]["agent_version"]
    assert standing.offers == (decode(IdKind.OFFER, second["id"]),)
    (served,) = standing.conversations
    assert served.conversation_id == decode(IdKind.CONVERSATION, first["conversation_id"])
    assert served.version == assigned["version"]


async def test_an_agent_is_asked_about_in_its_own_shop_only(rig: Rig, shop: UUID) -> None:
    """LESSONS 25: another shop's agent looks like one that does not exist."""
    other = await rig.shop()
    agent, theirs = await rig.agent(shop), await rig.agent(other)

    assert set(await ask(rig.bus, (shop, agent), (shop, theirs), (shop, new_id()))) == {agent}


async def test_more_shops_than_one_scope_holds_are_one_question(rig: Rig) -> None:
    shops = [await rig.shop() for _ in range(MAX_SHOPS + 1)]
    agents = [(shop, await rig.agent(shop)) for shop in shops]

    assert set(await ask(rig.bus, *agents)) == {agent for _, agent in agents}


async def test_any_router_answers_for_any_shop(cluster: Cluster) -> None:
    first = (await cluster.router()).rig
    shop = await first.shop()
    anna = await first.console(shop)
    await cluster.router()

    answers = [await ask(cluster.bus, (shop, anna.agent_id)) for _ in range(4)]

    assert all(answer == answers[0] for answer in answers)
    assert answers[0][anna.agent_id].agent_version > 1
