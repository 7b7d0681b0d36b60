"""Queues and API keys over REST; lists, repeated requests, and the record of it all."""

from __future__ import annotations

import asyncio
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.routing import RoutingState
from shared.kernel import ids
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import Service
from shared.kit.new_ids import new_id
from tests.support.admin import NEW_AGENT, Admin, operator
from tests.support.clock import VirtualClock
from tests.support.router import PASSWORD, Rig

DAY_MS = 86_400_000

CREATED = (
    *("name", "email", "roles", "skills", "languages", "capacity"),
    *("inherits_capacity", "weights"),
)


class TestQueues:
    async def test_a_target_holds_for_the_next_conversation(
        self, rig: Rig, shop: UUID, admin: Admin, clock: VirtualClock
    ) -> None:
        (queue,) = (await admin.get("/v1/queues"))["queues"]
        await rig.message(shop, new_id())
        await admin.change(f"/v1/queues/{queue['id']}", {"first_response_target_ms": 30_000})
        await rig.message(shop, new_id())
        told = await rig.told(Service.GATEWAY, 2)
        states = [RoutingState.model_validate(one.body, strict=False) for one in told]
        assert [one.respond_by - clock.now() for one in states] == [10_000, 30_000]

    async def test_skills_and_hours_are_kept_and_taken_away_again(self, admin: Admin) -> None:
        hours = {
            "time_zone": "America/Sao_Paulo",
            "spans": [
                {"day": "mon", "opens": "09:00", "closes": "12:00"},
                {"day": "mon", "opens": "12:00", "closes": "24:00"},
            ],
            "holidays": [{"on": "2026-12-25", "spans": []}],
        }
        body = {
            "name": "Returns",
            "first_response_target_ms": 20_000,
            "skills": {"returns": 2},
            "hours": hours,
        }
        await admin.make("/v1/agents", {**NEW_AGENT, "skills": {"returns": 3}})
        made = await admin.make("/v1/queues", body)
        assert {name: made[name] for name in body} == body
        path = f"/v1/queues/{made['id']}"
        assert (await admin.change(path, {"name": "Back"}))["hours"] == hours
        assert (await admin.change(path, {"hours": None}))["hours"] is None
        assert (await admin.change(path, {"retired": True}))["retired"] is True
        assert (await admin.change(path, {"retired": False}))["retired"] is False

    async def test_what_a_queue_is_routed_by_is_kept_and_taken_away_again(
        self, admin: Admin
    ) -> None:
        await admin.make("/v1/agents", {**NEW_AGENT, "skills": {"returns": 3}})
        (default,) = (await admin.get("/v1/queues"))["queues"]
        step = {"after_ms": 3_000, "skills": {"returns": 1}, "any_language": True}
        body = {
            "name": "Mail",
            "first_response_target_ms": 60_000,
            "priority": 2,
            "capacity": 3,
            "weights": {"email": 2},
            "channels": ["email"],
            "max_waiting": 50,
            "steps": [{**step, "queue_id": default["id"]}],
        }
        made = await admin.make("/v1/queues", body)
        assert {name: made[name] for name in body} == body
        path = f"/v1/queues/{made['id']}"
        none: dict[str, object] = {
            "capacity": None,
            "max_waiting": None,
            "steps": [],
            "weights": {},
            "channels": [],
        }
        changed = await admin.change(path, none)
        assert {name: changed[name] for name in none} == none
        assert (changed["priority"], changed["name"]) == (2, "Mail")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"skills": {"retruns": 2}},
            {"skills": {"returns": 4}},
            {"steps": [{"after_ms": 1, "skills": {"retruns": 1}}]},
            {"steps": [{"after_ms": 2}, {"after_ms": 1}]},
            {"steps": [{"after_ms": 1, "queue_id": "queue_01jmxk3vhqe7e8t2m4y5n0w9r3"}]},
            {"weights": {"email": 0}},
            {"weights": {"pigeon": 1}},
            {"priority": 11},
            {"capacity": -1},
            {"max_waiting": -1},
        ],
    )
    async def test_what_nobody_could_be_routed_by_is_refused_and_nothing_changes(
        self, admin: Admin, wrong: dict[str, object]
    ) -> None:
        """A skill that no agent has is a typing error, and customers would wait for ever."""
        await admin.make("/v1/agents", {**NEW_AGENT, "skills": {"returns": 3}})
        (default,) = (await admin.get("/v1/queues"))["queues"]
        path = f"/v1/queues/{default['id']}"
        assert await admin.refused("PATCH", path, wrong) == (422, "invalid_request")
        body = {"name": "Mail", "first_response_target_ms": 60_000, **wrong}
        assert await admin.refused("POST", "/v1/queues", body) == (422, "invalid_request")
        assert (await admin.get("/v1/queues"))["queues"] == [default]

    async def test_a_step_into_a_retired_queue_is_refused(self, admin: Admin) -> None:
        (default,) = (await admin.get("/v1/queues"))["queues"]
        other = await admin.make("/v1/queues", {"name": "Old", "first_response_target_ms": 9_000})
        await admin.change(f"/v1/queues/{other['id']}", {"retired": True})
        steps = {"steps": [{"after_ms": 1, "queue_id": other["id"]}]}
        path = f"/v1/queues/{default['id']}"
        assert await admin.refused("PATCH", path, steps) == (422, "invalid_request")

    async def test_a_new_queue_and_a_changed_one_are_routed_by_at_once(
        self, rig: Rig, shop: UUID, admin: Admin, clock: VirtualClock
    ) -> None:
        """The engine is there before either: what is stored is what is routed by."""
        await rig.message(shop, new_id())
        body = {"name": "Chat", "first_response_target_ms": 45_000, "channels": ["chat"]}
        made = await admin.make("/v1/queues", body)
        await rig.message(shop, new_id())
        await admin.change(f"/v1/queues/{made['id']}", {"first_response_target_ms": 50_000})
        await rig.message(shop, new_id())
        told = await rig.told(Service.GATEWAY, 3)
        states = [RoutingState.model_validate(one.body, strict=False) for one in told]
        assert [one.respond_by - clock.now() for one in states] == [10_000, 45_000, 50_000]

    @pytest.mark.parametrize(
        ("zone", "spans"),
        [
            ("Europe/Atlantis", []),
            ("../../etc/passwd", []),
            ("Europe/Berlin", [("mon", "17:00", "09:00")]),
            ("Europe/Berlin", [("mon", "09:00", "09:00")]),
            ("Europe/Berlin", [("mon", "09:00", "12:00"), ("mon", "11:59", "13:00")]),
            ("Europe/Berlin", [("mon", "9:00", "12:00")]),
            ("localtime", [("mon", "09:00", "12:00")]),
            ("Factory", [("mon", "09:00", "12:00")]),
            ("Europe/Berlin", [("mon", "09:00", "24:01")]),
            ("Europe/Berlin", [("mo", "09:00", "12:00")]),
        ],
    )
    async def test_hours_that_cannot_be_kept_are_refused(
        self, admin: Admin, zone: str, spans: list[tuple[str, str, str]]
    ) -> None:
        named = [dict(zip(("day", "opens", "closes"), one, strict=True)) for one in spans]
        body = {
            "name": "q",
            "first_response_target_ms": 10_000,
            "hours": {"time_zone": zone, "spans": named},
        }
        assert await admin.refused("POST", "/v1/queues", body) == (422, "invalid_request")

    async def test_the_default_queue_cannot_be_retired(self, admin: Admin) -> None:
        (queue,) = (await admin.get("/v1/queues"))["queues"]
        path = f"/v1/queues/{queue['id']}"
        assert await admin.refused("PATCH", path, {"retired": True}) == (409, "in_use")


