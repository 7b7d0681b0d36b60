"""Conversations change hands over REST: picked, passed on, rescued, closed with a promise."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from shared.contracts import subjects
from shared.contracts.claims import GrantAnswer, GrantRequest
from shared.kernel import ids
from shared.kernel.clock import to_iso
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import AuthorKind, EventType, Scope, Service
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.patience import WAIT_MS
from tests.support.router import Console, Rig


async def post(agent: Console, conversation_id: str, verb: str, body: Any = None) -> Any:
    path = f"/v1/routing/conversations/{conversation_id}/{verb}"
    answer = await agent.call("POST", path, body)
    return answer.status_code, answer.json()


async def serving(rig: Rig, agent: Console) -> str:
    """Let a customer write and the agent take it; return the conversation."""
    await rig.message(agent.shop_id, new_id())
    offer = await agent.wait_for(EventType.OFFER_CREATED)
    await agent.accept(offer)
    conversation_id: str = offer["conversation_id"]
    return conversation_id


async def test_of_two_who_pick_one_at_once_one_has_it_and_the_other_reads_who(rig: Rig) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop, status="away")
    ben = await rig.console(shop, name="Ben", status="away")
    await rig.message(shop, new_id())
    line = (await anna.call("GET", "/v1/routing/waiting")).json()["waiting"]
    (waiting,) = line
    assert waiting["preview"] == "Where is my parcel?"
    place = waiting["state"]["conversation_id"]

    answers = await asyncio.gather(*(post(one, place, "take") for one in (anna, ben)))

    assert sorted(status for status, _ in answers) == [200, 409]
    (refused,) = [body for status, body in answers if status == 409]
    assert refused["code"] == "taken"
    assert refused["detail"].endswith(" has taken this conversation.")
    assert (await anna.call("GET", "/v1/routing/waiting")).json() == {"waiting": []}


async def test_a_conversation_is_passed_on_with_its_note_and_the_old_owner_writes_no_more(
    rig: Rig,
) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    place = await serving(rig, anna)
    ben = await rig.console(shop, name="Ben")
    colleagues = (await anna.call("GET", "/v1/routing/colleagues")).json()["colleagues"]
    assert [(one["name"], one["free"]) for one in colleagues] == [("Ben", True)]

    wish = {"to_agent": colleagues[0]["id"], "note": "He wants his money back."}
    status, state = await post(anna, place, "transfer", wish)

    assert (status, state["transfers"], state["agent"]["name"]) == (200, 1, "Ben")
    assert (await ben.wait_for(EventType.CONVERSATION_ASSIGNED))["conversation_id"] == place
    assert (await anna.wait_for(EventType.CONVERSATION_TAKEN))["agent"]["name"] == "Ben"
    events = await rig.told(Service.GATEWAY, 3)
    body: Any = events[-1].body
    assert [line["kind"] for line in body["lines"]] == ["note", "transferred"]
    asked = GrantRequest(
        shop_id=shop,
        agent_id=anna.agent_id,
        conversation_id=ids.decode(IdKind.CONVERSATION, place),
    )
    raw = await rig.bus.request(subjects.GRANT, asked.to_json(), timeout_ms=WAIT_MS)
    assert GrantAnswer.model_validate_json(raw).taken_by == "Ben"
    assert (await post(anna, place, "transfer", wish))[1]["code"] == "not_assigned"
    assert (await post(anna, place, "transfer", {"to_line": True, "to_agent": wish["to_agent"]}))[
        0
    ] == 422


async def test_a_supervisor_takes_over_and_nobody_passes_on_to_the_gone(rig: Rig) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    place = await serving(rig, anna)
    gone = ids.encode(IdKind.AGENT, await rig.agent(shop, name="Cleo"))
    assert (await post(anna, place, "transfer", {"to_agent": gone}))[1]["code"] == "agent_gone"
    nobody = ids.encode(IdKind.AGENT, new_id())
    assert (await post(anna, place, "transfer", {"to_agent": nobody}))[0] == 404
    ben = await rig.console(shop, name="Ben", status="away")
    assert (await post(ben, place, "take"))[1]["code"] == "taken"
    boss = replace(ben, token=rig.token(shop, ben.agent_id, Scope.AGENT, Scope.SUPERVISOR))
    status, taken = await post(boss, place, "take")
    assert (status, taken["state"]["agent"]["name"]) == (200, "Ben")


async def test_a_supervisor_who_serves_nobody_passes_on_what_an_agent_has(rig: Rig) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    place = await serving(rig, anna)
    ben = await rig.console(shop, name="Ben")
    boss = replace(ben, token=rig.token(shop, await rig.agent(shop, name="Vera"), Scope.SUPERVISOR))
    wish = {"to_agent": ids.encode(IdKind.AGENT, ben.agent_id)}
    status, state = await post(boss, place, "transfer", wish)
    assert (status, state["agent"]["name"]) == (200, "Ben")
    assert (await post(boss, place, "take"))[1]["code"] == "forbidden"


async def test_a_silent_owners_customer_is_rescued_by_the_first_who_accepts(
    rig: Rig, clock: VirtualClock
) -> None:
    """LESSONS 4 (Rocket.Chat #12579; Live Helper Chat #1073, #1036, #628)."""
    shop = await rig.shop()
    anna = await rig.console(shop)
    place = await serving(rig, anna)
    ben = await rig.console(shop, name="Ben")
    clock.advance(8_000)
    rig.router.clockwork.moved()
    offer = await ben.wait_for(EventType.OFFER_CREATED)
    assert (await ben.accept(offer)).status_code == 200
    assert (await anna.wait_for(EventType.CONVERSATION_TAKEN))["conversation_id"] == place


async def test_a_promise_stands_in_the_list_until_it_is_solved(
    rig: Rig, clock: VirtualClock
) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    place = await serving(rig, anna)
    await rig.message(shop, ids.decode(IdKind.CONVERSATION, place), 2, author=AuthorKind.AGENT)
    wish = {"due_at": to_iso(clock.now() + 1_000), "words": "Refund it.", "order_reference": "R-1"}

    status, state = await post(anna, place, "follow-up", wish)
    assert (status, state["outcome"], state["status"]) == (200, "follow_up", "ended")
    assert await follow_ups(anna) == ([("Refund it.", False)], 0)
    clock.advance(1_000)
    assert await follow_ups(anna) == ([("Refund it.", True)], 1)
    ben = await rig.console(shop, name="Ben")
    assert await follow_ups(ben) == ([], 0)
    assert (await post(ben, place, "follow-up-solved"))[0] == 404
    assert (await post(anna, place, "follow-up-solved"))[1]["solved_at"] == to_iso(clock.now())
    assert await follow_ups(anna) == ([], 0)


async def test_a_follow_up_is_offered_when_it_is_due_and_solved_by_being_done(
    rig: Rig, clock: VirtualClock
) -> None:
    shop = await rig.shop()
    anna = await rig.console(shop)
    place = await serving(rig, anna)
    wish = {"due_at": to_iso(clock.now() + 60_000), "words": "Refund it.", "order_reference": "R-1"}
    await post(anna, place, "follow-up", wish)
    clock.advance(60_000)
    rig.router.clockwork.moved()
    offer = await anna.wait_for(EventType.OFFER_CREATED, 2)
    work = offer["work"]
    assert (work["kind"], work["title"], work["order_reference"]) == (
        "follow_up",
        "Refund it.",
        "R-1",
    )
    assert work["external_id"] == place
    await anna.accept(offer)
    assert await follow_ups(anna) == ([("Refund it.", True)], 1)
    await anna.close(offer["conversation_id"])
    await anna.wait_for(EventType.FOLLOW_UP_COMPLETED)
    assert await follow_ups(anna) == ([], 0)
    again = await post(anna, place, "follow-up-solved")
    assert (again[0], again[1]["overdue"]) == (200, False)


async def follow_ups(agent: Console) -> tuple[list[tuple[str, bool]], int]:
    told = (await agent.call("GET", "/v1/routing/follow-ups")).json()
    return [(one["words"], one["overdue"]) for one in told["follow_ups"]], told["overdue"]


async def test_a_wrap_up_holds_the_slot_until_its_agent_is_done(rig: Rig) -> None:
    shop = await rig.shop()
    async with rig.database.server.admin(rig.database.name) as owner:
        await owner.execute(
            "UPDATE router.shops SET policy = '{\"wrap_up_ms\": 30000}' WHERE shop_id = $1", shop
        )
    anna = await rig.console(shop, capacity=1)
    place = await serving(rig, anna)
    status, state = await post(anna, place, "close")
    assert (status, state["status"]) == (200, "wrap_up")
    assert (await anna.call("GET", "/v1/agents/me")).json()["load"] == 1
    status, state = await post(anna, place, "wrap-up-done")
    assert (status, state["status"]) == (200, "ended")
    assert (await anna.wait_for(EventType.CONVERSATION_WRAPPED_UP))["status"] == "ended"
    assert (await anna.call("GET", "/v1/agents/me")).json()["load"] == 0
