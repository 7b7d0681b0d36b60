"""A routing request is offered to who brings what it needs, and to others once it gives that up."""

from __future__ import annotations

from uuid import UUID

from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import EventType, Scope
from tests.support.admin import Admin
from tests.support.clock import VirtualClock
from tests.support.router import Rig

PATH = "/v1/routing-requests"
CALL = {"external_id": "call-1", "title": "Call Rui back", "target_ms": 60_000}
RETURNS = {"name": "Returns", "first_response_target_ms": 10_000, "priority": 1}


async def test_it_is_offered_to_who_brings_what_it_needs_and_later_to_others(
    rig: Rig, shop: UUID, admin: Admin, clock: VirtualClock
) -> None:
    service = Admin(rig.http, rig.token(shop, None, Scope.ROUTING_WRITE))
    anna, bert = [await rig.console(shop) for _ in range(2)]
    path = f"/v1/agents/{encode(IdKind.AGENT, anna.agent_id)}"
    await admin.change(path, {"skills": {"returns": 3}, "languages": ["pt"], "capacity": 1})
    path = f"/v1/agents/{encode(IdKind.AGENT, bert.agent_id)}"
    await admin.change(path, {"skills": {"returns": 1}, "languages": ["en"]})
    returns = await admin.make("/v1/queues", RETURNS)
    needs = {
        "queue": returns["id"],
        "priority": 2,
        "skills": [{"skill": "returns", "level": 2}],
        "languages": ["pt-BR"],
        "steps": [{"after_ms": 2_000, "skills": [], "any_language": True}],
    }
    first = await service.make(PATH, CALL | {"needs": needs})
    assert (first["status"], first["queue"]) == ("offered", returns["id"])
    assert (first["skills"], first["languages"]) == (needs["skills"], ["pt"])
    offer = await anna.wait_for(EventType.OFFER_CREATED)
    assert offer["work"]["id"] == first["id"]
    await anna.accept(offer)
    second = await service.make(PATH, CALL | {"external_id": "call-2", "needs": needs})
    assert second["status"] == "queued"
    clock.advance(2_000)
    assert (await bert.wait_for(EventType.OFFER_CREATED))["work"]["id"] == second["id"]
    standing = await service.get(f"{PATH}/{second['id']}")
    assert (standing["skills"], standing["languages"]) == ([], [])


async def test_any_of_several_languages_will_do_and_the_decision_says_which_did(
    rig: Rig, shop: UUID, admin: Admin, clock: VirtualClock
) -> None:
    service = Admin(rig.http, rig.token(shop, None, Scope.ROUTING_WRITE))
    supervisor = Admin(rig.http, rig.token(shop, None, Scope.SUPERVISOR))
    anna, bert = [await rig.console(shop) for _ in range(2)]
    for one, language in ((anna, "pt"), (bert, "en")):
        path = f"/v1/agents/{encode(IdKind.AGENT, one.agent_id)}"
        await admin.change(path, {"languages": [language]})
    needs = {
        "languages": ["gl", "pt-BR", "pt"],
        "steps": [{"after_ms": 2_000, "languages": ["pt", "en"]}],
    }
    made = await service.make(PATH, CALL | {"needs": needs})
    assert (made["status"], made["languages"]) == ("offered", ["gl", "pt"])
    assert (await anna.wait_for(EventType.OFFER_CREATED))["work"]["id"] == made["id"]
    decisions = f"/v1/routing/conversations/{made['conversation_id']}/decisions"
    (told,) = (await supervisor.get(decisions))["decisions"]
    assert told["languages"] == ["gl", "pt"]
    assert [one["language"] for one in told["candidates"]] == ["pt"]
    assert {"reason": "lacks_language", "agents": 1} in told["excluded"]
    full = await supervisor.get(f"{decisions}/{told['id']}?candidates=all")
    assert full == told
    clock.advance(2_000)
    assert (await bert.wait_for(EventType.OFFER_CREATED))["work"]["id"] == made["id"]
