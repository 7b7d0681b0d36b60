"""Signing out: this sign-in, all of them, by whom and by what; known at once, for all shops.

LESSONS 26 (Mattermost CVE-2026-9162, Chatwoot CVE-2021-3740).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.contracts import subjects
from shared.contracts.revocations import RevocationPage, RevocationsRequest
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope, SignInEnd
from tests.support.patience import WAIT_MS
from tests.support.router import Rig

PASSWORD = "correct horse"


async def sign_in(rig: Rig, shop_id: UUID, email: str, password: str = PASSWORD) -> Any:
    wish = {"shop_id": encode(IdKind.SHOP, shop_id), "email": email, "password": password}
    return (await rig.http.post("/v1/auth/sign-in", json=wish)).raise_for_status().json()


async def call(rig: Rig, signed: Any, method: str, path: str, body: Any = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {signed['token']}", "Idempotency-Key": "k"}
    return await rig.http.request(method, path, json=body, headers=headers)


async def me(rig: Rig, signed: Any) -> int:
    return (await call(rig, signed, "GET", "/v1/agents/me")).status_code


class Team:
    """A shop with an agent, Anna, and an administrator, Bo, both signed in."""

    def __init__(self, rig: Rig, shop_id: UUID, anna: UUID) -> None:
        self.rig, self.shop_id, self.anna = rig, shop_id, anna
        self.agent = encode(IdKind.AGENT, anna)

    async def open(self) -> None:
        self.phone, self.desk = await self.sign_in("anna"), await self.sign_in("anna")
        self.admin = await self.sign_in("bo")

    async def sign_in(self, name: str, password: str = PASSWORD) -> Any:
        return await sign_in(self.rig, self.shop_id, f"{name}@shop.example", password)

    async def admins(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await call(self.rig, self.admin, method, f"/v1/agents/{self.agent}{path}", body)

    async def signed_in(self) -> tuple[int, int]:
        return await me(self.rig, self.phone), await me(self.rig, self.desk)

    async def reason(self) -> SignInEnd:
        question = RevocationsRequest(since=0).to_json()
        raw = await self.rig.bus.request(subjects.REVOCATIONS, question, timeout_ms=WAIT_MS)
        page = RevocationPage.model_validate_json(raw)
        return next(one.reason for one in page.revocations if one.subject == self.anna)


@pytest.fixture
async def team(rig: Rig) -> Team:
    shop_id = await rig.shop()
    anna = await rig.agent(shop_id, "Anna", email="anna@shop.example", password=PASSWORD)
    await rig.agent(
        shop_id,
        "Bo",
        email="bo@shop.example",
        password=PASSWORD,
        scopes=(Scope.AGENT, Scope.ADMIN),
    )
    team = Team(rig, shop_id, anna)
    await team.open()
    return team


async def test_an_agent_who_signs_out_is_refused_at_once_and_stays_signed_in_elsewhere(
    team: Team,
) -> None:
    answer = await call(team.rig, team.phone, "POST", "/v1/auth/sign-out")

    assert answer.status_code == 204
    assert await team.signed_in() == (401, 200)


async def test_an_agent_who_signs_out_everywhere_is_refused_everywhere_and_may_sign_in_again(
    team: Team,
) -> None:
    answer = await call(team.rig, team.phone, "POST", "/v1/agents/me/sign-out")

    assert answer.status_code == 204
    assert await team.signed_in() == (401, 401)
    assert await me(team.rig, await team.sign_in("anna")) == 200
    assert await me(team.rig, team.admin) == 200


async def test_an_administrator_signs_an_agent_out_and_that_is_on_record(team: Team) -> None:
    assert (await team.admins("POST", "/sign-out")).status_code == 204

    assert await team.signed_in() == (401, 401)
    shop = encode(IdKind.SHOP, team.shop_id)
    changes = await call(team.rig, team.admin, "GET", f"/v1/shops/{shop}/changes")
    assert changes.json()["changes"][0]["action"] == "agent.signed_out"


async def test_an_agent_of_another_shop_cannot_be_signed_out_and_looks_like_none(
    team: Team,
) -> None:
    """LESSONS 25: another shop's ids look like ids that do not exist."""
    elsewhere = await team.rig.agent(await team.rig.shop(), "Cy")
    path = f"/v1/agents/{encode(IdKind.AGENT, elsewhere)}/sign-out"

    assert (await call(team.rig, team.admin, "POST", path)).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "reason"),
    [
        ("PUT", "/password", {"password": "a brand new one"}, SignInEnd.PASSWORD_CHANGED),
        ("PATCH", "", {"roles": ["agent", "supervisor"]}, SignInEnd.ROLES_CHANGED),
        ("PATCH", "", {"active": False}, SignInEnd.AGENT_ENDED),
    ],
)
async def test_an_agent_who_is_changed_has_no_good_token_any_more(
    team: Team, method: str, path: str, body: Any, reason: SignInEnd
) -> None:
    answer = await team.admins(method, path, body)

    assert answer.is_success, answer.text
    assert await team.signed_in() == (401, 401)
    assert await team.reason() is reason


async def test_an_agent_whose_name_alone_is_changed_stays_signed_in(team: Team) -> None:
    await team.admins("PATCH", "", {"name": "Anne", "roles": ["agent"], "active": True})

    assert await team.signed_in() == (200, 200)


async def test_an_agent_who_takes_another_password_is_signed_out_everywhere(team: Team) -> None:
    new = {"current": PASSWORD, "password": "a brand new one"}
    answer = await call(team.rig, team.phone, "PUT", "/v1/agents/me/password", new)

    assert answer.status_code == 204
    assert await team.signed_in() == (401, 401)
    assert await me(team.rig, await team.sign_in("anna", "a brand new one")) == 200


async def test_a_program_whose_key_is_revoked_is_refused_with_the_token_it_has(team: Team) -> None:
    new = {"name": "back office", "scopes": ["admin"]}
    made = (await call(team.rig, team.admin, "POST", "/v1/api-keys", new)).json()
    bearer = {"Authorization": f"Bearer {made['text']}"}
    issued = (await team.rig.http.post("/v1/auth/tokens", headers=bearer)).json()
    assert (await call(team.rig, issued, "GET", "/v1/agents")).status_code == 200

    await call(team.rig, team.admin, "POST", f"/v1/api-keys/{made['id']}/revoke")

    assert (await call(team.rig, issued, "GET", "/v1/agents")).status_code == 401
