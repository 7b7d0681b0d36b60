"""Sites over REST, and what a customer's hello meets of each change."""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import httpx
import pytest

from shared.contracts.claims import Principal
from shared.contracts.hours import FreeAgents
from shared.contracts.subjects import FREE_AGENTS
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope, Service
from shared.kit.auth.customer_tokens import sign_customer_token
from shared.kit.new_ids import new_id
from tests.support.admin import Admin
from tests.support.chat_client import chat_client, raw_chat
from tests.support.gateway import OTHER_SHOP, OTHER_SITE, SHOP, SITE, looking_inside
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway

ADMIN = (Scope.AGENT, Scope.ADMIN)
NEW_SITE = {
    "name": "Fern",
    "origins": ["https://Fern.example"],
    "colours": {"accent": "#0a7d55", "text": "#ffffff"},
    "languages": ["de-ch", "en"],
}
A_RULE = {
    "id": "big-cart",
    "text": "May we help you choose?",
    "texts": {"de": "Dürfen wir helfen?"},
    "cart_at_least_minor": 10_000,
    "currency": "EUR",
    "page": "/checkout*",
    "on_page_ms": 60_000,
}
FERN = {"origin": "https://fern.example"}


@pytest.fixture
def admin(served: ServedGateway) -> Admin:
    return Admin(served.http, served.token(scopes=ADMIN))


async def hello(
    served: ServedGateway, key: str, *, origin: str = "https://fern.example", **fields: Any
) -> Any:
    """Say hello on a socket of its own; return the server's first frame."""
    frame = {"type": "hello", "site_key": key, **fields}
    async with raw_chat(served.chat_url, origin=origin) as socket:
        await socket.send(json.dumps(frame))
        return json.loads(await socket.recv())


async def refusal(served: ServedGateway, key: str, **options: Any) -> str:
    """Say hello where nobody is let in; return why."""
    last = await hello(served, key, **options)
    assert last["type"] == "bye"
    return str(last["code"])


async def welcome(served: ServedGateway, key: str, **options: Any) -> Any:
    """Say hello and be let in."""
    first = await hello(served, key, **options)
    assert first["type"] == "welcome", first
    return first


class TestSites:
    async def test_a_new_site_lets_its_pages_in(self, served: ServedGateway, admin: Admin) -> None:
        made = await admin.make("/v1/sites", NEW_SITE)
        assert made["origins"] == ["https://fern.example"]
        assert made["languages"] == ["de-CH", "en"]
        await welcome(served, made["key"])
        evil = {"origin": "https://evil.example"}
        assert await refusal(served, made["key"], **evil) == "origin_refused"

    async def test_a_change_holds_from_the_next_hello(
        self, served: ServedGateway, admin: Admin
    ) -> None:
        made = await admin.make("/v1/sites", NEW_SITE)
        path = f"/v1/sites/{made['id']}"
        changed = await admin.change(path, {"origins": ["https://new.example"], "colours": None})
        assert (changed["colours"], changed["languages"]) == (None, made["languages"])
        assert await refusal(served, made["key"]) == "origin_refused"
        await welcome(served, made["key"], origin="https://new.example")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"origins": []},
            {"origins": ["https://fern.example/shop"]},
            {"origins": ["*", "https://fern.example"]},
            {"colours": {"accent": "#777777", "text": "#ffffff"}},
            {"colours": {"accent": "green", "text": "#ffffff"}},
            {"colours": {"accent": "#0a7d55"}},
            {"languages": ["de_CH"]},
            {"closed": True},
            {"invitations": [{"id": "a", "text": "Hello?"}]},
            {"invitations": [{"id": "A b", "text": "Hello?", "page": "/"}]},
            {"invitations": [{"id": "a", "text": {"en": "Hello?"}, "page": "/"}]},
        ],
    )
    async def test_what_cannot_be_a_site_is_refused(
        self, admin: Admin, wrong: dict[str, Any]
    ) -> None:
        assert await admin.refused("POST", "/v1/sites", {**NEW_SITE, **wrong}) == (
            422,
            "invalid_request",
        )

    async def test_a_contrast_too_weak_to_read_is_told_as_a_figure(self, admin: Admin) -> None:
        weak = {**NEW_SITE, "colours": {"accent": "#777777", "text": "#ffffff"}}
        answer = await admin.call("POST", "/v1/sites", weak)
        assert "4.48:1" in answer.json()["detail"]

    async def test_sites_are_listed_page_by_page(self, admin: Admin) -> None:
        made = [(await admin.make("/v1/sites", NEW_SITE))["id"] for _ in range(3)]
        listed = await admin.all("/v1/sites", "sites", limit=2)
        assert [one["id"] for one in listed] == sorted([*made, encode(IdKind.SITE, SITE)])
        assert "customer_secret" not in listed[0]


