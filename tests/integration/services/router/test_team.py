"""Agents made, changed and ended over REST, while the shop is open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from shared.kernel import ids
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import EventType
from shared.kit.new_ids import new_id
from tests.support.admin import NEW_AGENT, Admin, operator
from tests.support.router import PASSWORD, Rig


class TestAgents:
    async def test_a_new_agent_signs_in_and_is_offered_what_comes(
        self, rig: Rig, shop: UUID, admin: Admin
    ) -> None:
        made = await admin.make("/v1/agents", NEW_AGENT)
        assert (made["email"], made["skills"], made["active"]) == (
            "bo@shop.example",
            {"billing": 3},
            True,
        )
        assert "password" not in made
        console = await rig.console(shop, ids.decode(IdKind.AGENT, made["id"]))
        await rig.message(shop, new_id())
        await console.wait_for(EventType.OFFER_CREATED)

    async def test_an_address_is_one_agents_alone_in_its_shop(
        self, rig: Rig, shop: UUID, admin: Admin
    ) -> None:
        await admin.make("/v1/agents", NEW_AGENT)
        again = {**NEW_AGENT, "email": "bo@SHOP.example"}
        assert await admin.refused("POST", "/v1/agents", again) == (409, "already_exists")
        await operator(rig, await rig.shop()).make("/v1/agents", NEW_AGENT)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": " \t"},
            {"name": "x" * 101},
            {"email": "nobody"},
            {"email": "a@b@c"},
            {"password": "short"},
            {"roles": []},
            {"roles": ["boss"]},
            {"skills": {"billing": 6}},
            {"skills": {"Billing!": 1}},
            {"capacity": -1},
            {"capacity": 2.5},
            {"capacity": "2"},
            {"colour": "blue"},
        ],
    )
    async def test_what_cannot_be_an_agent_is_refused(
        self, admin: Admin, wrong: dict[str, Any]
    ) -> None:
        body = {**NEW_AGENT, **wrong}
        assert await admin.refused("POST", "/v1/agents", body) == (422, "invalid_request")

    async def test_a_larger_capacity_serves_who_waits_at_once(
        self, rig: Rig, shop: UUID, admin: Admin
    ) -> None:
        console = await rig.console(shop, capacity=1)
        await rig.message(shop, new_id())
        await console.accept(await console.wait_for(EventType.OFFER_CREATED))
        await rig.message(shop, new_id())
        path = f"/v1/agents/{ids.encode(IdKind.AGENT, console.agent_id)}"
        changed = await admin.change(path, {"capacity": 2, "skills": {"returns": 1}})
        assert (changed["capacity"], changed["skills"]) == (2, {"returns": 1})
        await console.wait_for(EventType.OFFER_CREATED, 2)

    async def test_an_ended_agent_is_out_at_once_and_the_conversation_waits_for_another(
        self, rig: Rig, shop: UUID, admin: Admin
    ) -> None:
        console = await rig.console(shop)
        await rig.message(shop, new_id())
        await console.accept(await console.wait_for(EventType.OFFER_CREATED))
        wire_id = ids.encode(IdKind.AGENT, console.agent_id)
        ended = await admin.change(f"/v1/agents/{wire_id}", {"active": False})
        assert (ended["active"], ended["status"], ended["load"]) == (False, "offline", 0)
        other = await rig.console(shop)
        await other.wait_for(EventType.OFFER_CREATED)
        signed = await rig.http.post(
            "/v1/auth/sign-in",
            json={
                "shop_id": ids.encode(IdKind.SHOP, shop),
                "email": ended["email"],
                "password": PASSWORD,
            },
        )
        assert signed.status_code == 401
        status = await console.call("PUT", "/v1/agents/me/status", {"status": "available"})
        assert status.status_code == 401

    async def test_a_password_that_an_admin_sets_is_the_only_good_one(
        self, rig: Rig, shop: UUID, admin: Admin
    ) -> None:
        made = await admin.make("/v1/agents", NEW_AGENT)
        path = f"/v1/agents/{made['id']}/password"
        answer = await admin.call("PUT", path, {"password": "another long one"})
        assert answer.status_code == 204
        assert [await sign_in(rig, shop, one) for one in (PASSWORD, "another long one")] == [
            401,
            200,
        ]

    async def test_agents_who_know_their_password_have_another(self, rig: Rig, shop: UUID) -> None:
        there = operator(rig, shop)
        made = await there.make("/v1/agents", NEW_AGENT)
        agent_id = ids.decode(IdKind.AGENT, made["id"])
        me = Admin(rig.http, rig.token(shop, agent_id))
        wrong = {"current": "not it at all", "password": "another long one"}
        right = {**wrong, "current": PASSWORD}
        path = "/v1/agents/me/password"
        assert await me.refused("PUT", path, wrong) == (401, "bad_credentials")
        assert (await me.call("PUT", path, right)).status_code == 204
        assert await sign_in(rig, shop, "another long one") == 200
        wire_shop = ids.encode(IdKind.SHOP, shop)
        newest = (await there.get(f"/v1/shops/{wire_shop}/changes"))["changes"][0]
        assert newest["actor"] == {"kind": "agent", "id": made["id"], "name": "Anna"}
        assert newest["fields"] == {"password": {"before": None, "after": None}}


async def sign_in(rig: Rig, shop: UUID, password: str) -> int:
    body = {
        "shop_id": ids.encode(IdKind.SHOP, shop),
        "email": "bo@shop.example",
        "password": password,
    }
    return (await rig.http.post("/v1/auth/sign-in", json=body)).status_code
