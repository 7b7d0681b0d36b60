"""Two shops on one server: nothing of one is ever on the wire of the other, not even that it is."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id
from tests.support.agent_client import AgentClient
from tests.support.chat_client import chat_client, raw_chat
from tests.support.good_bodies import (
    ADMIN_BODIES,
    CONVERSATION_BODIES,
    CUSTOMER_BODIES,
    REQUESTS,
    is_administration,
    is_routing,
)
from tests.support.made_bodies import CUSTOMERS, OPEN_SESSION, customers_bodies
from tests.support.shop_people import (
    a_hello,
    a_send,
    a_token,
    at_work,
    offered,
    program_token,
)
from tests.support.shop_server import (
    KNOWN_CUSTOMER,
    KNOWN_EMAIL,
    KNOWN_ORDER,
    ServedShop,
    ShopServer,
)

SECRETS = {
    "name": "Wilhelmina Quillfeather",
    "email": "wilhelmina@quill.example",
    "phone": "+31 20 555 0147",
    "city": "Zwolle-Zuid",
    "reference": "Q-90210",
    "title": "A brass astrolabe",
}
"""What the first shop knows of a customer whom both call the same."""
SAID = ("Has my astrolabe left?", "It leaves at noon, by pigeon.")
HOOKS = "/v1/routing/webhooks"
BODIES = (
    ADMIN_BODIES
    | CONVERSATION_BODIES
    | CUSTOMER_BODIES
    | {"/v1/agents/me/status": {"status": "available"}}
)
OF_THEIRS = re.compile(r"\{(\w+)_id\}")
"""A further place in a path, behind the one that is tried: something that nobody has."""


def the_order() -> dict[str, Any]:
    person = {name: SECRETS[name] for name in ("name", "email", "phone", "city")}
    line = {
        "line_no": 1,
        "product_ref": "p1",
        "title": SECRETS["title"],
        "quantity": 1,
        "unit_price_minor": 98_765,
    }
    return {
        "platform": "test",
        "reference": SECRETS["reference"],
        "customer": {"shop_ref": KNOWN_CUSTOMER, **person},
        "status": "paid",
        "placed_at": "2026-11-02T10:00:00.000Z",
        "currency": "EUR",
        "total_minor": 98_765,
        "lines": [line],
    }


async def take_the_order(http: httpx.AsyncClient, shop: ServedShop) -> None:
    key = {"Authorization": f"Bearer {shop.api_key}"}
    token = (await http.post("/v1/auth/tokens", headers=key)).json()["token"]
    head = {"Authorization": f"Bearer {token}"}
    answer = await http.post("/v1/orders/batches", json={"orders": [the_order()]}, headers=head)
    assert answer.json()["created"] == 1


@dataclass(frozen=True)
class Theirs:
    """The first shop at work, and every id and secret of it."""

    shop: ServedShop
    agent: AgentClient
    ids: dict[IdKind, str]
    session_token: str

    def words(self) -> Iterator[str]:
        """Everything that must not be on another shop's wire."""
        yield from SECRETS.values()
        yield from SAID
        yield from self.ids.values()
        yield from (self.session_token, self.shop.shop_id, self.shop.customer_secret)


@pytest.fixture
async def theirs(server: ShopServer, pair: ServedShop, agent: AgentClient) -> AsyncIterator[Theirs]:
    """A verified customer who was answered, and who is offered again: all kinds of ids are live."""
    await take_the_order(agent.http, pair)
    who = {"customer_token": a_token(pair)}
    async with (
        chat_client(server.socket_url, pair.site_key, **who) as customer,
        chat_client(server.socket_url, pair.site_key, **who) as waiting,
    ):
        conversation_id = (await customer.say(SAID[0]))["conversation_id"]
        offer = await offered(agent, conversation_id)
        assert {SECRETS["email"], SECRETS["name"]} <= set(_texts(offer["card"])), "it is known here"
        taken = await agent.accept(offer["id"])
        item = (await agent.say(conversation_id, SAID[1], taken["grant"])).json()
        await customer.hears(SAID[1])
        pending = await offered(agent, (await waiting.say(SAID[0]))["conversation_id"])
        assert customer.session_token is not None
        ids = {
            IdKind.CONVERSATION: conversation_id,
            IdKind.OFFER: pending["id"],
            IdKind.ASSIGNMENT: taken["assignment"]["id"],
            IdKind.ITEM: item["id"],
            IdKind.AGENT: agent.agent["id"],
            IdKind.CUSTOMER: offer["card"]["customer"]["id"],
            IdKind.ORDER: offer["card"]["orders"][0]["id"],
            IdKind.SESSION: customer.welcomes[0]["session_id"],
            IdKind.SHOP: pair.shop_id,
            IdKind.ROUTING_REQUEST: await _requested(agent, pair),
            **await _administrative_ids(agent, pair),
        }
        before = await _kept(agent, conversation_id)
        yield Theirs(pair, agent, ids, customer.session_token)
        assert await _kept(agent, conversation_id) == before, "nobody else changed anything"


