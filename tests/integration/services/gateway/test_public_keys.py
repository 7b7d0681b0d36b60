"""A site whose customers' tokens are signed with the shop's own key pair."""

from __future__ import annotations

import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from services.gateway.usecases.manage_sites import CLEARABLE
from shared.kernel.vocabulary import Scope
from tests.support.admin import Admin
from tests.support.chat_client import chat_client
from tests.support.running_gateway import ServedGateway

KEY, OTHER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
SITE = {"name": "Fern", "origins": ["*"]}


def key_set(**named: ECKey) -> dict[str, Any]:
    return {"keys": [{**key.as_dict(private=False), "kid": kid} for kid, key in named.items()]}


def token(served: ServedGateway, key: Any, kid: str, alg: str = "ES256", **claims: Any) -> str:
    payload = {"sub": "rosa", "exp": served.clock.now() // 1000 + 600, **claims}
    return jws.serialize_compact({"alg": alg, "kid": kid}, json.dumps(payload), key, [alg])


@pytest.fixture
def admin(served: ServedGateway) -> Admin:
    return Admin(served.http, served.token(scopes=(Scope.AGENT, Scope.ADMIN)))


async def let_in(served: ServedGateway, site: dict[str, Any], customer_token: str) -> str:
    """Open a session; return who writes in it, or why nobody may."""
    body = {"site_key": site["key"], "customer_token": customer_token}
    answer = await served.http.post("/v1/chat/sessions", json=body)
    return str(answer.json().get("code", "welcome"))


async def test_a_token_under_a_key_of_the_site_is_the_shops_word(
    served: ServedGateway, admin: Admin
) -> None:
    site = await admin.make("/v1/sites", SITE | {"jwks": key_set(a=KEY), "token_issuer": "fern"})
    assert site["jwks"] == key_set(a=KEY)

    good = token(served, KEY, "a", iss="fern")
    async with chat_client(served.chat_url, site["key"], customer_token=good) as rosa:
        await rosa.say("Where is it?")
    await served.router.until(lambda: len(served.router.events) == 2)
    told = json.dumps(served.router.events[0].body)
    assert '"value": "rosa"' in told
    assert '"verified": true' in told

    public = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
    for bad in (
        token(served, KEY, "a"),
        token(served, OTHER, "a", iss="fern"),
        token(served, KEY, "b", iss="fern"),
        token(served, public, "a", "HS256", iss="fern"),
    ):
        assert await let_in(served, site, bad) == "bad_customer_token"


async def test_a_key_taken_out_lets_nobody_in_and_cuts_off_whom_it_proved(
    served: ServedGateway, admin: Admin
) -> None:
    """LESSONS 26: within five seconds, as with a secret."""
    site = await admin.make("/v1/sites", SITE | {"jwks": key_set(old=KEY, new=OTHER)})
    by_old, by_new = token(served, KEY, "old"), token(served, OTHER, "new", sub="ben")
    async with (
        chat_client(served.chat_url, site["key"], customer_token=by_old) as rosa,
        chat_client(served.chat_url, site["key"], customer_token=by_new) as ben,
    ):
        await rosa.say("Hello?")
        await ben.say("Hello?")
        await admin.change(f"/v1/sites/{site['id']}", {"jwks": key_set(new=OTHER)})
        await rosa.until(lambda: bool(rosa.byes), timeout_s=5)
        await ben.say("Still here")

    assert rosa.byes[0]["code"] == "bad_customer_token"
    assert await let_in(served, site, by_old) == "bad_customer_token"
    assert await let_in(served, site, by_new) == "welcome"


async def test_what_proves_customers_is_changed_and_taken_away(admin: Admin) -> None:
    url = "https://login.fern.example/jwks"
    rules = {"jwks": key_set(a=KEY), "token_issuer": "fern", "token_audience": "chat"}
    site = await admin.make("/v1/sites", SITE | rules)
    path = f"/v1/sites/{site['id']}"

    moved = await admin.change(path, {"jwks_url": url})
    assert (moved["jwks"], moved["jwks_url"], moved["token_issuer"]) == (None, url, "fern")
    kept = await admin.change(path, {"name": "Fern & Co"})
    assert kept["jwks_url"] == url
    gone = await admin.change(path, dict.fromkeys(CLEARABLE))
    assert {gone[name] for name in CLEARABLE} == {None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"jwks": {"keys": []}},
        {"jwks": {"keys": [KEY.as_dict(private=True)]}},
        {"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}},
        {"jwks_url": "http://login.fern.example/jwks"},
        {"jwks_url": "https://user:word@fern.example/"},
        {"jwks": key_set(a=KEY), "jwks_url": "https://fern.example/jwks"},
        {"token_issuer": ""},
    ],
)
async def test_what_cannot_prove_anybody_is_refused(admin: Admin, wrong: dict[str, Any]) -> None:
    answer = await admin.call("POST", "/v1/sites", SITE | wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert '"d"' not in answer.text
