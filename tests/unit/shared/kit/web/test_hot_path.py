"""A path that is answered ahead of FastAPI answers as the endpoint behind it does."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

import asyncio
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import Depends, Response
from starlette.types import Message

from shared.contracts.claims import Principal
from shared.contracts.wire import CustomerId
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.bearer import admit, require
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.new_ids import new_id
from shared.kit.web.hosts import MISDIRECTED
from shared.kit.web.hot_path import HotGet, HotRouter
from shared.kit.web.observe import CLIENT_CLOSED
from tests.support.clock import VirtualClock
from tests.support.revocations import callers_of
from tests.unit.shared.kit.conftest import LogReader
from tests.unit.shared.kit.web.conftest import ClientFor, app_of

pytestmark = pytest.mark.usefixtures("logged")

KEYS = Keyring.ephemeral()
KNOWN, UNKNOWN, BROKEN = UUID(int=7), UUID(int=8), UUID(int=9)
PATH = f"/things/{encode(IdKind.CUSTOMER, KNOWN)}"
WAY = "x-way"


def headers_of(clock: VirtualClock, scope: Scope = Scope.AGENT) -> dict[str, str]:
    caller = Principal(
        shop_id=new_id(), scopes=(scope,), name="Ann", expires_at=clock.now() + 1_000
    )
    return {"Authorization": f"Bearer {sign_principal(KEYS, caller)}"}


@pytest.fixture
async def client(client_for: ClientFor, clock: VirtualClock) -> httpx.AsyncClient:
    """Return a client of one path that is answered in both ways; the slow one says so."""
    callers = await callers_of(KEYS, clock)
    router = HotRouter(prefix="/things")

    def found(thing: UUID) -> bytes:
        if thing == BROKEN:
            raise RuntimeError("a secret of ours")
        if thing != KNOWN:
            raise RefusedError(ErrorCode.NOT_FOUND, "There is no such thing.")
        return b'{"found":true}'

    async def at_once(token: str, thing: UUID) -> bytes:
        admit(token, (Scope.AGENT,), callers)
        return found(thing)

    @router.get("/{thing}")
    async def read(
        thing: CustomerId, _: Annotated[Principal, Depends(require(Scope.AGENT, callers))]
    ) -> Response:
        return Response(found(thing), media_type="application/json", headers={WAY: "slow"})

    router.hot = HotGet("/things/{thing}", IdKind.CUSTOMER, at_once)
    return client_for(router, hosts=("shop.test",))


async def test_a_plain_request_is_answered_at_once_with_every_header(
    client: httpx.AsyncClient, clock: VirtualClock
) -> None:
    answer = await client.get(PATH, headers=headers_of(clock))
    assert (answer.status_code, answer.json()) == (200, {"found": True})
    assert WAY not in answer.headers
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"].startswith("req_")


async def test_the_head_is_that_of_the_endpoint_behind(
    client: httpx.AsyncClient, clock: VirtualClock
) -> None:
    headers = headers_of(clock)
    at_once = await client.get(PATH, headers=headers)
    behind = await client.get(PATH, headers=headers | {"Content-Length": "0"})
    assert behind.headers.pop(WAY) == "slow"
    assert at_once.headers.pop("x-request-id") != behind.headers.pop("x-request-id")
    assert at_once.headers == behind.headers


async def test_a_callers_request_id_is_kept(client: httpx.AsyncClient, clock: VirtualClock) -> None:
    headers = headers_of(clock) | {"X-Request-Id": "trace-1"}
    assert (await client.get(PATH, headers=headers)).headers["x-request-id"] == "trace-1"


async def test_a_request_for_another_name_is_refused(
    client: httpx.AsyncClient, clock: VirtualClock
) -> None:
    answer = await client.get(PATH, headers=headers_of(clock) | {"Host": "evil.test"})
    assert answer.status_code == MISDIRECTED


async def test_what_nobody_expected_is_told_to_the_log_alone(
    client: httpx.AsyncClient, clock: VirtualClock, logged: LogReader
) -> None:
    path = f"/things/{encode(IdKind.CUSTOMER, BROKEN)}"
    answer = await client.get(path, headers=headers_of(clock))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["x-content-type-options"] == "nosniff"
    failed, told = logged()
    assert "a secret of ours" in failed["exception"]
    assert "secret" not in answer.text
    assert (told["route"], told["status"]) == ("/things/{thing}", 500)
    assert failed["request_id"] == told["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("path", "scheme"),
    [(f"{PATH}?why=not", "Bearer"), (PATH, "bearer"), (PATH, "BEARER"), (PATH, "Bearer ")],
)
async def test_a_request_in_other_words_is_answered_the_same(
    client: httpx.AsyncClient, clock: VirtualClock, path: str, scheme: str
) -> None:
    token = headers_of(clock)["Authorization"].removeprefix("Bearer ")
    answer = await client.get(path, headers={"Authorization": f"{scheme} {token}"})
    assert (answer.status_code, answer.json()) == (200, {"found": True})


@pytest.mark.parametrize(
    "path",
    [
        "/things/nonsense",
        "/things/",
        f"/things/{encode(IdKind.ORDER, KNOWN)}",
        f"{PATH}/more",
        f"/things/{encode(IdKind.CUSTOMER, UNKNOWN)}",
    ],
)
async def test_what_is_not_there_is_not_found_in_either_way(
    client: httpx.AsyncClient, clock: VirtualClock, path: str
) -> None:
    answer = await client.get(path, headers=headers_of(clock))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Bearer ")],
        [("Authorization", "Bearer nonsense")],
        [("Authorization", "Basic YTpi")],
        [("Authorization", "Bearer a"), ("Authorization", "Bearer b")],
    ],
)
async def test_a_caller_without_a_good_token_is_asked_to_sign_in(
    client: httpx.AsyncClient, headers: list[tuple[str, str]]
) -> None:
    answer = await client.get(PATH, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_seen_before_is_refused_when_it_has_expired(
    client: httpx.AsyncClient, clock: VirtualClock
) -> None:
    headers = headers_of(clock)
    assert (await client.get(PATH, headers=headers)).status_code == 200
    clock.advance(1_000)
    assert (await client.get(PATH, headers=headers)).status_code == 401


async def test_a_caller_without_the_scope_is_refused(
    client: httpx.AsyncClient, clock: VirtualClock
) -> None:
    answer = await client.get(PATH, headers=headers_of(clock, Scope.ORDERS_WRITE))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_another_method_is_the_endpoints_to_refuse(
    client: httpx.AsyncClient, clock: VirtualClock
) -> None:
    assert (await client.post(PATH, headers=headers_of(clock))).status_code == 405


async def test_the_log_names_route_and_shop(
    client: httpx.AsyncClient, clock: VirtualClock, logged: LogReader
) -> None:
    await client.get(PATH, headers=headers_of(clock))
    await client.get(f"/things/{encode(IdKind.CUSTOMER, UNKNOWN)}", headers=headers_of(clock))
    found, refused = logged()
    assert (found["route"], found["status"]) == ("/things/{thing}", 200)
    assert (refused["route"], refused["status"]) == ("/things/{thing}", 404)
    assert found["shop_id"].startswith("shop_")


async def test_a_request_whose_client_left_is_told_of_as_such(
    clock: VirtualClock, logged: LogReader
) -> None:
    async def never(_token: str, _thing: UUID) -> bytes:
        await asyncio.Event().wait()
        return b""

    async def unheard() -> Message:
        return {}

    async def said(_: Message) -> None:
        return

    router = HotRouter(prefix="/things")
    router.hot = HotGet("/things/{thing}", IdKind.CUSTOMER, never)
    headers = [(b"authorization", headers_of(clock)["Authorization"].encode())]
    scope = {"type": "http", "method": "GET", "path": PATH, "headers": headers}
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await app_of(router)(scope, unheard, said)
    (line,) = logged()
    assert (line["route"], line["status"]) == ("/things/{thing}", CLIENT_CLOSED)