async def _requested(agent: AgentClient, shop: ServedShop) -> str:
    """Have work routed some day."""
    head = await _head(agent, shop, REQUESTS) | {"Idempotency-Key": "a-call"}
    later = {"not_before": "2100-01-01T10:00:00Z"}
    made = await agent.http.post(REQUESTS, json=CONVERSATION_BODIES[REQUESTS] | later, headers=head)
    assert made.is_success, made.text
    return str(made.json()["id"])


async def _administrative_ids(agent: AgentClient, shop: ServedShop) -> dict[IdKind, str]:
    found = await _administered(agent, shop)
    places = {
        "site_id": IdKind.SITE,
        "queue_id": IdKind.QUEUE,
        "key_id": IdKind.API_KEY,
        "webhook_id": IdKind.WEBHOOK,
    }
    return {kind: found[place] for place, kind in places.items()}


async def _kept(agent: AgentClient, conversation_id: str) -> list[Any]:
    stems = ("/v1/conversations/{}/items", "/v1/routing/conversations/{}")
    return [await agent.get(stem.format(conversation_id)) for stem in stems]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


@pytest.fixture
async def eve(server: ShopServer, other: ServedShop) -> AsyncIterator[AgentClient]:
    """An agent of the other shop."""
    async with at_work(server, other) as eve:
        yield eve


@asynccontextmanager
async def heard(agent: AgentClient) -> AsyncIterator[bytearray]:
    """Collect the very bytes of another event stream of this agent."""
    raw = bytearray()
    began = asyncio.Event()

    async def listen() -> None:
        stream = agent.http.stream("GET", "/v1/agent-events", headers=agent.headers)
        async with stream as response:
            async for chunk in response.aiter_raw():
                raw.extend(chunk)
                began.set()

    async with asyncio.TaskGroup() as group:
        listening = group.create_task(listen())
        await began.wait()
        yield raw
        listening.cancel()


async def _head(agent: AgentClient, shop: ServedShop, path: str) -> dict[str, str]:
    """Return what lets this shop's own people in: one of its programs, or its agent."""
    if is_routing(path):
        return {"Authorization": f"Bearer {await program_token(agent.http, shop.api_key)}"}
    if not is_administration(path):
        return agent.headers
    return {"Authorization": f"Bearer {await program_token(agent.http, shop.admin_key)}"}


OF_NOBODY = {
    "file_id": IdKind.FILE,
    "contact_id": IdKind.CONTACT,
    "connection_id": IdKind.CONNECTION,
    "request_id": IdKind.ROUTING_REQUEST,
    "answer_id": IdKind.ANSWER,
}
"""Things of which nobody in these shops has one."""


def _nobodys(place: re.Match[str]) -> str:
    kinds = {"merge": IdKind.MERGE, "follow_up": IdKind.FOLLOW_UP, "event": IdKind.EVENT}
    return encode(kinds[place[1]], new_id())


async def _operations(http: httpx.AsyncClient) -> list[tuple[str, str]]:
    document = (await http.get("/openapi.json")).json()
    return [
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if not path.startswith(("/v1/auth", CUSTOMERS)) and path != "/v1/agent-events"
    ]


