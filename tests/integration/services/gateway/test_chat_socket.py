"""The chat socket over a real server, a real database and the `websockets` client."""

from __future__ import annotations

import asyncio
import gc
import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from shared.contracts.frames import FRAME_MAX_BYTES, CloseCode
from shared.kernel.ids import IdKind, decode
from shared.kernel.vocabulary import EventType, Service
from shared.kit.auth.customer_tokens import sign_customer_token
from shared.kit.web.guarded_http import GuardedHttp
from tests.support.chat_client import ChatClient, last_words, raw_chat
from tests.support.gateway import a_routing_event, an_answer
from tests.support.postgres import TestDatabase
from tests.support.running_gateway import ServedGateway, one_gateway

MINUTE_MS = 60_000


def send(client_id: str = "m1", text: str = "Hello?") -> dict[str, Any]:
    return {"type": "send", "client_id": client_id, "text": text}


class TestTalking:
    async def test_a_customers_message_is_acknowledged_and_told_to_the_router(
        self, served: ServedGateway
    ) -> None:
        async with served.customer() as customer:
            ack = await customer.say("Where is my order?")

        assert ack["seq"] == 1
        await served.router.until(lambda: len(served.router.events) == 2)
        assert {event.receiver for event in served.router.events} == {
            Service.ROUTER,
            Service.HISTORY,
        }
        assert {event.type for event in served.router.events} == {EventType.MESSAGE_CREATED}

    async def test_an_open_socket_has_left_its_handshake_for_no_garbage_collector(
        self, served: ServedGateway
    ) -> None:
        gc.collect()
        gc.disable()
        try:
            async with served.customer() as customer:
                await customer.say("Where is my order?")
                assert not [one for one in gc.get_objects() if isinstance(one, GuardedHttp)]
        finally:
            gc.enable()

    async def test_an_agents_answer_reaches_the_customer(self, served: ServedGateway) -> None:
        async with served.customer() as customer:
            ack = await customer.say("Where is my order?")
            conversation_id = decode(IdKind.CONVERSATION, ack["conversation_id"])

            response = await served.http.post(
                f"/v1/conversations/{ack['conversation_id']}/items",
                json={"text": "On its way!", "grant": served.grant(conversation_id)},
                headers={**served.headers(), "Idempotency-Key": "a1"},
            )
            item = await customer.hears("On its way!")

        assert response.status_code == 201
        assert item == response.json()
        assert customer.seqs(ack["conversation_id"]) == [1, 2]

    async def test_a_customer_who_comes_back_has_missed_nothing(
        self, served: ServedGateway
    ) -> None:
        """LESSONS 12."""
        async with served.customer() as customer:
            ack = await customer.say("Where is my order?")
            conversation_id = decode(IdKind.CONVERSATION, ack["conversation_id"])
            await served.router.tell(a_routing_event(conversation_id, 1))
            await customer.drop()
            await served.stores.appends.append(
                [an_answer(conversation_id, f"a{n}", f"Answer {n}") for n in range(120)]
            )

            await customer.hears("Answer 119")

            assert customer.seqs(ack["conversation_id"]) == list(range(1, 123))
            assert customer.connections == 2
            assert not customer.doubles

    async def test_a_conversation_that_ended_meanwhile_is_told_to_its_end(
        self, served: ServedGateway
    ) -> None:
        async with served.customer() as customer:
            ack = await customer.say("Bye!")
            first = decode(IdKind.CONVERSATION, ack["conversation_id"])
            await served.router.tell(a_routing_event(first, 1))
            await served.router.tell(a_routing_event(first, 2, EventType.CONVERSATION_ENDED))
            await customer.hears("The conversation ended.")

            following = await customer.say("One more thing")

            assert following["conversation_id"] != ack["conversation_id"]
            assert following["seq"] == 1
            assert customer.seqs(ack["conversation_id"]) == [1, 2, 3]

    async def test_a_line_lost_on_the_bus_is_healed_within_seconds(
        self, served: ServedGateway
    ) -> None:
        """Written straight into the store, nobody publishes it."""
        async with served.customer() as customer:
            ack = await customer.say("Anybody?")
            conversation_id = decode(IdKind.CONVERSATION, ack["conversation_id"])
            await served.router.tell(a_routing_event(conversation_id, 1))

            await served.stores.appends.append([an_answer(conversation_id, text="Unheard")])

            await customer.hears("Unheard")

    async def test_the_newest_connection_of_a_session_wins(self, served: ServedGateway) -> None:
        async with served.customer() as first:
            await first.say("Hello?")
            async with raw_chat(served.chat_url) as socket:
                hello = {
                    "type": "hello",
                    "site_key": served.stores.site.key,
                    "session_token": first.session_token,
                }
                await socket.send(json.dumps(hello))
                welcome = json.loads(await socket.recv())

                await first.until(lambda: bool(first.byes))

        assert first.byes[0]["code"] == "replaced"
        assert [item["text"] for item in welcome["items"]] == ["Hello?"]

    async def test_twenty_sends_on_one_wire_are_acknowledged_in_order(
        self, served: ServedGateway
    ) -> None:
        async with served.customer() as customer:
            for number in range(20):
                await customer.post(f"Line {number}", f"m{number}")
            await customer.until(lambda: not customer.unacknowledged)

        assert [customer.acks[f"m{n}"]["seq"] for n in range(20)] == list(range(1, 21))


