"""A customer's chat over REST: the same actions, limits and codes as on the socket."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import httpx
import pytest

from services.gateway.api.customer_actions import actions
from shared.contracts.frames import ClientFrame, Hello
from shared.contracts.wire import TEXT_MAX
from shared.kernel.ids import IdKind, decode, encode
from shared.kit.auth.customer_tokens import sign_customer_token
from shared.kit.new_ids import new_id
from tests.support.gateway import a_routing_event, an_answer
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway, one_gateway

FERN, EVIL = "https://fern.example", "https://evil.example"
HOUR_MS = 3_600_000


class Customer:
    """A customer without a socket."""

    def __init__(self, served: ServedGateway, origin: str | None = None) -> None:
        self.served = served
        self.head = {"Origin": origin} if origin else {}

    async def open(self, **fields: Any) -> dict[str, Any]:
        answer = await self.ask_to_open(**fields)
        assert answer.status_code == 200, answer.text
        welcome: dict[str, Any] = answer.json()
        self.head["Authorization"] = f"Bearer {welcome['session_token']}"
        return welcome

    async def ask_to_open(self, **fields: Any) -> httpx.Response:
        body = {"site_key": self.served.stores.site.key, **fields}
        return await self.served.http.post("/v1/chat/sessions", json=body, headers=self.head)

    async def post(self, path: str, key: str = "m1", **body: Any) -> httpx.Response:
        head = {**self.head, "Idempotency-Key": key}
        return await self.served.http.post(f"/v1/chat/{path}", json=body, headers=head)

    async def say(self, text: str, key: str = "m1") -> dict[str, Any]:
        answer = await self.post("messages", key, text=text)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def read(self, **params: Any) -> httpx.Response:
        return await self.served.http.get("/v1/chat/items", params=params, headers=self.head)


@pytest.fixture
def customer(served: ServedGateway) -> Customer:
    return Customer(served)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


class TestTalking:
    async def test_a_message_is_accepted_once_however_often_it_is_sent(
        self, customer: Customer
    ) -> None:
        await customer.open()
        first, again = await customer.say("Hello?"), await customer.say("Hello?")
        other = await customer.post("messages", text="Something else")

        assert first == again
        assert (first["type"], first["seq"], first["client_id"]) == ("accepted", 1, "m1")
        assert refusal(other) == (422, "client_id_conflict")

    async def test_messages_sent_at_once_are_all_accepted_whatever_stands_before_them(
        self, customer: Customer
    ) -> None:
        """Each request is acknowledged by itself: it waits for no item of another one."""
        await customer.open()
        begun = await asyncio.gather(*(customer.say("Hello?", f"b{each}") for each in range(10)))
        gone_on = await asyncio.gather(*(customer.say("Hello?", f"g{each}") for each in range(10)))

        assert sorted(one["seq"] for one in (*begun, *gone_on)) == list(range(1, 21))

    async def test_a_customer_reads_on_from_where_they_stopped(
        self, served: ServedGateway, customer: Customer
    ) -> None:
        await customer.open()
        assert (await customer.read()).json() == {
            "conversation_id": None,
            "items": [],
            "through_seq": 0,
            "last_seq": 0,
            "epoch": 1,
        }
        said = await customer.say("Hello?")
        conversation_id = decode(IdKind.CONVERSATION, said["conversation_id"])
        await served.router.tell(a_routing_event(conversation_id, 1))
        await served.stores.appends.append([an_answer(conversation_id, text="Yes!")])

        page = (await customer.read(conversation_id=said["conversation_id"], after_seq=1)).json()

        assert [item["kind"] for item in page["items"]] == ["joined", "message"]
        assert (page["through_seq"], page["last_seq"]) == (3, 3)

    async def test_socket_and_rest_are_two_ways_into_one_session(
        self, served: ServedGateway, customer: Customer
    ) -> None:
        welcome = await customer.open()
        async with served.customer(session_token=welcome["session_token"]) as on_socket:
            said = await customer.say("By REST", "r1")
            on = await on_socket.say("By socket", "s1")
            resumed = await customer.open(session_token=welcome["session_token"])

            assert (said["seq"], on["seq"]) == (1, 2)
            assert said["conversation_id"] == on["conversation_id"]
            assert [item["text"] for item in resumed["items"]] == ["By REST", "By socket"]
            assert (await on_socket.say("Still here", "s2"))["seq"] == 3
            assert on_socket.connections == 1, "REST takes no socket's place"

    async def test_a_card_number_is_masked_here_too(self, customer: Customer) -> None:
        await customer.open()
        said = await customer.say("4111 1111 1111 1111")

        assert said["text"] == "**** **** **** 1111"
        assert (await customer.read()).json()["items"][0]["text"] == "**** **** **** 1111"


class TestLimits:
    async def test_a_bad_text_has_the_sockets_codes(self, customer: Customer) -> None:
        await customer.open()

        assert refusal(await customer.post("messages", text="")) == (422, "text_length")
        too_long = await customer.post("messages", text="x" * (TEXT_MAX + 1))
        assert refusal(too_long) == (422, "text_length")
        assert refusal(await customer.post("messages", text=["x"])) == (422, "invalid_request")
        no_key = await customer.post("messages", "", text="x")
        assert refusal(no_key) == (400, "idempotency_key_required")

    async def test_socket_and_rest_share_a_customers_rate(self, database: TestDatabase) -> None:
        async with one_gateway(database, sends_burst=2, sends_per_s=0.1) as served:
            customer = Customer(served)
            welcome = await customer.open()
            async with served.customer(session_token=welcome["session_token"]) as on_socket:
                await on_socket.say("One")
                await customer.say("Two", "r2")
                refused = await customer.post("messages", "r3", text="Three")

        assert refusal(refused) == (429, "rate_limited")
        assert 0 < refused.json()["retry_after_ms"] <= 10_001
        assert 0 < int(refused.headers["Retry-After"]) <= 11

    async def test_guessing_tokens_is_counted_by_address(self, database: TestDatabase) -> None:
        async with one_gateway(database, arrivals_burst=2, arrivals_per_s=0.01) as served:
            guesser = Customer(served)
            guesser.head["Authorization"] = "Bearer fs_nobodys"
            codes = [refusal(await guesser.read()) for _ in range(3)]

        assert codes == [(401, "unknown_session")] * 2 + [(429, "rate_limited")]


class TestLettingIn:
    async def test_an_unknown_session_opens_nothing(
        self, served: ServedGateway, customer: Customer
    ) -> None:
        assert refusal(await customer.read()) == (401, "unknown_session")
        welcome = await customer.open()
        for token in ("nonsense", welcome["session_token"][:-4] + "AAAA", served.token()):
            customer.head["Authorization"] = f"Bearer {token}"
            assert refusal(await customer.read()) == (401, "unknown_session")
            assert refusal(await customer.post("messages", text="x")) == (401, "unknown_session")

    async def test_another_customers_conversation_looks_like_none(
        self, served: ServedGateway, customer: Customer
    ) -> None:
        """LESSONS 25: Chatwoot CVE-2026-115725, Rocket.Chat loadHistory."""
        theirs = encode(IdKind.CONVERSATION, await served.stores.conversation())
        await customer.open()
        answers = [
            (await customer.read(conversation_id=one)).json()
            for one in (theirs, encode(IdKind.CONVERSATION, new_id()), "conv_x")
        ]

        assert [answer.pop("request_id") for answer in answers]
        assert answers[0] == answers[1] == answers[2]
        assert answers[0]["code"] == "not_found"

    async def test_only_a_page_of_the_site_is_let_in_and_may_read(
        self, served: ServedGateway
    ) -> None:
        ours, theirs = Customer(served, FERN), Customer(served, EVIL)
        await ours.open()
        theirs.head["Authorization"] = ours.head["Authorization"]
        unknown = Customer(served, FERN)
        unknown.head["Authorization"] = "Bearer fs_x"

        answers = [await ours.read(), await unknown.read(), await theirs.read()]

        assert [answer.status_code for answer in answers] == [200, 401, 403]
        assert [answer.headers.get("access-control-allow-origin") for answer in answers] == [
            FERN,
            FERN,
            None,
        ]
        refused = await theirs.ask_to_open()
        assert refusal(refused) == (403, "origin_refused")
        assert "access-control-allow-origin" not in refused.headers

    async def test_a_preflight_is_answered_and_kept(self, served: ServedGateway) -> None:
        url, key = "/v1/chat/messages", served.stores.site.key

        async def asked(origin: str, **params: str) -> httpx.Response:
            return await served.http.options(url, headers={"Origin": origin}, params=params)

        answer = await asked(FERN, site_key=key)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == FERN
        assert int(answer.headers["access-control-max-age"]) == 7_200
        assert "Idempotency-Key" in answer.headers["access-control-allow-headers"]
        assert (await asked(EVIL, site_key=key)).status_code == 403
        assert (await asked(EVIL)).status_code == 204, "the request itself is judged"


class TestIdentity:
    async def test_ending_a_session_ends_its_token(self, customer: Customer) -> None:
        welcome = await customer.open()
        ended = await customer.served.http.delete("/v1/chat/session", headers=customer.head)

        assert ended.status_code == 204
        assert refusal(await customer.read()) == (401, "unknown_session")
        again = await customer.ask_to_open(session_token=welcome["session_token"])
        assert refusal(again) == (401, "unknown_session")

    async def test_a_signed_out_customer_goes_on_with_nothing_of_the_signed_in_one(
        self, served: ServedGateway, customer: Customer
    ) -> None:
        """LESSONS 24: the next one at the same screen is somebody else."""
        signed_in = await customer.open(customer_token=a_token(served, "rosa"))
        said = await customer.say("My order?")
        token = signed_in["session_token"]

        same = await customer.open(session_token=token, customer_token=a_token(served, "rosa"))
        out = await Customer(served).open(session_token=token)
        other = await Customer(served).open(
            session_token=token, customer_token=a_token(served, "eve")
        )

        assert same["conversation_id"] == said["conversation_id"]
        for fresh in (out, other):
            assert fresh["session_token"] != token
            assert (fresh["conversation_id"], fresh["items"]) == (None, [])

    async def test_who_signs_in_keeps_what_they_wrote_before(
        self, served: ServedGateway, customer: Customer
    ) -> None:
        anonymous = await customer.open()
        said = await customer.say("Hello?")
        known = await customer.open(
            session_token=anonymous["session_token"], customer_token=a_token(served, "rosa")
        )

        assert known["session_token"] == anonymous["session_token"]
        assert known["conversation_id"] == said["conversation_id"]

    async def test_a_second_device_has_a_session_of_its_own(self, served: ServedGateway) -> None:
        token = a_token(served, "rosa")
        first, second = Customer(served), Customer(served)
        one = await first.open(customer_token=token)
        await first.say("On my phone")
        two = await second.open(customer_token=token)

        assert one["session_id"] != two["session_id"]
        assert (two["conversation_id"], two["items"]) == (None, [])


def a_token(served: ServedGateway, subject: str) -> str:
    secret = served.stores.site.customer_secret.encode()
    expires_at = served.clock.now() + HOUR_MS
    return sign_customer_token(secret, subject=subject, expires_at=expires_at)


async def test_every_frame_of_the_socket_is_an_action_of_rest(served: ServedGateway) -> None:
    """The catalogues are one: what a customer can do on the socket, a customer can do by REST."""
    frames = set(get_args(get_args(ClientFrame)[0]))
    assert {action.frame for action in actions()} | {Hello} == frames

    document = (await served.http.get("/openapi.json")).json()
    offered = {path for path, methods in document["paths"].items() if "post" in methods}
    assert {f"/v1/chat{action.path}" for action in actions()} <= offered
    for action in actions():
        body = document["paths"][f"/v1/chat{action.path}"]["post"].get("requestBody")
        assert (body is None) == (action.body is None)
