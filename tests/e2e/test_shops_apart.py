"""Two shops on one server: nothing of one is ever on the wire of the other, not even that it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.kernel.ids import IdKind, encode
from shared.kit.new_ids import new_id
from tests.support.agent_client import AgentClient
from tests.support.chat_client import chat_client, raw_chat
from tests.support.made_bodies import OPEN_SESSION, customers_bodies
from tests.support.shop_people import (
    a_hello,
    a_send,
    a_token,
    at_work,
    card_of,
    offered,
)
from tests.support.shop_server import (
    KNOWN_EMAIL,
    KNOWN_ORDER,
    ServedShop,
    ShopServer,
)
from tests.support.two_shops import (
    BODIES,
    OF_NOBODY,
    OF_THEIRS,
    SAID,
    SECRETS,
    Theirs,
    administered,
    decided,
    first_shop,
    heard,
    let_in,
    nobodys,
    operations_of,
)


@pytest.fixture
async def theirs(server: ShopServer, pair: ServedShop, agent: AgentClient) -> AsyncIterator[Theirs]:
    """The first shop at work."""
    async with first_shop(server, pair, agent) as theirs:
        yield theirs


@pytest.fixture
async def eve(server: ShopServer, other: ServedShop) -> AsyncIterator[AgentClient]:
    """An agent of the other shop."""
    async with at_work(server, other) as eve:
        yield eve


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
        places = [one for one in await operations_of(eve.http) if "_id}" in one[1]]
        assert places
        for method, path in places:
            head = await let_in(eve, other, path) | {"Idempotency-Key": "k1"}
            stem, _, tail = path.partition("{")
            rest = OF_THEIRS.sub(nobodys, tail.partition("}")[2])
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
            card = await card_of(offer, eve)
            assert card["customer"]["email"] == KNOWN_EMAIL, "their own, of that number"
            taken = await eve.accept(offer["id"])
            await eve.say(said["conversation_id"], "Here", taken["grant"])
            await customer.hears("Here")
            own = {
                "conversation_id": said["conversation_id"],
                "customer_id": card["customer"]["id"],
                "offer_id": offer["id"],
                "source": "0" * 64,
                "signed": "nonsense",
                **{place: encode(kind, new_id()) for place, kind in OF_NOBODY.items()},
            }
            own |= await administered(eve, other) | await decided(eve, said["conversation_id"])
            for method, path in await operations_of(eve.http):
                if method == "GET":
                    head = await let_in(eve, other, path)
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