class TestIdentity:
    async def test_a_customer_the_shop_vouches_for_is_verified(self, served: ServedGateway) -> None:
        token = sign_customer_token(
            served.stores.site.customer_secret.encode(),
            subject="customer-7",
            name="Rosa",
            expires_at=served.clock.now() + MINUTE_MS,
        )
        async with served.customer(customer_token=token) as customer:
            await customer.say("Hello?")
            await served.router.until(lambda: bool(served.router.events))

        body: Any = served.router.events[0].body
        assert body["conversation"]["customer"] == {
            "kind": "shop_customer",
            "value": "customer-7",
            "verified": True,
            "name": "Rosa",
        }

    async def test_the_router_is_told_what_the_page_is_in(self, served: ServedGateway) -> None:
        async with served.customer(page={"locale": "pt-BR"}) as customer:
            await customer.say("Olá?")
            await served.router.until(lambda: bool(served.router.events))
        body: Any = served.router.events[0].body
        assert body["conversation"]["locale"] == "pt-BR"

    async def test_another_customers_token_begins_another_session(
        self, served: ServedGateway
    ) -> None:
        """LESSONS 24: whoever signs in on the same browser does not find the last one's talk."""
        secret = served.stores.site.customer_secret.encode()
        expires_at = served.clock.now() + MINUTE_MS
        one = sign_customer_token(secret, subject="one", expires_at=expires_at)
        two = sign_customer_token(secret, subject="two", expires_at=expires_at)
        async with served.customer(customer_token=one) as first:
            await first.say("My secret")
        async with served.customer(customer_token=two, session_token=first.session_token) as second:
            assert second.session_token != first.session_token
            assert second.items == {}

    async def test_a_forged_customer_token_is_refused(self, served: ServedGateway) -> None:
        token = sign_customer_token(
            b"x" * 32, subject="customer-7", expires_at=served.clock.now() + MINUTE_MS
        )
        frame, code = await hello(served, customer_token=token)

        assert (frame["code"], code) == ("bad_customer_token", CloseCode.BAD_CUSTOMER_TOKEN)


async def hello(
    served: ServedGateway, *, origin: str | None = None, **fields: Any
) -> tuple[dict[str, Any], int]:
    """Say hello with these fields and return the last words."""
    async with raw_chat(served.chat_url, origin=origin) as socket:
        frame = {"type": "hello", "site_key": served.stores.site.key, **fields}
        await socket.send(json.dumps(frame))
        return await last_words(socket)