class TestClosing:
    async def test_a_closed_site_lets_in_only_who_has_a_conversation_under_way(
        self, served: ServedGateway, admin: Admin
    ) -> None:
        made = await admin.make("/v1/sites", NEW_SITE)
        async with chat_client(served.chat_url, made["key"], **FERN) as rosa:
            await rosa.say("Where is my parcel?")
        idle = await welcome(served, made["key"])
        await admin.change(f"/v1/sites/{made['id']}", {"closed": True})
        assert await refusal(served, made["key"]) == "unknown_site"
        await welcome(served, made["key"], session_token=rosa.session_token)
        resumed = {"session_token": idle["session_token"]}
        assert await refusal(served, made["key"], **resumed) == "unknown_site"
        await admin.change(f"/v1/sites/{made['id']}", {"closed": False})
        await welcome(served, made["key"])


class TestRotations:
    async def test_the_old_key_is_good_for_as_long_as_it_is_kept(
        self, served: ServedGateway, admin: Admin
    ) -> None:
        made = await admin.make("/v1/sites", NEW_SITE)
        path = f"/v1/sites/{made['id']}/rotate-key"
        second = await admin.make(path, {})
        assert second["old_key_until"] is not None
        assert second["key"] != made["key"]
        for key in (made["key"], second["key"]):
            await welcome(served, key)
        third = await admin.make(path, {"keep_old_ms": 0})
        for key in (made["key"], second["key"]):
            assert await refusal(served, key) == "unknown_site"
        await welcome(served, third["key"])

    async def test_a_secret_is_shown_once_and_the_old_one_kept_a_while(
        self, served: ServedGateway, admin: Admin
    ) -> None:
        made = await admin.make("/v1/sites", NEW_SITE)
        path = f"/v1/sites/{made['id']}/rotate-secret"
        second = await admin.make(path, {"keep_old_ms": 60_000}, key="turn")
        again = await admin.make(path, {"keep_old_ms": 60_000}, key="turn")
        assert again == {**second, "customer_secret": None}
        secrets = [made["customer_secret"], second["customer_secret"]]
        assert len(set(secrets)) == 2
        for secret in secrets:
            await welcome(served, made["key"], customer_token=known(served, secret))
        third = await admin.make(path, {"keep_old_ms": 0})
        for secret in secrets:
            late = {"customer_token": known(served, secret)}
            assert await refusal(served, made["key"], **late) == "bad_customer_token"
        fresh = known(served, third["customer_secret"])
        await welcome(served, made["key"], customer_token=fresh)


def known(served: ServedGateway, secret: str) -> str:
    soon = served.clock.now() + 60_000
    return sign_customer_token(secret.encode(), subject="customer-7", expires_at=soon)


async def look(served: ServedGateway, key: str) -> httpx.Response:
    """Ask as a shop's page does: from any origin, signed in as nobody."""
    return await served.http.get(f"/v1/sites/{key}/appearance", headers={"Origin": "https://x.y"})


class TestAppearance:
    async def test_any_page_reads_a_sites_colours_and_nothing_else(
        self, served: ServedGateway, admin: Admin
    ) -> None:
        made = await admin.make("/v1/sites", NEW_SITE)
        answer = await look(served, made["key"])
        assert answer.status_code == httpx.codes.OK
        assert answer.json() == {"colours": NEW_SITE["colours"], "invites": False}
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cache-control"] == "public, max-age=300"
        await admin.change(f"/v1/sites/{made['id']}", {"colours": None})
        assert (await look(served, made["key"])).json()["colours"] is None

    async def test_a_key_that_lets_nobody_in_looks_like_one_that_nobody_has(
        self, served: ServedGateway, admin: Admin
    ) -> None:
        closed, turned = [await admin.make("/v1/sites", NEW_SITE) for _ in range(2)]
        await admin.change(f"/v1/sites/{closed['id']}", {"closed": True})
        await admin.make(f"/v1/sites/{turned['id']}/rotate-key", {"keep_old_ms": 0})
        guessed = turned["key"][:-16] + "0" * 16
        seen = set()
        for key in (closed["key"], turned["key"], guessed, closed["id"], "fk_", "%00"):
            answer = await look(served, key)
            assert answer.status_code == httpx.codes.NOT_FOUND, key
            seen.add((answer.json()["code"], answer.json()["detail"]))
        assert len(seen) == 1

    async def test_the_old_key_shows_them_for_as_long_as_it_is_kept(
        self, served: ServedGateway, admin: Admin
    ) -> None:
        made = await admin.make("/v1/sites", NEW_SITE)
        second = await admin.make(f"/v1/sites/{made['id']}/rotate-key", {})
        for key in (made["key"], second["key"]):
            assert (await look(served, key)).json()["colours"] == NEW_SITE["colours"]


