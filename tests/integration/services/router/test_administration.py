"""Administration over REST: who may, and what is whose."""

from __future__ import annotations

from uuid import UUID

from shared.contracts import subjects
from shared.contracts.changes import CallerAnswer, CallerCheck
from shared.contracts.claims import NO_SHOP, Principal
from shared.kernel import ids
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import Scope
from shared.kit.new_ids import new_id
from tests.support.admin import NEW_AGENT, Admin, operator, program
from tests.support.patience import WAIT_MS
from tests.support.router import PASSWORD, Rig


class TestShops:
    async def test_an_operator_makes_a_shop_and_an_admin_of_it_makes_the_rest(
        self, rig: Rig
    ) -> None:
        shop = await operator(rig).make("/v1/shops", {"name": "Fern"})
        there = operator(rig, ids.decode(IdKind.SHOP, shop["id"]))
        await there.make("/v1/agents", {**NEW_AGENT, "roles": ["agent", "admin"]})
        signed = await rig.http.post(
            "/v1/auth/sign-in",
            json={"shop_id": shop["id"], "email": "bo@shop.example", "password": PASSWORD},
        )
        admin = Admin(rig.http, signed.json()["token"])
        assert (await admin.get(f"/v1/shops/{shop['id']}"))["name"] == "Fern"
        renamed = await admin.change(f"/v1/shops/{shop['id']}", {"name": "Fern & Co"})
        assert renamed["name"] == "Fern & Co"
        (queue,) = (await admin.get("/v1/queues"))["queues"]
        assert (queue["is_default"], queue["first_response_target_ms"]) == (True, 10_000)

    async def test_shops_are_listed_to_operators_page_by_page(self, rig: Rig) -> None:
        made = [await operator(rig).make("/v1/shops", {"name": f"Shop {n}"}) for n in range(5)]
        listed = await operator(rig).all("/v1/shops", "shops", limit=2)
        assert [one["id"] for one in listed] == sorted(one["id"] for one in made)

    async def test_only_an_operator_makes_or_lists_shops(self, rig: Rig, admin: Admin) -> None:
        assert await admin.refused("POST", "/v1/shops", {"name": "x"}) == (403, "forbidden")
        assert await admin.refused("GET", "/v1/shops") == (403, "forbidden")

    async def test_an_operator_in_a_shop_that_does_not_exist_finds_nothing(self, rig: Rig) -> None:
        for lost in (operator(rig, new_id()), operator(rig)):
            assert await lost.refused("GET", "/v1/agents") == (404, "not_found")
            assert await lost.refused("POST", "/v1/agents", NEW_AGENT) == (404, "not_found")