async def _administered(eve: AgentClient, shop: ServedShop) -> dict[str, str]:
    """Return an id of each thing that this shop's admin sees."""
    head = await _head(eve, shop, "/v1/sites")
    found = {"shop_id": shop.shop_id, "agent_id": eve.agent["id"], "site_key": shop.site_key}
    hook = await eve.http.post(
        HOOKS, json=ADMIN_BODIES[HOOKS], headers=head | {"Idempotency-Key": "a-hook"}
    )
    assert hook.is_success, hook.text
    for place, path, name in (
        ("webhook_id", HOOKS, "webhooks"),
        ("site_id", "/v1/sites", "sites"),
        ("queue_id", "/v1/queues", "queues"),
        ("key_id", "/v1/api-keys", "api_keys"),
    ):
        listed = (await eve.http.get(path, headers=head)).json()[name]
        found[place] = listed[0]["id"]
    return found


def _seen(answer: httpx.Response) -> tuple[Any, ...]:
    """Return all that tells one answer from another, but for when and as which it came."""
    body = answer.json() if answer.content else {}
    body.pop("request_id", None)
    kept = {"content-type", "content-length", "cache-control", "www-authenticate", "retry-after"}
    heads = {name: value for name, value in answer.headers.items() if name in kept}
    return answer.status_code, body, heads


class TestIds:
    async def test_another_shops_ids_look_like_ids_that_do_not_exist_on_every_endpoint(
        self, theirs: Theirs, other: ServedShop, eve: AgentClient
    ) -> None:
        """LESSONS 25 (Chatwoot CVE-2026-115725; Rocket.Chat loadHistory)."""
        places = [one for one in await _operations(eve.http) if "_id}" in one[1]]
        assert places
        for method, path in places:
            head = await _head(eve, other, path) | {"Idempotency-Key": "k1"}
            stem, _, tail = path.partition("{")
            rest = OF_THEIRS.sub(_nobodys, tail.partition("}")[2])
            for kind, live in theirs.ids.items():
                answers = [
                    await eve.http.request(
                        method,
                        stem + each + rest,
                        json=BODIES.get(path),
                        headers=head,
                    )
                    for each in (live, encode(kind, new_id()))
                ]
                assert _seen(answers[0]) == _seen(answers[1]), f"{method} {path}: {kind}"
                assert answers[0].status_code == httpx.codes.NOT_FOUND

    async def test_a_customer_of_another_shop_gets_nowhere_with_them_either(
        self, server: ShopServer, theirs: Theirs, other: ServedShop
    ) -> None:
        unknown = theirs.session_token[:-4] + "AAAA"
        nowhere = encode(IdKind.CONVERSATION, new_id())

        async def first_word(**fields: Any) -> str:
            async with raw_chat(server.socket_url) as socket:
                await socket.send(a_hello(other, **fields))
                return str(await socket.recv())

        assert await first_word(session_token=theirs.session_token) == await first_word(
            session_token=unknown
        )
        async with raw_chat(server.socket_url) as socket:
            await socket.send(a_hello(other))
            token = json.loads(await socket.recv())["session_token"]
            await socket.send(a_send())
            await socket.recv()
        live = theirs.ids[IdKind.CONVERSATION]
        words = [
            json.loads(await first_word(session_token=token, conversation_id=one, last_seq=0))
            for one in (live, nowhere)
        ]
        assert words[0] | {"server_time": ""} == words[1] | {"server_time": ""}
        assert [item["text"] for item in words[0]["items"]] == ["Hello?"]


class TestCustomers:
    async def test_a_customers_ids_look_like_ids_that_do_not_exist_to_every_other_customer(
        self, theirs: Theirs, other: ServedShop, eve: AgentClient
    ) -> None:
        """LESSONS 25 (Chatwoot CVE-2026-115725; Rocket.Chat loadHistory).

        Every action of customers, from the OpenAPI document; a stranger of the same shop and one of
        another, with every kind of id of the first customer's.
        """
        http = eve.http
        document = (await http.get("/openapi.json")).json()
        bodies = customers_bodies(document, other.site_key)
        for shop in (theirs.shop, other):
            for kind, live in theirs.ids.items():
                # A session for each: one alone would ask more than a customer may in a second.
                opened = await http.post(OPEN_SESSION, json={"site_key": shop.site_key})
                head = {"Authorization": f"Bearer {opened.json()['session_token']}"}
                for path, body in bodies.items():
                    for field in (name for name in body if name.endswith("_id")):
                        answers = [
                            await http.post(
                                path,
                                json=body | {field: one},
                                headers=head | {"Idempotency-Key": new_id().hex},
                            )
                            for one in (live, encode(kind, new_id()))
                        ]
                        assert _seen(answers[0]) == _seen(answers[1]), f"{path}: {kind}"
                read = [
                    await http.get("/v1/chat/items", params={"conversation_id": one}, headers=head)
                    for one in (live, encode(kind, new_id()))
                ]
                assert _seen(read[0]) == _seen(read[1]), kind
                assert read[0].status_code == httpx.codes.NOT_FOUND


