"""Who gets in, as what, and that nobody learns who exists."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.router.app import open_set_up
from services.router.config import RouterSettings
from services.router.usecases.guesses import PER_ACCOUNT, PER_ADDRESS, Guesses
from shared.contracts.routing import RoutingState
from shared.kernel import ids
from shared.kernel.errors import RefusedError
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import Scope, Service
from shared.kit.auth.tokens import read_principal
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.postgres import TestDatabase
from tests.support.router import PASSWORD, Rig, running_router


async def sign_in(rig: Rig, **body: Any) -> httpx.Response:
    return await rig.http.post("/v1/auth/sign-in", json=body)


async def test_an_agent_signs_in_with_whatever_case_the_address_is_typed(rig: Rig) -> None:
    shop = await rig.shop()
    agent = await rig.agent(shop, scopes=(Scope.AGENT, Scope.SUPERVISOR))
    wire_shop = ids.encode(IdKind.SHOP, shop)
    email = f" {agent.hex.upper()}@Shop.Example "
    answer = await sign_in(rig, shop_id=wire_shop, email=email, password=PASSWORD)
    signed = answer.json()
    assert signed["scopes"] == ["agent", "supervisor"]
    assert signed["agent"]["status"] == "offline"
    principal = read_principal(rig.keys, signed["token"], rig.clock.now())
    assert (principal.shop_id, principal.agent_id, principal.name) == (shop, agent, "Anna")


async def test_every_wrong_credential_is_refused_in_the_same_words(rig: Rig) -> None:
    shop, other = await rig.shop(), await rig.shop()
    agent = await rig.agent(shop)
    good = {
        "shop_id": ids.encode(IdKind.SHOP, shop),
        "email": f"{agent.hex}@shop.example",
        "password": PASSWORD,
    }
    wrong = [
        {"password": "not it"},
        {"email": "nobody@shop.example"},
        {"shop_id": ids.encode(IdKind.SHOP, other)},
        {"shop_id": ids.encode(IdKind.SHOP, new_id())},
    ]
    answers = [await sign_in(rig, **{**good, **change}) for change in wrong]
    assert {answer.status_code for answer in answers} == {401}
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "bad_credentials"


class TestApiKeys:
    async def test_a_key_gives_a_short_token_with_its_scopes(
        self, rig: Rig, clock: VirtualClock
    ) -> None:
        shop = await rig.shop()
        key = await rig.router.set_up.create_api_key(
            shop, new_id(), name="orders", scopes=(Scope.ORDERS_WRITE,)
        )
        answer = await exchange(rig, key)
        issued = answer.json()
        principal = read_principal(rig.keys, issued["token"], clock.now())
        assert principal.scopes == (Scope.ORDERS_WRITE,)
        assert (principal.shop_id, principal.agent_id, principal.name) == (shop, None, "orders")
        assert principal.expires_at == clock.now() + 15 * 60_000

    async def test_a_key_that_is_not_good_is_refused_in_the_same_words(self, rig: Rig) -> None:
        shop = await rig.shop()
        key = await rig.router.set_up.create_api_key(shop, new_id(), name="k", scopes=())
        forged = key[:-1] + ("0" if key[-1] != "0" else "1")
        unknown = key[:29] + ids.encode_bare(new_id()) + key[55:]
        answers = [await exchange(rig, text) for text in (forged, unknown, "fa_nonsense")]
        assert {answer.status_code for answer in answers} == {401}
        assert {answer.json()["code"] for answer in answers} == {"not_signed_in"}
        assert (await rig.http.post("/v1/auth/tokens")).status_code == 401


async def exchange(rig: Rig, key: str) -> httpx.Response:
    return await rig.http.post("/v1/auth/tokens", headers={"Authorization": f"Bearer {key}"})


async def test_setting_up_twice_changes_nothing(
    database: TestDatabase, clock: VirtualClock
) -> None:
    settings = RouterSettings(
        database_url=database.service_url(Service.ROUTER).dsn,
        sweep_url=database.sweep_url(Service.ROUTER).dsn,
    )
    shop, agent = new_id(), new_id()
    async with open_set_up(settings) as set_up:
        for password in (PASSWORD, "another one"):
            await set_up.create_shop(shop, "A shop", first_response_target_ms=20_000)
            await set_up.create_agent(
                shop, agent, name="Anna", email="anna@shop.example", password=password
            )
    async with running_router(database, clock) as rig:
        wire_shop = ids.encode(IdKind.SHOP, shop)
        signed = await sign_in(rig, shop_id=wire_shop, email="anna@shop.example", password=PASSWORD)
        assert signed.status_code == 200
        conversation = new_id()
        await rig.message(shop, conversation)
        (queued, *_) = await rig.told(Service.GATEWAY, 1)
        state = RoutingState.model_validate(queued.body, strict=False)
        assert state.respond_by == clock.now() + 20_000


async def test_who_guesses_at_one_account_must_wait_whether_it_exists_or_not(
    rig: Rig, clock: VirtualClock
) -> None:
    shop = await rig.shop()
    agent = await rig.agent(shop)
    told = []
    for email in (f"{agent.hex}@shop.example", "nobody@shop.example"):
        body = {"shop_id": ids.encode(IdKind.SHOP, shop), "email": email, "password": "guess"}
        for _ in range(PER_ACCOUNT.burst):
            assert (await sign_in(rig, **body)).status_code == 401
        refused = await sign_in(rig, **{**body, "email": email.upper()})
        told.append((refused.status_code, refused.json()["code"], refused.headers["retry-after"]))

    assert told == [(429, "rate_limited", "11")] * 2
    clock.advance(11_000)
    good = {"shop_id": ids.encode(IdKind.SHOP, shop), "password": PASSWORD}
    assert (await sign_in(rig, email=f"{agent.hex}@shop.example", **good)).status_code == 200


def test_who_guesses_at_many_accounts_from_one_address_must_wait(clock: VirtualClock) -> None:
    guesses, shop = Guesses(clock), new_id()
    for number in range(PER_ADDRESS.burst):
        guesses.count("198.51.100.7", shop, f"{number}@shop.example")

    with pytest.raises(RefusedError, match="rate_limited"):
        guesses.count("198.51.100.7", shop, "another@shop.example")
    guesses.count("192.0.2.1", shop, "another@shop.example")


async def test_who_knows_the_password_may_sign_in_as_often_as_they_like(rig: Rig) -> None:
    shop = await rig.shop()
    agent = await rig.agent(shop)
    good = {"shop_id": ids.encode(IdKind.SHOP, shop), "password": PASSWORD}
    for _ in range(PER_ACCOUNT.burst + 2):
        assert (await sign_in(rig, email=f"{agent.hex}@shop.example", **good)).status_code == 200
