"""A shop's routing policy over REST: in force at once, in versions, and never half of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.router.domain.policy import Policy
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import EventType, Scope
from shared.kit.new_ids import new_id
from tests.support.admin import Admin, operator
from tests.support.clock import VirtualClock
from tests.support.postgres import TestDatabase
from tests.support.router import Rig, running_router
from tests.support.routers import Cluster

POLICY = "/v1/routing/policy"
VERSIONS = f"{POLICY}/versions"
SHIPPED = "likeliest_in_time/"


async def put(admin: Admin, figures: Any) -> Any:
    answer = await admin.call("PUT", POLICY, figures)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def decisions(rig: Rig, shop: UUID, conversation: UUID) -> list[Any]:
    watcher = Admin(rig.http, rig.token(shop, None, Scope.SUPERVISOR))
    wire = encode(IdKind.CONVERSATION, conversation)
    found: list[Any] = (await watcher.get(f"/v1/routing/conversations/{wire}/decisions"))[
        "decisions"
    ]
    return found


class TestSetting:
    async def test_a_shop_that_has_set_nothing_goes_by_what_ships(self, admin: Admin) -> None:
        policy = await admin.get(POLICY)
        assert (policy["version"], policy["set_at"]) == (0, None)
        assert policy["name"].startswith(SHIPPED)
        assert set(policy["figures"].values()) == {None}
        assert policy["in_force"]["first_offers"] == Policy().first_offers

    async def test_it_holds_for_the_next_decision_which_names_its_version(
        self, rig: Rig, shop: UUID, admin: Admin
    ) -> None:
        consoles = [await rig.console(shop) for _ in range(2)]
        first, second = new_id(), new_id()
        await rig.message(shop, first)
        set_now = await put(admin, {"first_offers": 2, "weights": {"voice": 3}})
        assert set_now["version"] == 1
        assert set_now["in_force"]["weights"] == {"voice": 3}
        await rig.message(shop, second)
        for console in consoles:
            await console.wait_for(EventType.OFFER_CREATED)
        assert {one["policy"] for one in await decisions(rig, shop, second)} == {set_now["name"]}
        *_, before = await decisions(rig, shop, first)
        assert f"{before['policy']}.1" == set_now["name"]

    async def test_it_is_set_whole_and_its_versions_are_kept(
        self, rig: Rig, shop: UUID, admin: Admin
    ) -> None:
        await put(admin, {"first_offers": 2, "capacity": 6})
        await put(admin, {"first_offers": 2, "capacity": 6})
        again = await put(admin, {"capacity": None, "widen_after_ms": 900})
        assert again["figures"] == {**dict.fromkeys(again["figures"]), "widen_after_ms": 900}
        versions = (await admin.get(VERSIONS))["versions"]
        assert [one["version"] for one in versions] == [2, 1]
        assert versions[1]["figures"]["capacity"] == 6
        changes = await admin.get(f"/v1/shops/{encode(IdKind.SHOP, shop)}/changes")
        newest, oldest = changes["changes"]
        assert newest["action"] == oldest["action"] == "policy.set"
        assert oldest["fields"] == {
            "first_offers": {"before": None, "after": 2},
            "capacity": {"before": None, "after": 6},
        }
        assert newest["fields"]["capacity"] == {"before": 6, "after": None}

    async def test_who_inherits_a_limit_is_shown_with_the_shops(
        self, shop: UUID, admin: Admin
    ) -> None:
        made = await admin.make(
            "/v1/agents", {"name": "Bo", "email": "bo@x.example", "password": "a long one, yes"}
        )
        await put(admin, {"capacity": 7})
        assert (await admin.get(f"/v1/agents/{made['id']}"))["capacity"] == 7


class TestRefusal:
    async def test_each_figure_that_cannot_be_has_its_reason_and_nothing_is_echoed(
        self, admin: Admin
    ) -> None:
        bad = {"first_offers": 0, "capacity": "4", "weights": {"<b>": 1}, "<i>": 1, "hours": None}
        answer = await admin.call("PUT", POLICY, bad)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, "policy_invalid")
        assert {(one["field"], one["fault"]) for one in problem["fields"]} >= {
            ("first_offers", "must be greater than or equal to 1"),
            ("capacity", "must be a valid integer"),
            ("policy", "has a figure that is not known"),
            ("hours", "is the default queue's: set it there"),
        }
        assert "<" not in answer.text

    async def test_the_old_policy_stays_in_force_and_after_a_restart_too(
        self, database: TestDatabase, clock: VirtualClock
    ) -> None:
        async with running_router(database, clock) as rig:
            shop = await rig.shop()
            good = await put(operator(rig, shop), {"first_offers": 2})
            bad = {"first_offers": 1, "widen_after_ms": -1}
            refused = await operator(rig, shop).refused("PUT", POLICY, bad)
            assert refused == (422, "policy_invalid")
            assert await operator(rig, shop).get(POLICY) == good
        async with running_router(database, clock) as rig:
            assert await operator(rig, shop).get(POLICY) == good
            console, conversation = await rig.console(shop), new_id()
            await rig.message(shop, conversation)
            await console.wait_for(EventType.OFFER_CREATED)
            told = await decisions(rig, shop, conversation)
            assert {one["policy"] for one in told} == {good["name"]}


class TestWhoMay:
    async def test_supervisors_read_it_and_admins_alone_set_it(self, rig: Rig, shop: UUID) -> None:
        supervisor = Admin(rig.http, rig.token(shop, await rig.agent(shop), Scope.SUPERVISOR))
        await supervisor.get(POLICY)
        await supervisor.get(VERSIONS)
        assert await supervisor.refused("PUT", POLICY, {}) == (403, "forbidden")
        agent = Admin(rig.http, rig.token(shop, await rig.agent(shop), Scope.AGENT))
        assert await agent.refused("GET", POLICY) == (403, "forbidden")

    async def test_an_admin_who_is_none_any_more_sets_nothing(self, rig: Rig, shop: UUID) -> None:
        plain = await rig.agent(shop)
        was_one = Admin(rig.http, rig.token(shop, plain, Scope.ADMIN))
        assert await was_one.refused("PUT", POLICY, {}) == (401, "not_signed_in")

    async def test_one_shops_policy_is_nobody_elses(self, rig: Rig, admin: Admin) -> None:
        await put(admin, {"first_offers": 2})
        other = operator(rig, await rig.shop())
        assert (await other.get(POLICY))["version"] == 0
        assert (await other.get(VERSIONS))["versions"] == []

    async def test_an_operator_of_a_shop_that_is_not_there_finds_nothing(self, rig: Rig) -> None:
        lost = operator(rig, new_id())
        assert await lost.refused("GET", POLICY) == (404, "not_found")
        assert await lost.refused("PUT", POLICY, {}) == (404, "not_found")


async def test_it_is_set_with_the_router_that_owns_the_shop_whichever_is_asked(
    cluster: Cluster,
) -> None:
    first = (await cluster.router()).rig
    shop = await first.shop()
    console, conversation = await first.console(shop), new_id()
    lease = await cluster.lease(shop)
    second = (await cluster.router()).rig
    policy = await put(operator(second, shop), {"first_offers": 2, "weights": {"voice": 3}})
    await cluster.message(shop, conversation)
    await console.wait_for(EventType.OFFER_CREATED)
    told = await decisions(second, shop, conversation)
    assert {one["policy"] for one in told} == {policy["name"]}
    assert await cluster.lease(shop) == lease


async def test_a_version_is_for_ever(database: TestDatabase, rig: Rig, shop: UUID) -> None:
    """The service may add to the versions, and the database lets it do nothing else with them."""
    await put(operator(rig, shop), {"first_offers": 2})
    async with database.server.admin(database.name) as admin:
        granted = await admin.fetch(
            "SELECT privilege_type FROM information_schema.role_table_grants "
            "WHERE table_schema = 'router' AND table_name = 'policy_versions' "
            "AND grantee = 'firstreply_router'"
        )
    assert {row[0] for row in granted} == {"SELECT", "INSERT"}