class TestBadInput:
    @pytest.mark.parametrize("key", ["", "fk_nonsense", "fk_" + "0" * 68])
    async def test_a_wrong_site_key_is_an_unknown_site(
        self, served: ServedGateway, key: str
    ) -> None:
        frame, code = await hello(served, site_key=key)

        assert (frame["code"], code) == ("unknown_site", CloseCode.UNKNOWN_SITE)

    async def test_a_site_key_with_another_random_end_is_an_unknown_site(
        self, served: ServedGateway
    ) -> None:
        key = served.stores.site.key
        frame, code = await hello(served, site_key=key[:-1] + ("0" if key[-1] != "0" else "1"))

        assert (frame["code"], code) == ("unknown_site", CloseCode.UNKNOWN_SITE)

    async def test_another_shops_session_is_as_unknown_as_none(self, served: ServedGateway) -> None:
        """LESSONS 25."""
        theirs = ChatClient(served.chat_url, served.stores.other_site.key)
        async with asyncio.TaskGroup() as group:
            runner = group.create_task(theirs.run())
            await theirs.say("Hello?")
            runner.cancel()
        assert theirs.session_token is not None

        there = await hello(served, session_token=theirs.session_token)
        nowhere = await hello(served, session_token="fs_" + "0" * 52 + "_" + "A" * 43)
        mangled = await hello(served, session_token=theirs.session_token[:-1] + "?")

        assert there == nowhere == mangled
        assert there[1] == CloseCode.UNKNOWN_SESSION

    async def test_a_session_with_another_secret_is_unknown(self, served: ServedGateway) -> None:
        async with served.customer() as customer:
            token = customer.session_token
        assert token is not None
        frame, _ = await hello(served, session_token=token[:-8] + "AAAAAAAA")

        assert frame["code"] == "unknown_session"

    async def test_another_shops_page_is_refused(self, served: ServedGateway) -> None:
        frame, code = await hello(served, origin="https://evil.example")

        assert (frame["code"], code) == ("origin_refused", CloseCode.ORIGIN_REFUSED)

    async def test_the_shops_own_page_is_let_in(self, served: ServedGateway) -> None:
        async with served.customer(origin="https://fern.example") as customer:
            assert customer.welcomes

    @pytest.mark.parametrize(
        ("frame", "code"),
        [
            ("{", "bad_frame"),
            ("[]", "bad_frame"),
            (json.dumps({"type": "shout"}), "unknown_frame"),
            (json.dumps(send()), "hello_first"),
            (b"\x00\x01", "bad_frame"),
        ],
    )
    async def test_a_bad_frame_before_the_hello_gets_its_code(
        self, served: ServedGateway, frame: str | bytes, code: str
    ) -> None:
        async with raw_chat(served.chat_url) as socket:
            await socket.send(frame)
            assert json.loads(await socket.recv())["code"] == code

    @pytest.mark.parametrize(
        ("text", "code"), [("", "text_length"), ("x" * 5_001, "text_length"), ("\0", "bad_frame")]
    )
    async def test_a_bad_text_is_refused_and_the_connection_stays(
        self, served: ServedGateway, text: str, code: str
    ) -> None:
        async with served.customer() as customer:
            bad = await customer.post(text)
            await customer.until(lambda: bool(customer.refusals))
            del customer.sent[bad]

            assert customer.refusals[0]["code"] == code
            assert customer.refusals[0]["client_id"] == bad
            assert (await customer.say("x" * 5_000))["seq"] == 1

    async def test_a_client_id_for_another_text_is_a_conflict(self, served: ServedGateway) -> None:
        async with served.customer() as customer:
            await customer.say("One", "m1")
            await customer.post("Two", "m1")
            await customer.until(lambda: bool(customer.refusals))

        assert customer.refusals[0]["code"] == "client_id_conflict"

    async def test_a_frame_over_64_kib_closes_with_1009(self, served: ServedGateway) -> None:
        async with raw_chat(served.chat_url) as socket:
            await socket.send("x" * (FRAME_MAX_BYTES + 1))
            _, code = await last_words(socket)

        assert code == CloseCode.FRAME_TOO_LARGE

    async def test_ten_bad_frames_close_the_connection(self, served: ServedGateway) -> None:
        async with raw_chat(served.chat_url) as socket:
            for _ in range(10):
                await socket.send("{")
            frame, code = await last_words(socket)

        assert (frame["code"], code) == ("bad_frame", CloseCode.BAD_FRAMES)

    @pytest.mark.parametrize("path", ["/v1/chats", "/", "/v1/agent-events"])
    async def test_only_the_chats_path_is_a_socket(self, served: ServedGateway, path: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with raw_chat(served.chat_url.replace("/v1/chat", path)):
                pass

        assert refused.value.response.status_code == 404

    async def test_a_socket_for_another_name_is_misdirected(self, database: TestDatabase) -> None:
        async with one_gateway(database, hosts=("127.0.0.1",)) as served:
            async with raw_chat(served.chat_url):
                pass
            with pytest.raises(InvalidStatus) as refused:
                async with raw_chat(served.chat_url.replace("127.0.0.1", "localhost")):
                    pass

        assert refused.value.response.status_code == 421

    async def test_a_fragmented_message_is_read_whole(self, served: ServedGateway) -> None:
        async with raw_chat(served.chat_url) as socket:
            text = json.dumps({"type": "hello", "site_key": served.stores.site.key})
            await socket.send([text[:10], text[10:20], text[20:]])
            assert json.loads(await socket.recv())["type"] == "welcome"


class TestStopping:
    async def test_a_stopping_node_tells_its_customers_when_to_come_back(
        self, served: ServedGateway
    ) -> None:
        """LESSONS 18."""
        async with raw_chat(served.chat_url) as socket:
            await socket.send(json.dumps({"type": "hello", "site_key": served.stores.site.key}))
            await socket.recv()

            served.stopping.set()
            bye, code = await last_words(socket)

        assert (bye["type"], code) == ("bye", CloseCode.GOING_AWAY)
        assert 0 <= bye["retry_in_ms"] <= 5_000
