"""One good request to every REST endpoint of the running product, from the OpenAPI document."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from services.demo.people import AGENTS, PASSWORD, SHOP_ID
from services.gateway.clients.file_passes import SignedFilePasses
from services.gateway.domain.keys import session_token, site_key
from services.gateway.usecases.file_ports import FileAction, Pass
from services.history.domain.webhook_paths import webhook_path
from shared.contracts.claims import Principal
from shared.kernel.errors import ErrorCode
from shared.kernel.ids import IdKind, encode
from shared.kernel.vocabulary import Scope
from shared.kit.auth.api_keys import new_api_key
from shared.kit.auth.keyring import Keyring
from shared.kit.auth.tokens import sign_principal
from shared.kit.new_ids import new_id
from shared.kit.system_clock import SystemClock
from tests.support.good_bodies import ADMIN_BODIES, CONVERSATION_BODIES, CUSTOMER_BODIES
from tests.support.made_bodies import customers_bodies, is_customers
from tests.support.patience import WAIT_S
from tests.support.stack import Stack

ANSWERED_WITHIN_S = 30.0
"""The longest statement any role may run takes ten; all others give up after five."""
HOUR_MS = 3_600_000
SOURCE = "0" * 64
"""What an import calls its files: a digest."""
_QUERIES = {
    "GET /v1/contacts": {"customer_id": encode(IdKind.CUSTOMER, new_id())},
    "GET /v1/contacts/search": {"q": "kettle"},
    "GET /v1/faq/search": {"q": "kettle"},
    "GET /v1/canned-replies/search": {"q": "kettle"},
}
"""What must be asked with some."""
ONE_OF_EACH = ("GET /v1/sites", "GET /v1/queues", "GET /v1/orders/connections")
"""An endpoint of each service for who is signed in."""
POLL_S = 0.1
STREAMS = frozenset({"GET /v1/agent-events"})
"""Answers that do not end: their head is all that is waited for."""

SIGN_OUTS = frozenset({"/v1/auth/sign-out", "/v1/agents/me/sign-out"})
"""Called as somebody else: whoever calls the others must stay signed in."""

_BODIES: dict[str, dict[str, Any]] = {
    "POST /v1/agent-events/pong": {"nonce": "of a stream that is gone"},
    **{f"POST {path}": body for path, body in (CONVERSATION_BODIES | CUSTOMER_BODIES).items()},
    **{f"PATCH {path}": body for path, body in CUSTOMER_BODIES.items()},
    "POST /v1/files": {"name": "a.png", "size_bytes": 1, "media_type": "image/png"},
    "POST /v1/auth/sign-in": {
        "shop_id": encode(IdKind.SHOP, SHOP_ID),
        "email": AGENTS[0].email,
        "password": PASSWORD,
    },
    "PUT /v1/agents/me/status": {"status": "available"},
    "POST /v1/orders/batches": {
        "orders": [
            {
                "platform": "test",
                "reference": "R-1",
                "customer": {"shop_ref": "customer-1"},
                "status": "shipped",
                "placed_at": "2026-11-01T10:00:00Z",
                "currency": "EUR",
                "total_minor": 1_295,
            }
        ]
    },
    "POST /v1/orders/carts/batches": {
        "carts": [
            {
                "platform": "test",
                "reference": "K-1",
                "shop_ref": "customer-1",
                "updated_at": "2026-11-01T10:00:00Z",
                "currency": "EUR",
                "total_minor": 1_295,
            }
        ]
    },
    "POST /v1/orders/products/batches": {
        "products": [{"platform": "test", "reference": "P-1", "title": "Tea kettle"}]
    },
    "POST /v1/contacts/batches": {
        "contacts": [
            {
                "platform": "test",
                "reference": "C-1",
                "shop_ref": "customer-1",
                "channel": "chat",
                "started_at": "2026-11-01T10:00:00Z",
                "ended_at": "2026-11-01T10:05:00Z",
                "end_reason": "closed_by_agent",
                "message_count": 1,
                "first_words": "Hello?",
            }
        ]
    },
}
_FILES = {
    "POST /v1/orders/imports": (
        "text/csv",
        "reference,customer,status,placed_at,currency,total\nR-2,anna,paid,2026-11-01Z,EUR,5\n",
    ),
}
"""What takes a file as its body, and its type."""
_IDS = {
    "shop_id": IdKind.SHOP,
    "site_id": IdKind.SITE,
    "agent_id": IdKind.AGENT,
    "queue_id": IdKind.QUEUE,
    "key_id": IdKind.API_KEY,
    "connection_id": IdKind.CONNECTION,
    "conversation_id": IdKind.CONVERSATION,
    "offer_id": IdKind.OFFER,
    "customer_id": IdKind.CUSTOMER,
    "contact_id": IdKind.CONTACT,
    "merge_id": IdKind.MERGE,
    "answer_id": IdKind.ANSWER,
    "file_id": IdKind.FILE,
    "webhook_id": IdKind.WEBHOOK,
    "event_id": IdKind.EVENT,
    "decision_id": IdKind.DECISION,
    "request_id": IdKind.ROUTING_REQUEST,
}


def _body(endpoint: str) -> dict[str, Any] | None:
    """Return a good body; a thing that is made has a name and an address that nobody has yet."""
    method, _, path = endpoint.partition(" ")
    if method == "GET" or endpoint in _BODIES or path not in ADMIN_BODIES:
        return _BODIES.get(endpoint)
    word = new_id().hex
    fresh = {"name": word, "email": f"{word}@mail.example", "key": word}
    return {name: fresh.get(name, value) for name, value in ADMIN_BODIES[path].items()}


@dataclass(frozen=True)
class Answered:
    """What one endpoint said."""

    endpoint: str
    status: int
    code: str | None
    retry_after: str | None


class EveryEndpoint:
    """Calls them all at once, signed in as somebody who may do everything."""

    def __init__(self, stack: Stack, document: dict[str, Any], token: str | None) -> None:
        self._url = stack.url
        self.endpoints = tuple(
            f"{method.upper()} {path}"
            for path, methods in document["paths"].items()
            for method in methods
        )
        keys = Keyring.open(stack.home / "keys.json")
        principal = Principal(
            shop_id=SHOP_ID,
            scopes=tuple(Scope),
            agent_id=AGENTS[0].id,
            name=AGENTS[0].name,
            expires_at=SystemClock().now() + HOUR_MS,
        )
        self._token = token or sign_principal(keys, principal)
        nobody = principal.model_copy(update={"agent_id": new_id()})
        self._leaving = token or sign_principal(keys, nobody)
        self._passes = SignedFilePasses(keys)
        self._api_key, _ = new_api_key(SHOP_ID, new_id())
        self._chat_bodies = customers_bodies(document, site_key(SHOP_ID, new_id(), "0" * 16))

    @classmethod
    def of(cls, stack: Stack, token: str | None = None) -> EveryEndpoint:
        """Read which there are; call them by this token, if one is given."""
        document = httpx.get(f"{stack.url}/openapi.json", timeout=WAIT_S).raise_for_status().json()
        return cls(stack, document, token)

    def _pass(self, path: str) -> str:
        """Return a pass to a file that does not exist."""
        action = FileAction.UPLOAD if "/upload/" in path else FileAction.DOWNLOAD
        until = SystemClock().now() + HOUR_MS
        return self._passes.sign(Pass(action, SHOP_ID, new_id(), until))

    async def call(self) -> list[Answered]:
        """Return what each one answers."""
        async with httpx.AsyncClient(base_url=self._url, timeout=ANSWERED_WITHIN_S) as http:
            return await asyncio.gather(*(self._call(http, one) for one in self.endpoints))

    async def until_let_in(self) -> None:
        """Wait until each service judges sign-ins again, which /ready says nothing of.

        It refuses everybody while it has not heard for five seconds who was signed out.
        """
        async with (
            asyncio.timeout(ANSWERED_WITHIN_S),
            httpx.AsyncClient(base_url=self._url, timeout=ANSWERED_WITHIN_S) as http,
        ):
            for endpoint in ONE_OF_EACH:
                while (await self._call(http, endpoint)).code == ErrorCode.TRY_AGAIN:  # noqa: ASYNC110
                    await asyncio.sleep(POLL_S)

    def _bearer(self, path: str) -> str:
        if is_customers(path):
            return session_token(SHOP_ID, new_id(), "A" * 43)
        if path in SIGN_OUTS:
            return self._leaving
        return self._api_key if path == "/v1/auth/tokens" else self._token

    async def _call(self, http: httpx.AsyncClient, endpoint: str) -> Answered:
        method, _, path = endpoint.partition(" ")
        for name, kind in _IDS.items():
            path = path.replace(f"{{{name}}}", encode(kind, new_id()))
        path = path.replace("{site_key}", site_key(SHOP_ID, new_id(), "0" * 16))
        path = path.replace("{key}", webhook_path(SHOP_ID, new_id()).rpartition("/")[2])
        headers = {"Authorization": f"Bearer {self._bearer(path)}", "Idempotency-Key": new_id().hex}
        body = _body(endpoint) if method == "GET" else self._chat_bodies.get(path, _body(endpoint))
        path = path.replace("{signed}", self._pass(path))
        path, query = path.replace("{source}", SOURCE), _QUERIES.get(endpoint)
        sent: dict[str, Any] = {"json": body}
        if endpoint in _FILES:
            headers["Content-Type"], sent = _FILES[endpoint][0], {"content": _FILES[endpoint][1]}
        async with http.stream(method, path, headers=headers, params=query, **sent) as answer:
            if endpoint in STREAMS and answer.is_success:
                return Answered(endpoint, answer.status_code, None, None)
            await answer.aread()
        code = None if answer.is_success else answer.json()["code"]
        return Answered(endpoint, answer.status_code, code, answer.headers.get("Retry-After"))