class TestBytes:
    async def test_nothing_of_another_shop_is_on_the_wire_of_this_one(
        self, server: ShopServer, theirs: Theirs, other: ServedShop, eve: AgentClient
    ) -> None:
        """LESSONS 31 (Zulip CVE-2022-31017): not hidden by the page, not sent at all.

        Both shops know a customer by the same number, and both customers write in this test.
        """
        raw = bytearray()
        async with (
            heard(eve) as stream,
            chat_client(
                server.socket_url, other.site_key, customer_token=a_token(other)
            ) as customer,
        ):
            said = await customer.say("Where is mine?")
            offer = await offered(eve, said["conversation_id"])
            assert offer["card"]["customer"]["email"] == KNOWN_EMAIL, "their own, of that number"
            taken = await eve.accept(offer["id"])
            await eve.say(said["conversation_id"], "Here", taken["grant"])
            await customer.hears("Here")
            own = {
                "conversation_id": said["conversation_id"],
                "customer_id": offer["card"]["customer"]["id"],
                "offer_id": offer["id"],
                "source": "0" * 64,
                "signed": "nonsense",
                **{place: encode(kind, new_id()) for place, kind in OF_NOBODY.items()},
            }
            own |= await _administered(eve, other)
            for method, path in await _operations(eve.http):
                if method == "GET":
                    head = await _head(eve, other, path)
                    answer = await eve.http.get(path.format(**own), headers=head)
                    raw += answer.content
            raw += (await eve.http.get("/metrics")).content
            raw += json.dumps(customer.welcomes + list(customer.items.values())).encode()
            raw += stream

        assert b"Where is mine?" in raw
        assert KNOWN_ORDER.encode() in stream
        assert [word for word in theirs.words() if word.encode() in raw] == []


class TestTyped:
    @pytest.mark.parametrize(
        "is_verified", [False, True], ids=["a stranger", "a verified customer"]
    )
    async def test_typing_somebodys_address_and_order_number_shows_nothing_of_theirs(
        self, server: ShopServer, theirs: Theirs, is_verified: bool
    ) -> None:
        """LESSONS 24 (ChatterMate GHSA-rfh4-6ghv-m2rr): it opens a new conversation, no card."""
        agent, shop = theirs.agent, theirs.shop
        typed = f"I am {SECRETS['email']}, {SECRETS['phone']}, my order is {SECRETS['reference']}"
        who = {"customer_token": a_token(shop, "somebody-else")} if is_verified else {}
        async with (
            heard(agent) as stream,
            chat_client(server.socket_url, shop.site_key, **who) as stranger,
        ):
            known = len(stream)
            conversation_id = (await stranger.say(typed))["conversation_id"]
            offer = await offered(agent, conversation_id)
            taken = await agent.accept(offer["id"])
            await agent.say(conversation_id, "Who are you?", taken["grant"])
            await stranger.hears("Who are you?")
            await agent.wait_for(
                "conversation.responded", lambda body: body["conversation_id"] == conversation_id
            )
            raw = bytes(stream[known:]) + json.dumps(taken).encode()

        assert conversation_id not in theirs.ids.values()
        assert (offer["card_status"], offer["card"]) == ("unknown_customer", None)
        assert offer["customer_name"] is None
        assert offer["id"].encode() in raw
        unsaid = ("name", "city", "title")
        assert [name for name in unsaid if SECRETS[name].encode() in raw] == []
        assert theirs.ids[IdKind.CUSTOMER].encode() not in raw
        assert set(SAID).isdisjoint(item["text"] for item in stranger.items.values())