class TestApiKeys:
    async def test_a_keys_text_is_shown_once_and_nowhere_else(self, rig: Rig, admin: Admin) -> None:
        body = {"name": "orders", "scopes": ["orders:write"]}
        made = await admin.make("/v1/api-keys", body, key="once")
        again = await admin.make("/v1/api-keys", body, key="once")
        assert again == {**made, "text": None}
        shown = await admin.get(f"/v1/api-keys/{made['id']}")
        assert made["text"].endswith(shown["last_four"])
        assert "text" not in shown
        async with rig.database.server.admin(rig.database.name) as inside:
            for table in ("changes", "kept_answers", "api_keys"):
                found = await inside.fetch(f"SELECT t::text FROM router.{table} t")  # noqa: S608
                assert found
                assert made["text"] not in str(found)

    async def test_a_revoked_key_gets_no_token_and_administers_nothing(
        self, rig: Rig, admin: Admin
    ) -> None:
        made = await admin.make("/v1/api-keys", {"name": "k", "scopes": ["admin"]})
        bearer = {"Authorization": f"Bearer {made['text']}"}
        token = (await rig.http.post("/v1/auth/tokens", headers=bearer)).json()["token"]
        key = Admin(rig.http, token)
        assert len((await key.get("/v1/api-keys"))["api_keys"]) == 1
        revoke = f"/v1/api-keys/{made['id']}/revoke"
        first = (await admin.call("POST", revoke)).json()
        second = (await admin.call("POST", revoke)).json()
        assert first["revoked_at"] is not None
        assert first == second
        assert (await rig.http.post("/v1/auth/tokens", headers=bearer)).status_code == 401
        assert await key.refused("GET", "/v1/api-keys") == (401, "not_signed_in")


class TestLists:
    async def test_a_list_is_whole_and_stable_while_it_grows(self, admin: Admin) -> None:
        for number in range(4):
            await admin.make("/v1/agents", {**NEW_AGENT, "email": f"a{number}@shop.example"})
        first = await admin.get("/v1/agents?limit=3")
        await admin.make("/v1/agents", {**NEW_AGENT, "email": "late@shop.example"})
        second = await admin.get(f"/v1/agents?limit=3&cursor={first['next_cursor']}")
        seen = [one["id"] for page in (first, second) for one in page["agents"]]
        assert seen == sorted(set(seen))
        assert len(seen) == 6
        assert second["next_cursor"] is None

    @pytest.mark.parametrize("cursor", ["x", "", "é", "%00", "A" * 32, "A" * 9_000, "ZmMxLg"])
    async def test_a_cursor_of_nobodys_is_refused(self, admin: Admin, cursor: str) -> None:
        path = f"/v1/agents?cursor={cursor}"
        assert await admin.refused("GET", path) == (400, "bad_cursor")

    @pytest.mark.parametrize("limit", ["0", "101", "many"])
    async def test_a_limit_beyond_its_bounds_is_refused(self, admin: Admin, limit: str) -> None:
        path = f"/v1/agents?limit={limit}"
        assert await admin.refused("GET", path) == (422, "invalid_request")


