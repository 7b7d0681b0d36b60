"""A decision with everybody who could have been asked, made again where its shop is owned."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.router.domain.state import CANDIDATES_TOLD
from shared.kernel.ids import IdKind, decode, encode
from shared.kernel.vocabulary import Scope
from shared.kit.new_ids import new_id
from tests.support.admin import Admin, supervisor
from tests.support.clock import VirtualClock
from tests.support.decisions import AGENTS, decided, path_of
from tests.support.postgres import TestDatabase
from tests.support.router import Rig, running_router
from tests.support.routers import Cluster


async def test_the_first_five_of_all_are_the_five_that_were_told(rig: Rig, shop: UUID) -> None:
    path, told = await decided(rig, shop)
    watcher = supervisor(rig, shop)
    assert await watcher.get(path) == told
    full = await watcher.get(f"{path}?candidates=all")
    assert len(full["candidates"]) == AGENTS
    assert full["candidates"][:CANDIDATES_TOLD] == told["candidates"]
    assert {**full, "candidates": None} == {**told, "candidates": None}
    assert [one["chosen"] for one in full["candidates"]] == [True] + [False] * (AGENTS - 1)


async def test_an_agent_sees_the_best_of_what_was_offered_to_that_agent_and_never_all(
    rig: Rig, shop: UUID
) -> None:
    path, told = await decided(rig, shop)
    (chosen,) = [one["agent"]["id"] for one in told["candidates"] if one["chosen"]]
    asked = decode(IdKind.AGENT, chosen)
    agent = Admin(rig.http, rig.token(shop, asked, Scope.AGENT))
    assert await agent.get(path) == told
    assert await agent.refused("GET", f"{path}?candidates=all") == (403, "forbidden")
    other = Admin(rig.http, rig.token(shop, await rig.agent(shop), Scope.AGENT))
    assert await other.refused("GET", path) == (404, "not_found")


async def test_a_router_that_was_not_there_makes_it_again_from_the_tables(
    database: TestDatabase, clock: VirtualClock
) -> None:
    async with running_router(database, clock) as rig:
        shop = await rig.shop()
        path, told = await decided(rig, shop)
        full = await supervisor(rig, shop).get(f"{path}?candidates=all")
    async with running_router(database, clock) as rig:
        watcher = supervisor(rig, shop)
        assert await watcher.get(path) == told
        assert await watcher.get(f"{path}?candidates=all") == full


@pytest.mark.parametrize("query", ["", "?candidates=all"])
async def test_no_decision_of_another_conversation_or_shop_is_shown(
    rig: Rig, shop: UUID, query: str
) -> None:
    path, told = await decided(rig, shop)
    missing = encode(IdKind.DECISION, new_id())
    watcher = supervisor(rig, shop)
    for wrong in (f"{path.rpartition('/')[0]}/{missing}", f"{path_of(new_id())}/{told['id']}"):
        assert await watcher.refused("GET", f"{wrong}{query}") == (404, "not_found")
    stranger = supervisor(rig, await rig.shop())
    assert await stranger.refused("GET", f"{path}{query}") == (404, "not_found")
    assert await watcher.refused("GET", f"{path}?candidates=some") == (422, "invalid_request")


async def test_it_is_made_again_by_the_router_that_owns_the_shop_whichever_is_asked(
    cluster: Cluster,
) -> None:
    first = (await cluster.router()).rig
    shop = await first.shop()
    path, told = await decided(first, shop)
    second = (await cluster.router()).rig
    full = await supervisor(second, shop).get(f"{path}?candidates=all")
    assert full["candidates"][:CANDIDATES_TOLD] == told["candidates"]
    assert len(full["candidates"]) == AGENTS


async def test_an_owner_that_gives_no_answer_is_to_be_asked_again(cluster: Cluster) -> None:
    first = await cluster.router()
    shop = await first.rig.shop()
    path, _ = await decided(first.rig, shop)
    second = (await cluster.router()).rig
    await supervisor(second, shop).get(f"{path}?candidates=all")
    await first.kill()
    async with cluster.database.server.admin(cluster.database.name) as admin:
        await admin.execute("DELETE FROM router.journals")  # as if it had been killed before
    refused = await supervisor(second, shop).refused("GET", f"{path}?candidates=all")
    assert refused == (503, "try_again")
