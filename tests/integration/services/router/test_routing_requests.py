"""The routing API: another service's work is offered, taken, followed, and taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from shared.kernel.clock import to_iso
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import EventType, Scope
from shared.kit.new_ids import new_id
from tests.support.admin import Admin, supervisor
from tests.support.clock import VirtualClock
from tests.support.posted import Program
from tests.support.postgres import TestDatabase
from tests.support.router import Console, Rig, running_router
from tests.support.webhooks import HOOKS, subscribed

PATH = "/v1/routing-requests"
CALL = {
    "external_id": "call-1",
    "title": "Call Rui back",
    "url": "https://calls.example/1",
    "attributes": {"phone": "+351 211 000 000"},
    "target_ms": 60_000,
}


RETURNS = {"name": "Returns", "first_response_target_ms": 10_000}


def a_step(after_ms: int = 1_000, **changes: Any) -> dict[str, Any]:
    return {"after_ms": after_ms, **changes}


async def only_in_english(admin: Admin) -> None:
    """Who has no language named is asked in every one."""
    for agent in (await admin.get("/v1/agents"))["agents"]:
        await admin.change(f"/v1/agents/{agent['id']}", {"languages": ["en"]})


@pytest.fixture
def service(rig: Rig, shop: UUID) -> Admin:
    """A program with an API key that may have work routed, and nothing else."""
    return Admin(rig.http, rig.token(shop, None, Scope.ROUTING_WRITE))


async def taken(agent: Console) -> tuple[Any, Any]:
    """Accept the newest offer; return it and the answer."""
    offer = agent.offers[-1]
    answer = await agent.accept(offer)
    assert answer.status_code == 200, answer.text
    return offer, answer.json()


class TestLife:
    async def test_it_is_offered_taken_completed_and_explained(
        self, rig: Rig, shop: UUID, service: Admin, clock: VirtualClock
    ) -> None:
        anna = await rig.console(shop)
        made = await service.make(PATH, CALL)
        assert (made["status"], made["external_id"]) == ("offered", "call-1")
        assert made["respond_by"] == to_iso(clock.now() + 60_000)

        offer = await anna.wait_for(EventType.OFFER_CREATED)
        work = offer["work"]
        assert (work["id"], work["kind"]) == (made["id"], "routing_request")
        assert (work["title"], work["url"]) == ("Call Rui back", "https://calls.example/1")
        assert work["attributes"] == {"phone": "+351 211 000 000"}
        clock.advance(1_200)
        _, answer = await taken(anna)
        assert answer["state"]["work"]["id"] == made["id"]
        assert (await anna.wait_for(EventType.ROUTING_REQUEST_ASSIGNED))["status"] == "assigned"
        assert [one["work"]["id"] for one in await assignments(anna)] == [made["id"]]

        standing = await service.get(f"{PATH}/{made['id']}")
        assert (standing["status"], standing["taken_after_ms"]) == ("assigned", 1_200)
        assert standing["agent"]["name"] == "Anna"
        done = await anna.call("POST", f"{PATH}/{made['id']}/complete")
        assert (done.status_code, done.json()["end_reason"]) == (200, "completed")
        assert (await anna.call("GET", "/v1/agents/me")).json()["load"] == 0

        explained = await anna.call("GET", f"/v1/routing/conversations/{made['id']}/decisions")
        (decision,) = explained.json()["decisions"]
        assert decision["trigger"] == "work_requested"
        assert [one["agent"]["name"] for one in decision["candidates"]] == ["Anna"]
        by_its_other_name = f"/v1/routing/conversations/{made['conversation_id']}/decisions"
        assert (await anna.call("GET", by_its_other_name)).json() == explained.json()

    async def test_it_holds_capacity_like_a_conversation(
        self, rig: Rig, shop: UUID, service: Admin
    ) -> None:
        anna = await rig.console(shop, capacity=2)
        await service.make(PATH, CALL | {"needs": {"channel": "voice", "weight": 2}})
        await anna.wait_for(EventType.OFFER_CREATED)
        await taken(anna)
        await rig.message(shop, new_id())
        assert (await anna.call("GET", "/v1/agents/me")).json()["load"] == 2
        assert len(anna.offers) == 1

    async def test_it_comes_through_a_restart(
        self, database: TestDatabase, clock: VirtualClock
    ) -> None:
        async with running_router(database, clock) as rig:
            shop = await rig.shop()
            service = Admin(rig.http, rig.token(shop, None, Scope.ROUTING_WRITE))
            made = await service.make(PATH, CALL)
        async with running_router(database, clock) as rig:
            anna = await rig.console(shop)
            assert (await anna.wait_for(EventType.OFFER_CREATED))["work"]["id"] == made["id"]
            service = Admin(rig.http, rig.token(shop, None, Scope.ROUTING_WRITE))
            assert (await service.get(f"{PATH}/{made['id']}"))["title"] == "Call Rui back"

    async def test_nothing_of_it_is_among_the_first_responses_of_customers(
        self, rig: Rig, shop: UUID, service: Admin, clock: VirtualClock
    ) -> None:
        began = to_iso(clock.now() - 1_000)
        anna = await rig.console(shop)
        await service.make(PATH, CALL)
        await anna.wait_for(EventType.OFFER_CREATED)
        await taken(anna)
        boss = supervisor(rig, shop)
        report = await boss.get(f"/v1/reports/first-responses?from={began}")
        assert report["in_hours"]["answered"] == 0


class TestAgain:
    async def test_the_same_key_is_the_same_request_as_it_stands(
        self, rig: Rig, shop: UUID, service: Admin
    ) -> None:
        first = await service.make(PATH, CALL, key="call-1")
        anna = await rig.console(shop)
        await anna.wait_for(EventType.OFFER_CREATED)
        again = await service.make(PATH, CALL, key="call-1")
        assert (again["id"], again["status"]) == (first["id"], "offered")
        assert len((await service.get(PATH))["routing_requests"]) == 1

    async def test_the_same_key_for_other_work_is_refused(self, service: Admin) -> None:
        await service.make(PATH, CALL, key="call-1")
        other = await service.call("POST", PATH, CALL | {"title": "Other"}, key="call-1")
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")

    async def test_without_a_key_nothing_is_made(self, rig: Rig, service: Admin) -> None:
        headers = {"Authorization": f"Bearer {service.token}"}
        answer = await rig.http.post(PATH, json=CALL, headers=headers)
        assert answer.json()["code"] == "idempotency_key_required"

    async def test_what_was_refused_may_be_mended_under_the_same_key(self, service: Admin) -> None:
        wrong = CALL | {"needs": {"languages": ["pt", "en"]}}
        assert (await service.call("POST", PATH, wrong, key="k")).status_code == 422
        assert (await service.make(PATH, CALL, key="k"))["status"] == "queued"


class TestVerbs:
    async def test_it_is_taken_back_from_whoever_is_asked_and_twice_is_once(
        self, rig: Rig, shop: UUID, service: Admin
    ) -> None:
        anna = await rig.console(shop)
        made = await service.make(PATH, CALL)
        await anna.wait_for(EventType.OFFER_CREATED)
        for _ in range(2):
            answer = await service.call("POST", f"{PATH}/{made['id']}/cancel")
            assert (answer.status_code, answer.json()["end_reason"]) == (200, "cancelled")
        assert (await anna.wait_for(EventType.OFFER_ENDED))["status"] == "rescinded"
        late = await service.refused("POST", f"{PATH}/{made['id']}/complete")
        assert late == (409, "already_ended")

    async def test_it_is_offered_to_a_colleague_when_it_is_requeued(
        self, rig: Rig, shop: UUID, service: Admin
    ) -> None:
        anna = await rig.console(shop)
        made = await service.make(PATH, CALL)
        await anna.wait_for(EventType.OFFER_CREATED)
        await taken(anna)
        ben = await rig.console(shop, name="Ben")
        answer = await service.call("POST", f"{PATH}/{made['id']}/requeue")
        assert answer.status_code == 200
        assert (await ben.wait_for(EventType.OFFER_CREATED))["work"]["id"] == made["id"]
        assert (await anna.wait_for(EventType.ROUTING_REQUEST_REQUEUED))["agent"] is None

    async def test_an_accept_after_anothers_reads_who_has_it(
        self, rig: Rig, shop: UUID, service: Admin, clock: VirtualClock
    ) -> None:
        anna = await rig.console(shop)
        ben = await rig.console(shop, name="Ben")
        await service.make(PATH, CALL)
        clock.advance(5_000)
        rig.router.clockwork.moved()
        offers = [await one.wait_for(EventType.OFFER_CREATED) for one in (anna, ben)]
        await anna.accept(offers[0])
        late = await ben.accept(offers[1])
        assert (late.status_code, late.json()["code"]) == (409, "taken")
        assert late.json()["detail"] == "Anna has taken this conversation."

    async def test_it_is_passed_on_without_a_note(
        self, rig: Rig, shop: UUID, service: Admin
    ) -> None:
        anna = await rig.console(shop)
        await service.make(PATH, CALL)
        await anna.wait_for(EventType.OFFER_CREATED)
        offer, _ = await taken(anna)
        path = f"/v1/routing/conversations/{offer['conversation_id']}"
        noted = await anna.call("POST", f"{path}/transfer", {"to_line": True, "note": "Hm."})
        assert (noted.status_code, noted.json()["code"]) == (422, "invalid_request")
        promised = await anna.call(
            "POST", f"{path}/follow-up", {"due_at": "2027-01-01T10:00:00Z", "words": "Call."}
        )
        assert promised.status_code == 404
        passed = await anna.call("POST", f"{path}/transfer", {"to_line": True})
        assert passed.json()["transfers"] == 1


class TestLists:
    async def test_they_are_listed_page_by_page_by_status_and_by_their_own_id(
        self, service: Admin
    ) -> None:
        made = [
            (await service.make(PATH, CALL | {"external_id": f"c-{n}"}))["id"] for n in range(3)
        ]
        listed = await service.all(PATH, "routing_requests", limit=2)
        assert [one["id"] for one in listed] == made
        await service.call("POST", f"{PATH}/{made[1]}/cancel")
        ended = await service.get(f"{PATH}?status=ended")
        assert [one["id"] for one in ended["routing_requests"]] == [made[1]]
        mine = await service.get(f"{PATH}?external_id=c-2")
        assert [one["id"] for one in mine["routing_requests"]] == [made[2]]
        assert await service.refused("GET", f"{PATH}?external_id=%00") == (422, "invalid_request")


class TestWhoMay:
    async def test_another_shops_are_as_if_they_were_not(self, rig: Rig, service: Admin) -> None:
        made = await service.make(PATH, CALL)
        other = Admin(rig.http, rig.token(await rig.shop(), None, Scope.ROUTING_WRITE))
        for verb in ("", "/cancel", "/complete", "/requeue"):
            method = "POST" if verb else "GET"
            assert await other.refused(method, f"{PATH}/{made['id']}{verb}") == (404, "not_found")
        assert (await other.get(PATH))["routing_requests"] == []

    async def test_an_agent_sees_and_completes_what_was_offered_to_that_agent_alone(
        self, rig: Rig, shop: UUID, service: Admin
    ) -> None:
        anna = await rig.console(shop)
        made = await service.make(PATH, CALL)
        await anna.wait_for(EventType.OFFER_CREATED)
        ben = await rig.console(shop, name="Ben", status="away")
        for one, status in ((anna, 200), (ben, 404)):
            assert (await one.call("GET", f"{PATH}/{made['id']}")).status_code == status
        assert (await ben.call("POST", f"{PATH}/{made['id']}/complete")).status_code == 404
        early = await anna.call("POST", f"{PATH}/{made['id']}/complete")
        assert (early.status_code, early.json()["code"]) == (403, "not_assigned")

    @pytest.mark.parametrize("scope", [Scope.ORDERS_WRITE, Scope.AGENT])
    async def test_nobody_else_has_work_routed(self, rig: Rig, shop: UUID, scope: Scope) -> None:
        other = Admin(rig.http, rig.token(shop, new_id(), scope))
        assert await other.refused("POST", PATH, CALL) == (403, "forbidden")


class TestRefused:
    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"needs": {"skills": [{"skill": "billing", "level": 3}]}}, "unknown_skill"),
            ({"needs": {"steps": [a_step(skills=[{"skill": "wine"}])]}}, "unknown_skill"),
            ({"needs": {"languages": ["pt", "es"]}}, "unknown_language"),
            ({"needs": {"steps": [a_step(languages=["es"])]}}, "unknown_language"),
            (
                {"needs": {"steps": [a_step(any_language=True, languages=["en"])]}},
                "invalid_request",
            ),
            ({"needs": {"languages": ["fi-FI"]}}, "unknown_language"),
            ({"needs": {"priority": 11}}, "invalid_request"),
            ({"needs": {"steps": [a_step(queue=encode(IdKind.QUEUE, new_id()))]}}, "unknown_queue"),
            ({"needs": {"steps": [{"any_language": True}]}}, "invalid_request"),
            ({"needs": {"queue": encode(IdKind.QUEUE, new_id())}}, "unknown_queue"),
            ({"needs": {"weight": 0}}, "invalid_request"),
            ({"needs": {"colour": "red"}}, "invalid_request"),
            ({"target_ms": None, "respond_by": "2020-01-01T00:00:00Z"}, "respond_by_past"),
            ({"respond_by": "2030-01-01T00:00:00Z"}, "invalid_request"),
            ({"url": "javascript:alert(1)"}, "invalid_request"),
            ({"title": " "}, "invalid_request"),
            ({"attributes": {"a": {"b": "c"}}}, "invalid_request"),
            ({"attributes": {f"a{n}": "b" for n in range(21)}}, "invalid_request"),
        ],
    )
    async def test_bad_input_has_a_clear_code_and_makes_nothing(
        self, service: Admin, admin: Admin, wrong: dict[str, Any], code: str
    ) -> None:
        await only_in_english(admin)
        assert await service.refused("POST", PATH, CALL | wrong) == (422, code)
        assert (await service.get(PATH))["routing_requests"] == []

    async def test_a_retired_queue_is_none(self, service: Admin, admin: Admin) -> None:
        returns = await admin.make("/v1/queues", RETURNS)
        await admin.change(f"/v1/queues/{returns['id']}", {"retired": True})
        wrong = CALL | {"needs": {"queue": returns["id"]}}
        assert await service.refused("POST", PATH, wrong) == (422, "unknown_queue")


async def test_webhooks_tell_its_life_in_order_and_beside_it_nothing(
    rig: Rig, shop: UUID, service: Admin, admin: Admin, program: Program
) -> None:
    await subscribed(admin, program, events=["routing_request.*"])
    anna = await rig.console(shop)
    made = await service.make(PATH, CALL)
    await rig.message(shop, new_id())
    await anna.wait_for(EventType.OFFER_CREATED)
    await anna.accept(next(one for one in anna.offers if one["work"]))
    await service.call("POST", f"{PATH}/{made['id']}/requeue")
    await service.call("POST", f"{PATH}/{made['id']}/cancel")
    posted = await program.count(5)
    assert [one.type for one in posted[:4]] == [
        "routing_request.queued",
        "routing_request.offered",
        "routing_request.assigned",
        "routing_request.requeued",
    ]
    assert posted[-1].type == "routing_request.cancelled"
    standing = await service.get(f"{PATH}/{made['id']}")
    assert posted[-1].event["data"] == standing
    hook = (await admin.get(HOOKS))["webhooks"][0]
    log = (await admin.get(f"{HOOKS}/{hook['id']}/deliveries"))["deliveries"]
    assert {one["subject"] for one in log} == {made["id"]}


async def assignments(agent: Console) -> list[Any]:
    found: list[Any] = (await agent.call("GET", "/v1/routing/assignments")).json()
    return found
