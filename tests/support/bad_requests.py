"""A scene that bad requests must leave as it is, and every endpoint to send them to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from services.gateway.domain.keys import site_key
from services.history.domain.webhook_paths import webhook_path
from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id
from tests.support.agent_client import AgentClient
from tests.support.chat_client import ChatClient
from tests.support.good_bodies import (
    ADMIN_BODIES,
    CONVERSATION_BODIES,
    CUSTOMER_BODIES,
    INGEST_BODIES,
    is_administration,
    is_ingest,
    is_routing,
)
from tests.support.made_bodies import OPEN_SESSION, customers_bodies, is_customers
from tests.support.refusals import PLANTED, assert_fit_for_people
from tests.support.shop_people import offered, operator_token, program_token
from tests.support.shop_server import PASSWORD, ServedShop, ShopServer

A_SOURCE = "0" * 64
ITEMS = "/v1/conversations/{conversation_id}/items"
FILES = "/v1/files"
STATUS = "/v1/agents/me/status"
PONG = "/v1/agent-events/pong"
SIGN_IN = "/v1/auth/sign-in"
UNKNOWN = {
    "conversation_id": encode(IdKind.CONVERSATION, new_id()),
    "offer_id": encode(IdKind.OFFER, new_id()),
    "customer_id": encode(IdKind.CUSTOMER, new_id()),
    "merge_id": encode(IdKind.MERGE, new_id()),
    "contact_id": encode(IdKind.CONTACT, new_id()),
    "source": A_SOURCE,
    "shop_id": encode(IdKind.SHOP, new_id()),
    "site_id": encode(IdKind.SITE, new_id()),
    "site_key": site_key(new_id(), new_id(), "0" * 16),
    "agent_id": encode(IdKind.AGENT, new_id()),
    "queue_id": encode(IdKind.QUEUE, new_id()),
    "key_id": encode(IdKind.API_KEY, new_id()),
    "file_id": encode(IdKind.FILE, new_id()),
    "webhook_id": encode(IdKind.WEBHOOK, new_id()),
    "event_id": encode(IdKind.EVENT, new_id()),
    "decision_id": encode(IdKind.DECISION, new_id()),
    "request_id": encode(IdKind.ROUTING_REQUEST, new_id()),
    "connection_id": encode(IdKind.CONNECTION, new_id()),
    "answer_id": encode(IdKind.ANSWER, new_id()),
    "key": webhook_path(new_id(), new_id()).rpartition("/")[2],
    "signed": "nothing.of-ours",
}
"""What stands for each place in a path; a new kind of place wants its line here."""
NO_IDS = (
    *(PLANTED, "0e1", "null", "-1", "%00", "%ff", "%F0%9F%98%8E", "[]", "x" * 300, "' OR 1=1"),
    *(encode(IdKind.SHOP, new_id()), encode(IdKind.OFFER, new_id()).upper(), "offer_" + "8" * 26),
    *("conv_" + "0" * 25, "cust_" + "0" * 27, f"{UNKNOWN['customer_id']}%0A"),
)


@dataclass(frozen=True)
class Operation:
    """One endpoint, as the product's own OpenAPI document tells it."""

    method: str
    path: str
    needs: str | None
    has_body: bool

    def url(self, **places: str) -> str:
        """Return its address, with ids that nobody has where none is given."""
        return self.path.format(**(UNKNOWN | places))

    @property
    def place(self) -> str | None:
        return self.path.partition("{")[2].partition("}")[0] or None


def good_body(shop: ServedShop) -> dict[str, dict[str, Any]]:
    """What each endpoint with a body takes; a new one wants its line here."""
    return (
        ADMIN_BODIES
        | INGEST_BODIES
        | CONVERSATION_BODIES
        | CUSTOMER_BODIES
        | {
            ITEMS: {"text": "Too late", "grant": None},
            STATUS: {"status": "away"},
            FILES: {"name": "a.png", "size_bytes": 1, "media_type": "image/png"},
            PONG: {"nonce": "of a stream that is gone"},
            SIGN_IN: {"shop_id": shop.shop_id, "email": shop.agents[0], "password": PASSWORD},
        }
    )


@dataclass(frozen=True)
class Scene:
    """An agent who has answered a customer, and a program that brings orders."""

    shop: ServedShop
    agent: AgentClient
    conversation_id: str
    grant: str
    writer: str
    operator: str
    session_token: str
    bodies: dict[str, dict[str, Any]]
    operations: tuple[Operation, ...]

    def headers(self, operation: Operation) -> dict[str, str]:
        """Return what lets somebody in whom the endpoint is for."""
        token = self.agent.token
        if is_administration(operation.path):
            token = self.operator
        elif is_ingest(operation.path) or is_routing(operation.path):
            token = self.writer
        elif is_customers(operation.path):
            token = self.session_token
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": "bad"}

    async def ask(self, operation: Operation, url: str = "", **options: Any) -> httpx.Response:
        options.setdefault("headers", self.headers(operation))
        url = url or operation.url(conversation_id=self.conversation_id)
        return await self.agent.http.request(operation.method, url, **options)

    async def kept(self) -> list[Any]:
        """Return everything that bad requests must leave as it is."""
        agent = self.agent
        return [
            await agent.get(ITEMS.format(conversation_id=self.conversation_id)),
            await agent.get("/v1/routing/assignments"),
            await agent.get("/v1/agents/me"),
        ]

    def with_bodies(self) -> Iterator[tuple[Operation, dict[str, Any]]]:
        good = good_body(self.shop) | self.bodies
        return ((each, good[each.path]) for each in self.operations if each.has_body)


async def answered_scene(
    server: ShopServer, pair: ServedShop, agent: AgentClient, customer: ChatClient
) -> Scene:
    """An agent, a customer, and an answer between them."""
    conversation_id = (await customer.say("Before"))["conversation_id"]
    taken = await agent.accept((await offered(agent, conversation_id))["id"])
    (await agent.say(conversation_id, "Answered", taken["grant"])).raise_for_status()
    writer = await program_token(agent.http, pair.api_key)
    operator = operator_token(server, pair)
    document = (await agent.http.get("/openapi.json")).json()
    operations = tuple(
        Operation(method.upper(), path, _needs(told), _takes_json(told))
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    )
    await customer.hears("Answered")
    bodies = customers_bodies(document, pair.site_key)
    welcome = (await agent.http.post(OPEN_SESSION, json=bodies[OPEN_SESSION])).json()
    who = (writer, operator, welcome["session_token"])
    return Scene(pair, agent, conversation_id, taken["grant"], *who, bodies, operations)


def _needs(told: dict[str, Any]) -> str | None:
    return next(iter(told["security"][0])) if "security" in told else None


def _takes_json(told: dict[str, Any]) -> bool:
    return "application/json" in told.get("requestBody", {}).get("content", {})


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Hold an answer to a problem fit for people; return it without what differs each time."""
    problem: dict[str, Any] = answer.json()
    where = f"{answer.request.method} {answer.request.url.path}: {answer.text}"
    assert (answer.status_code, problem.get("code")) == (status, code), where
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert_fit_for_people(answer.text, problem["detail"])
    assert problem.pop("request_id")
    return problem
