"""Who may call: nobody without a token, nobody beyond its scopes."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends

from shared.contracts.claims import Principal
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import SignedInAgent, require, require_agent
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.new_ids import new_id
from tests.support.clock import VirtualClock
from tests.support.revocations import callers_of
from tests.unit.shared.kit.conftest import LogReader
from tests.unit.shared.kit.web.conftest import app_of

pytestmark = pytest.mark.usefixtures("logged")

KEYS = Keyring.ephemeral()


def principal(clock: VirtualClock, *scopes: Scope, is_agent: bool = True) -> Principal:
    return Principal(
        shop_id=new_id(),
        scopes=scopes,
        agent_id=new_id() if is_agent else None,
        name="Ann",
        expires_at=clock.now() + 1_000,
    )


async def client(clock: VirtualClock) -> httpx.AsyncClient:
    callers = await callers_of(KEYS, clock)
    routes = APIRouter()
    any_of = (Scope.AGENT, Scope.CUSTOMERS_READ)

    @routes.get("/orders")
    async def orders(
        caller: Annotated[Principal, Depends(require(Scope.ORDERS_WRITE, callers))],
    ) -> str:
        return caller.name

    @routes.get("/customers")
    async def customers(caller: Annotated[Principal, Depends(require(any_of, callers))]) -> str:
        return caller.name

    @routes.get("/me")
    async def me(agent: Annotated[SignedInAgent, Depends(require_agent(callers))]) -> str:
        return encode(IdKind.AGENT, agent.agent_id)

    transport = httpx.ASGITransport(app=app_of(routes))
    return httpx.AsyncClient(transport=transport, base_url="http://shop.test")


def bearer(caller: Principal, keys: Keyring = KEYS) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign_principal(keys, caller)}"}


async def test_a_caller_with_the_scope_is_let_in(clock: VirtualClock) -> None:
    caller = principal(clock, Scope.ORDERS_WRITE, is_agent=False)
    answer = await (await client(clock)).get("/orders", headers=bearer(caller))
    assert (answer.status_code, answer.json()) == (200, "Ann")


@pytest.mark.parametrize("scope", [Scope.AGENT, Scope.CUSTOMERS_READ])
async def test_a_caller_with_one_of_several_scopes_is_let_in(
    clock: VirtualClock, scope: Scope
) -> None:
    answer = await (await client(clock)).get("/customers", headers=bearer(principal(clock, scope)))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "\x00"},
    ],
)
async def test_a_caller_without_a_good_token_is_asked_to_sign_in(
    clock: VirtualClock, headers: dict[str, str]
) -> None:
    answer = await (await client(clock)).get("/orders", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_caller_whose_token_expired_is_asked_to_sign_in(clock: VirtualClock) -> None:
    headers = bearer(principal(clock, Scope.ORDERS_WRITE))
    clock.advance(1_000)
    assert (await (await client(clock)).get("/orders", headers=headers)).status_code == 401


async def test_a_caller_from_elsewhere_is_asked_to_sign_in(clock: VirtualClock) -> None:
    headers = bearer(principal(clock, Scope.ORDERS_WRITE), Keyring.ephemeral())
    assert (await (await client(clock)).get("/orders", headers=headers)).status_code == 401


async def test_a_caller_without_the_scope_is_refused(clock: VirtualClock) -> None:
    headers = bearer(principal(clock, Scope.AGENT, Scope.SUPERVISOR))
    answer = await (await client(clock)).get("/orders", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


class TestAgent:
    async def test_an_agent_is_known_by_id(self, clock: VirtualClock) -> None:
        caller = principal(clock, Scope.AGENT)
        assert caller.agent_id is not None
        answer = await (await client(clock)).get("/me", headers=bearer(caller))
        assert answer.json() == encode(IdKind.AGENT, caller.agent_id)

    async def test_a_program_is_not_an_agent_whatever_its_scopes(self, clock: VirtualClock) -> None:
        headers = bearer(principal(clock, Scope.AGENT, is_agent=False))
        assert (await (await client(clock)).get("/me", headers=headers)).status_code == 403


async def test_the_log_says_which_shop_and_agent_but_not_the_token(
    clock: VirtualClock, logged: LogReader
) -> None:
    caller = principal(clock, Scope.AGENT)
    headers = bearer(caller)
    await (await client(clock)).get("/me", headers=headers)
    (line,) = logged()
    assert line["shop_id"] == encode(IdKind.SHOP, caller.shop_id)
    assert line["agent_id"].startswith("agent_")
    assert headers["Authorization"].removeprefix("Bearer ") not in str(line)