class TestInvitations:
    async def test_rules_are_kept_as_they_are_and_recorded_and_taken_away(
        self, served: ServedGateway, admin: Admin
    ) -> None:
        made = await admin.make("/v1/sites", {**NEW_SITE, "invitations": [A_RULE]})
        path = f"/v1/sites/{made['id']}"
        (kept,) = (await admin.get(path))["invitations"]
        assert A_RULE.items() <= kept.items()
        assert (await look(served, made["key"])).json()["invites"] is True
        await admin.change(path, {"name": "Fern & Co"})
        assert (await admin.get(path))["invitations"] == [kept]

        assert (await admin.change(path, {"invitations": []}))["invitations"] == []
        (newest, *_) = (await admin.get("/v1/sites/changes"))["changes"]
        assert newest["fields"] == {"invitations": {"before": [kept], "after": []}}


async def test_the_welcome_says_whether_an_agent_is_free(served: ServedGateway) -> None:
    key = served.stores.site.key
    assert (await welcome(served, key))["agents_available"] is False
    for free in (True, False):
        told = FreeAgents(free=free, shops=(SHOP,))
        await served.router.bus.publish(FREE_AGENTS, told.to_json())
        assert (await welcome(served, key))["agents_available"] is free


class TestWhoMay:
    async def test_a_plain_agent_may_not(self, served: ServedGateway) -> None:
        plain = Admin(served.http, served.token())
        for method, path in (
            ("GET", "/v1/sites"),
            ("POST", "/v1/sites"),
            ("GET", "/v1/sites/changes"),
        ):
            body = NEW_SITE if method == "POST" else None
            assert await plain.refused(method, path, body) == (403, "forbidden")
        assert served.router.asked_about == []

    async def test_the_router_is_asked_each_time_whether_the_caller_still_may(
        self, served: ServedGateway, admin: Admin
    ) -> None:
        await admin.get("/v1/sites")
        served.router.admins_stand = False
        assert await admin.refused("GET", "/v1/sites") == (401, "not_signed_in")
        assert await admin.refused("POST", "/v1/sites", NEW_SITE) == (401, "not_signed_in")
        assert all(isinstance(one, Principal) for one in served.router.asked_about)
        assert len(served.router.asked_about) == 3

    async def test_another_shops_site_looks_like_one_that_does_not_exist(
        self, admin: Admin
    ) -> None:
        for site in (OTHER_SITE, new_id()):
            path = f"/v1/sites/{encode(IdKind.SITE, site)}"
            assert await admin.refused("GET", path) == (404, "not_found")
            assert await admin.refused("PATCH", path, {"closed": True}) == (404, "not_found")
            assert await admin.refused("POST", f"{path}/rotate-key", {}) == (404, "not_found")
            assert await admin.refused("POST", f"{path}/rotate-secret", {}) == (404, "not_found")


class TestTheRecord:
    async def test_every_change_is_recorded_without_keys_and_secrets(
        self, served: ServedGateway, admin: Admin, database: TestDatabase
    ) -> None:
        made = await admin.make("/v1/sites", NEW_SITE)
        path = f"/v1/sites/{made['id']}"
        await admin.change(path, {"name": "Fern & Co", "languages": ["en"]})
        await admin.change(path, {"languages": ["en"]})
        turned = await admin.make(f"{path}/rotate-secret", {})
        changes = (await admin.get("/v1/sites/changes"))["changes"]
        assert [(one["action"], one["target"]) for one in changes] == [
            ("site.customer_secret_rotated", made["id"]),
            ("site.changed", made["id"]),
            ("site.created", made["id"]),
        ]
        assert changes[1]["fields"] == {
            "name": {"before": "Fern", "after": "Fern & Co"},
            "languages": {"before": ["de-CH", "en"], "after": ["en"]},
        }
        async with looking_inside(database) as inside:
            for table in ("changes", "kept_answers"):
                kept = str(await inside.fetch(f"SELECT t::text FROM gateway.{table} t"))  # noqa: S608
                assert made["customer_secret"] not in kept
                assert turned["customer_secret"] not in kept
        stranger = Admin(served.http, served.token(shop_id=OTHER_SHOP, scopes=ADMIN))
        assert (await stranger.get("/v1/sites/changes"))["changes"] == []

    async def test_the_record_cannot_be_altered_by_the_service_itself(
        self, admin: Admin, database: TestDatabase
    ) -> None:
        await admin.make("/v1/sites", NEW_SITE)
        connection = await asyncpg.connect(database.service_url(Service.GATEWAY).dsn)
        try:
            for statement in (
                "UPDATE gateway.changes SET actor_name = 'nobody'",
                "DELETE FROM gateway.changes",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
        finally:
            await connection.close()
