"""Requests drawn from the running product's own OpenAPI document: whoever asks, no 5xx.

schemathesis draws them, right and wrong, with real ids and made-up ones, and each is asked by one
of the seven kinds of callers there are. FIRSTREPLY_FUZZ_EXAMPLES draws more.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from websockets.sync.client import connect

from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id
from tests.support.patience import WAIT_S
from tests.support.refusals import assert_fit_for_people
from tests.support.shop_people import a_hello, a_send, operator_token
from tests.support.shop_server import PASSWORD, ServedShop, ShopServer

EXAMPLES = int(os.environ.get("FIRSTREPLY_FUZZ_EXAMPLES", "4"))
"""Requests drawn for each endpoint."""
ENDLESS = "/v1/agent-events"
"""A stream: what it answers to whom is asked in test_bad_requests_over_the_wire.py."""
SERVER_ERROR = 500
PROBLEM = "application/problem+json"


@dataclass
class Scene:
    """A shop at work, who may call it, and what there is in it."""

    url: str
    bearers: Mapping[str, str | None]
    places: Mapping[str, str]
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)

    def headers(self, who: str) -> dict[str, str]:
        bearer = self.bearers[who]
        key = {"Idempotency-Key": new_id().hex}
        return key if bearer is None else key | {"Authorization": f"Bearer {bearer}"}


def signed_in(http: httpx.Client, shop: ServedShop) -> str:
    who = {"shop_id": shop.shop_id, "email": shop.agents[0], "password": PASSWORD}
    token: str = http.post("/v1/auth/sign-in", json=who).raise_for_status().json()["token"]
    return token


def exchanged(http: httpx.Client, api_key: str) -> str:
    head = {"Authorization": f"Bearer {api_key}"}
    token: str = http.post("/v1/auth/tokens", headers=head).raise_for_status().json()["token"]
    return token


def a_conversation(server: ShopServer, shop: ServedShop) -> tuple[str, str]:
    """Have a customer write; return the session's token and the conversation."""
    with connect(server.socket_url, compression=None, proxy=None) as socket:
        socket.send(a_hello(shop))
        token = json.loads(socket.recv())["session_token"]
        socket.send(a_send())
        return token, json.loads(socket.recv())["conversation_id"]


def first_ids(http: httpx.Client, bearer: str) -> dict[str, str]:
    """Return the last of everything that an operator lists: the first of it is at work."""
    head = {"Authorization": f"Bearer {bearer}"}
    found = {}
    for place, path, name in (
        ("agent_id", "/v1/agents", "agents"),
        ("queue_id", "/v1/queues", "queues"),
        ("site_id", "/v1/sites", "sites"),
        ("key_id", "/v1/api-keys", "api_keys"),
    ):
        listed = http.get(path, headers=head).raise_for_status().json()[name]
        found[place] = listed[-1]["id"] if listed else encode(IdKind.QUEUE, new_id())
    return found


@pytest.fixture
def scene(server: ShopServer) -> Iterator[Scene]:
    shop = server.new_shop(agents=2, capacity=4)
    session_token, conversation_id = a_conversation(server, shop)
    operator = operator_token(server, shop)
    with httpx.Client(base_url=server.url, timeout=WAIT_S) as http:
        bearers = {
            "an agent": signed_in(http, shop),
            "an admin": exchanged(http, shop.admin_key),
            "the operator": operator,
            "a program": exchanged(http, shop.api_key),
            "a customer": session_token,
            "an API key": shop.api_key,
            "nobody": None,
        }
        places = {
            "shop_id": shop.shop_id,
            "conversation_id": conversation_id,
            "offer_id": encode(IdKind.OFFER, new_id()),
            "customer_id": encode(IdKind.CUSTOMER, new_id()),
            "site_key": shop.site_key,
            **first_ids(http, operator),
        }
        yield Scene(server.url, bearers, places)


def requests_of(
    operation: APIOperation[Any, Any, Any, Any], scene: Scene
) -> st.SearchStrategy[Any]:
    """Draw right and wrong requests, to places that are there and to any others."""
    wanted = {one["name"] for one in operation.definition.raw.get("parameters", [])}
    real = {place: one for place, one in scene.places.items() if place in wanted}
    ways = [
        operation.as_strategy(mode, path_parameters=places)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        for places in ([None, real] if real else [None])
    ]
    return st.one_of(ways)


def ask(
    operation: APIOperation[Any, Any, Any, Any], scene: Scene, session: requests.Session
) -> None:
    @settings(
        max_examples=EXAMPLES,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(case=requests_of(operation, scene), who=st.sampled_from(sorted(scene.bearers)))
    def no_5xx(case: Any, who: str) -> None:
        answer = case.call(
            base_url=scene.url, session=session, headers=scene.headers(who), timeout=WAIT_S
        )
        said = f"{case.as_curl_command()} by {who}: {answer.status_code} {answer.text}"
        assert answer.status_code < SERVER_ERROR, said
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            assert answer.headers["content-type"][0] == PROBLEM, said
            assert_fit_for_people(answer.text, answer.json()["detail"])
        scene.answers[who, answer.status_code] += 1

    no_5xx()


@pytest.mark.timeout(60 + EXAMPLES * 20)
def test_no_request_drawn_from_the_openapi_document_is_a_5xx(
    server: ShopServer, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    document = httpx.get(f"{server.url}/openapi.json", timeout=WAIT_S).raise_for_status().json()
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig())
    with requests.Session() as session:
        for found in schema.exclude(path=ENDLESS).get_all_operations():
            assert isinstance(found, Ok), found
            ask(found.ok(), scene, session)

    with capsys.disabled():
        print(f"\nfuzzed: {sum(scene.answers.values())} requests")  # noqa: T201
    heard = {who for who, status in scene.answers if status != httpx.codes.UNAUTHORIZED}
    assert heard >= {"an agent", "an admin", "the operator", "a program"}
    assert server.process.poll() is None