class TestWhoMay:
    async def test_a_plain_agent_may_not(self, rig: Rig, shop: UUID) -> None:
        agent = await rig.agent(shop)
        plain = Admin(rig.http, rig.token(shop, agent))
        wire_shop = ids.encode(IdKind.SHOP, shop)
        for path in ("/v1/agents", "/v1/queues", "/v1/api-keys", f"/v1/shops/{wire_shop}/changes"):
            assert await plain.refused("GET", path) == (403, "forbidden")
        assert await plain.refused("POST", "/v1/agents", NEW_AGENT) == (403, "forbidden")

    async def test_another_shops_ids_look_like_ids_that_do_not_exist(
        self, rig: Rig, admin: Admin
    ) -> None:
        other = operator(rig, await rig.shop())
        agent = await other.make("/v1/agents", NEW_AGENT)
        key = await other.make("/v1/api-keys", {"name": "k", "scopes": ["orders:write"]})
        (queue,) = (await other.get("/v1/queues"))["queues"]
        for theirs, kind, path in (
            (agent["id"], IdKind.AGENT, "/v1/agents/{}"),
            (key["id"], IdKind.API_KEY, "/v1/api-keys/{}"),
            (queue["id"], IdKind.QUEUE, "/v1/queues/{}"),
            (queue["id"].replace("queue_", "shop_"), IdKind.SHOP, "/v1/shops/{}"),
        ):
            nobodys = ids.encode(kind, new_id())
            answers = [await admin.call("GET", path.format(one)) for one in (theirs, nobodys)]
            bodies = [{**one.json(), "request_id": ""} for one in answers]
            assert bodies[0] == bodies[1]
            assert answers[0].status_code == 404
        change = {"name": "Mine now"}
        assert await admin.refused("PATCH", f"/v1/agents/{agent['id']}", change) == (
            404,
            "not_found",
        )
        revoke = f"/v1/api-keys/{key['id']}/revoke"
        assert await admin.refused("POST", revoke) == (404, "not_found")
        assert (await other.get(f"/v1/agents/{agent['id']}"))["name"] == "Bo"
        assert (await other.get(f"/v1/api-keys/{key['id']}"))["revoked_at"] is None

    async def test_an_admin_whose_role_was_taken_is_refused_whatever_the_token_says(
        self, rig: Rig, shop: UUID, admin: Admin
    ) -> None:
        (me,) = (await admin.get("/v1/agents"))["agents"]
        await operator(rig, shop).change(f"/v1/agents/{me['id']}", {"roles": ["agent"]})
        assert await admin.refused("GET", "/v1/agents") == (401, "not_signed_in")

    async def test_a_program_gives_only_what_it_has(self, rig: Rig, admin: Admin) -> None:
        key = await program(rig, admin, "admin")
        for scopes in (["orders:write"], ["supervisor"], ["operator"], ["agent"]):
            body = {"name": "more", "scopes": scopes}
            assert await key.refused("POST", "/v1/api-keys", body) == (403, "forbidden")
        await key.make("/v1/api-keys", {"name": "as much", "scopes": ["admin"]})
        boss = {**NEW_AGENT, "roles": ["agent", "supervisor"]}
        assert await key.refused("POST", "/v1/agents", boss) == (403, "forbidden")
        await key.make("/v1/agents", NEW_AGENT)

    async def test_a_program_changes_nobody_who_is_more_than_it_is(
        self, rig: Rig, shop: UUID, admin: Admin
    ) -> None:
        boss = await rig.agent(shop, scopes=(Scope.AGENT, Scope.SUPERVISOR))
        path = f"/v1/agents/{ids.encode(IdKind.AGENT, boss)}"
        key = await program(rig, admin, "admin")
        password = {"password": "mine from now on"}
        assert await key.refused("PUT", f"{path}/password", password) == (403, "forbidden")
        assert await key.refused("PATCH", path, {"active": False}) == (403, "forbidden")

    async def test_nobody_makes_an_operator_within_a_shop(self, rig: Rig, shop: UUID) -> None:
        for who in (operator(rig, shop), operator(rig, shop)):
            agent = {**NEW_AGENT, "roles": ["agent", "operator"]}
            assert await who.refused("POST", "/v1/agents", agent) == (403, "forbidden")
            key = {"name": "k", "scopes": ["admin", "operator"]}
            assert await who.refused("POST", "/v1/api-keys", key) == (403, "forbidden")


class TestOtherServices:
    """The gateway keeps sites, and asks here whether a caller still may."""

    async def test_they_are_told_who_may_administer_now(self, rig: Rig, shop: UUID) -> None:
        soon = rig.clock.now() + 60_000
        agent = await rig.agent(shop, scopes=(Scope.AGENT, Scope.ADMIN))
        plain = await rig.agent(shop)
        no_admin, admin = (Scope.AGENT,), (Scope.AGENT, Scope.ADMIN)
        operator_too = (Scope.ADMIN, Scope.OPERATOR)
        expected = [
            (Principal(shop_id=shop, scopes=admin, agent_id=agent, expires_at=soon), True),
            (Principal(shop_id=shop, scopes=admin, agent_id=plain, expires_at=soon), False),
            (
                Principal(shop_id=shop, scopes=no_admin, agent_id=agent, expires_at=soon),
                False,
            ),
            (Principal(shop_id=shop, scopes=operator_too, expires_at=soon), True),
            (Principal(shop_id=new_id(), scopes=operator_too, expires_at=soon), False),
            (Principal(shop_id=NO_SHOP, scopes=operator_too, expires_at=soon), False),
            (Principal(shop_id=NO_SHOP, scopes=admin, agent_id=agent, expires_at=soon), False),
            (Principal(shop_id=shop, scopes=(Scope.ADMIN,), expires_at=soon), False),
        ]
        for caller, stands in expected:
            question = CallerCheck(principal=caller).to_json()
            raw = await rig.bus.request(subjects.CALLER_CHECK, question, timeout_ms=WAIT_MS)
            assert CallerAnswer.model_validate_json(raw).stands is stands, caller


async def test_every_endpoint_of_administration_says_what_it_does(rig: Rig) -> None:
    document = (await rig.http.get("/openapi.json")).json()
    operations = {
        f"{method} {path}": operation.get("description", "")
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if "administration" in operation.get("tags", [])
    }
    assert len(operations) == 22
    assert [name for name, description in operations.items() if not description] == []