class TestOnce:
    async def test_the_same_key_and_body_make_one_agent(self, admin: Admin) -> None:
        first = await admin.make("/v1/agents", NEW_AGENT, key="k-1")
        assert await admin.make("/v1/agents", NEW_AGENT, key="k-1") == first
        assert len((await admin.get("/v1/agents"))["agents"]) == 2

    async def test_requests_of_one_key_at_the_same_instant_make_one_agent(
        self, admin: Admin
    ) -> None:
        made = await asyncio.gather(
            *(admin.make("/v1/agents", NEW_AGENT, key="k-1") for _ in range(4))
        )
        assert {one["id"] for one in made} == {made[0]["id"]}
        assert len((await admin.get("/v1/agents"))["agents"]) == 2

    async def test_every_kind_of_thing_is_made_once(self, rig: Rig, admin: Admin) -> None:
        queue = {"name": "q", "first_response_target_ms": 5_000}
        first = await admin.make("/v1/queues", queue, key="k-2")
        assert await admin.make("/v1/queues", queue, key="k-2") == first
        installation = operator(rig)
        shop = await installation.make("/v1/shops", {"name": "Once"}, key="k-3")
        assert await installation.make("/v1/shops", {"name": "Once"}, key="k-3") == shop

    async def test_the_same_key_for_something_else_is_refused(self, admin: Admin) -> None:
        await admin.make("/v1/agents", NEW_AGENT, key="k-1")
        other = {**NEW_AGENT, "name": "Bob"}
        answer = await admin.call("POST", "/v1/agents", other, key="k-1")
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_conflict")

    async def test_a_key_is_its_callers_own_and_forgotten_after_a_day(
        self, rig: Rig, shop: UUID, admin: Admin, clock: VirtualClock
    ) -> None:
        body = {"name": "k", "scopes": ["orders:write"]}
        made = await admin.make("/v1/api-keys", body, key="k-1")
        other = await operator(rig, shop).make("/v1/api-keys", body, key="k-1")
        assert other["id"] != made["id"]
        clock.advance(DAY_MS)
        later = operator(rig, shop)
        again = await later.make("/v1/api-keys", body, key="k-1")
        assert again["id"] not in {made["id"], other["id"]}

    async def test_without_a_key_nothing_is_made(self, rig: Rig, admin: Admin) -> None:
        headers = {"Authorization": f"Bearer {admin.token}"}
        answer = await rig.http.post("/v1/agents", json=NEW_AGENT, headers=headers)
        assert answer.json()["code"] == "idempotency_key_required"


class TestTheRecord:
    async def test_every_change_is_recorded_with_who_what_and_before_and_after(
        self, rig: Rig, shop: UUID, admin: Admin, clock: VirtualClock
    ) -> None:
        made = await admin.make("/v1/agents", NEW_AGENT)
        path = f"/v1/agents/{made['id']}"
        await admin.change(path, {"capacity": 5, "name": "Bo", "active": False})
        await admin.change(path, {"capacity": 5})
        (queue,) = (await admin.get("/v1/queues"))["queues"]
        await admin.change(f"/v1/queues/{queue['id']}", {"first_response_target_ms": 20_000})
        wire_shop = ids.encode(IdKind.SHOP, shop)
        changes = await admin.all(f"/v1/shops/{wire_shop}/changes", "changes", limit=1)
        told = [(one["action"], one["target"], one["fields"]) for one in changes]
        assert told == [
            (
                "queue.changed",
                queue["id"],
                {"first_response_target_ms": {"before": 10_000, "after": 20_000}},
            ),
            (
                "agent.changed",
                made["id"],
                {
                    "capacity": {"before": 2, "after": 5},
                    "active": {"before": True, "after": False},
                },
            ),
            (
                "agent.created",
                made["id"],
                {name: {"before": None, "after": made[name]} for name in CREATED},
            ),
        ]
        assert {one["actor"]["kind"] for one in changes} == {"agent"}
        assert PASSWORD not in str(changes)

    async def test_the_record_cannot_be_altered_by_the_service_itself(
        self, rig: Rig, admin: Admin
    ) -> None:
        await admin.make("/v1/agents", NEW_AGENT)
        connection = await asyncpg.connect(rig.database.service_url(Service.ROUTER).dsn)
        try:
            for statement in (
                "UPDATE router.changes SET actor_name = 'nobody'",
                "DELETE FROM router.changes",
                "TRUNCATE router.changes",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
        finally:
            await connection.close()
