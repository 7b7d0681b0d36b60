"""Whatever a customer's end says wrongly is refused in words, and nothing accepted is lost."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from shared.contracts.frames import FRAME_MAX_BYTES, CloseCode
from shared.contracts.wire import SEQ_MAX, TEXT_MAX
from tests.support.chat_client import raw_chat
from tests.support.refusals import PLANTED, assert_fit_for_people
from tests.support.shop_people import a_hello, a_send, a_token, last_words
from tests.support.shop_server import ServedShop, ShopServer

NO_STRINGS: tuple[Any, ...] = ({"$ne": PLANTED}, [PLANTED], 4711, 0.5, True)
SMILE = "\N{SMILING FACE WITH SUNGLASSES}"
"""One code point; two UTF-16 units, four bytes of UTF-8, twelve of escaped JSON."""


def a_frame(**fields: Any) -> str:
    return json.dumps({"type": "send", "client_id": "bad", "text": PLANTED, **fields})


BAD_FRAMES: dict[str, tuple[str | bytes, str]] = {
    "half a frame": (a_frame()[:-1], "bad_frame"),
    "a list": (json.dumps([PLANTED]), "bad_frame"),
    "a string": (json.dumps(PLANTED), "bad_frame"),
    "a number": ("0e1", "bad_frame"),
    "null": ("null", "bad_frame"),
    "nothing": ("", "bad_frame"),
    "a list without end": ("[" * 50_000, "bad_frame"),
    "bytes": (a_frame().encode(), "bad_frame"),
    "no type": (json.dumps({"text": PLANTED}), "bad_frame"),
    "an unknown type": (a_frame(type=PLANTED), "unknown_frame"),
    "a type of the server's": (a_frame(type="welcome"), "unknown_frame"),
    "a type that is an object": (a_frame(type={PLANTED: 1}), "unknown_frame"),
    "a field that nobody knows": (a_frame(**{PLANTED: 1}), "bad_frame"),
    "a text that is half a character": (a_frame(text="\ud83d"), "bad_frame"),
    "a text that is the number 0e1": (a_frame(text=0).replace("0}", "0e1}"), "bad_frame"),
    "a client_id with a blank": (a_frame(client_id=f"{PLANTED} 1"), "bad_client_id"),
    "a client_id of 65 letters": (a_frame(client_id=f"{PLANTED:x<65}"), "bad_client_id"),
    **{f"a text that is {one}": (a_frame(text=one), "bad_frame") for one in NO_STRINGS},
    **{
        f"a client_id that is {one}": (a_frame(client_id=one), "bad_client_id")
        for one in NO_STRINGS
    },
}
"""What was sent -> the frame, its code. Each is sent before the hello and after it."""


@dataclass
class Talk:
    """A bare customer in the middle of a conversation."""

    server: ShopServer
    shop: ServedShop
    socket: ClientConnection
    session_token: str

    async def answer(self, frame: str | bytes) -> str:
        await self.socket.send(frame)
        return await self.hears()

    async def hears(self) -> str:
        """Return the next frame; where the customer stands in line may come at any moment."""
        while True:
            said = await self.socket.recv()
            assert isinstance(said, str)
            if json.loads(said)["type"] != "queue.position":
                return said

    async def texts(self) -> list[tuple[int, str]]:
        """Come back on another connection; return the whole conversation as it is told."""
        async with raw_chat(self.server.socket_url) as socket:
            await socket.send(a_hello(self.shop, session_token=self.session_token))
            welcome = json.loads(await socket.recv())
        return [(item["seq"], item["text"]) for item in welcome["items"]]


@asynccontextmanager
async def talking(server: ShopServer, shop: ServedShop) -> AsyncIterator[Talk]:
    """A customer who was understood once."""
    async with raw_chat(server.socket_url) as socket:
        await socket.send(a_hello(shop))
        welcome = json.loads(await socket.recv())
        talk = Talk(server, shop, socket, welcome["session_token"])
        assert json.loads(await talk.answer(a_send("m1", "Before")))["seq"] == 1
        yield talk


@pytest.fixture(scope="module")
def shop(server: ShopServer) -> ServedShop:
    """One shop for all: each test is another customer."""
    return server.new_shop(agents=0, capacity=1)


@pytest.fixture(scope="module")
def elsewhere(server: ShopServer) -> ServedShop:
    return server.new_shop(agents=0, capacity=1)


@pytest.fixture
async def talk(server: ShopServer, shop: ServedShop) -> AsyncIterator[Talk]:
    async with talking(server, shop) as talk:
        yield talk


def refusal(said: str) -> dict[str, Any]:
    """Return a refusal that is fit for people."""
    error: dict[str, Any] = json.loads(said)
    assert_fit_for_people(said, error["detail"])
    return error


class TestFrames:
    @pytest.mark.parametrize(("frame", "code"), BAD_FRAMES.values(), ids=BAD_FRAMES)
    async def test_a_bad_frame_gets_one_fixed_error_before_and_after_the_hello(
        self, talk: Talk, frame: str | bytes, code: str
    ) -> None:
        """LESSONS 27 (Zammad CVE-2026-102489) and 30."""
        async with raw_chat(talk.server.socket_url) as stranger:
            await stranger.send(frame)
            early = await stranger.recv()
            await stranger.send(a_hello(talk.shop))
            assert json.loads(await stranger.recv())["type"] == "welcome"

        late = await talk.answer(frame)

        assert late == early
        assert (refusal(late)["type"], refusal(late)["code"]) == ("error", code)
        assert json.loads(await talk.answer(a_send("m2", "After")))["seq"] == 2
        assert await talk.texts() == [(1, "Before"), (2, "After")]

    async def test_a_message_before_the_hello_is_refused_and_can_be_sent_again_behind_it(
        self, server: ShopServer, shop: ServedShop
    ) -> None:
        async with raw_chat(server.socket_url) as socket:
            await socket.send(a_frame(text=PLANTED))
            said = await socket.recv()
            await socket.send(a_hello(shop))
            await socket.recv()
            await socket.send(a_frame(text=PLANTED))
            assert json.loads(await socket.recv())["seq"] == 1

        assert isinstance(said, str)
        assert refusal(said)["code"] == "hello_first"

    async def test_a_second_hello_is_refused_and_changes_nothing(self, talk: Talk) -> None:
        said = await talk.answer(a_hello(talk.shop, page_url=PLANTED))

        assert refusal(said)["code"] == "already_welcome"
        assert json.loads(await talk.answer(a_send("m2", "After")))["seq"] == 2

    async def test_ten_bad_frames_close_with_4000_and_the_conversation_is_whole(
        self, talk: Talk
    ) -> None:
        said = [await talk.answer(a_frame(type=PLANTED)) for _ in range(10)]
        bye = await talk.hears()
        with pytest.raises(ConnectionClosed):
            await talk.socket.recv()

        assert len(set(said)) == 1
        assert (refusal(bye)["type"], refusal(bye)["code"]) == ("bye", "bad_frame")
        assert talk.socket.close_code == CloseCode.BAD_FRAMES
        assert await talk.texts() == [(1, "Before")]

    async def test_a_frame_over_64_kib_closes_with_1009_and_the_conversation_is_whole(
        self, talk: Talk
    ) -> None:
        await talk.socket.send(a_frame(text=PLANTED + "x" * FRAME_MAX_BYTES))
        with pytest.raises(ConnectionClosed):
            await talk.hears()

        assert talk.socket.close_code == CloseCode.FRAME_TOO_LARGE
        assert PLANTED not in (talk.socket.close_reason or "")
        assert await talk.texts() == [(1, "Before")]


class TestTexts:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "text_length"),
            (" ", "text_length"),
            ("\u200b", "text_length"),
            (SMILE * (TEXT_MAX + 1), "text_length"),
            ("a\0b", "bad_frame"),
        ],
        ids=["of 0", "of a space", "of no width", "of 5,001 code points", "with a NUL"],
    )
    async def test_a_text_is_refused(self, talk: Talk, text: str, code: str) -> None:
        error = refusal(await talk.answer(a_send("bad", text)))

        assert (error["code"], error["client_id"]) == (code, "bad")
        assert json.loads(await talk.answer(a_send("bad", "After")))["seq"] == 2
        assert await talk.texts() == [(1, "Before"), (2, "After")]

    @pytest.mark.parametrize(
        "text", [SMILE * TEXT_MAX, " a ", "\u200ba", "\ufffe", "<b>'; --"], ids=ascii
    )
    async def test_a_text_of_1_to_5000_code_points_is_kept_as_it_is(
        self, talk: Talk, text: str
    ) -> None:
        """Counted in code points; what is blank around something is the customer's to send."""
        assert json.loads(await talk.answer(a_send("m2", text)))["seq"] == 2
        assert await talk.texts() == [(1, "Before"), (2, text)]

    async def test_a_client_id_is_one_text_for_ever(self, talk: Talk) -> None:
        first = await talk.answer(a_send("m2", "Once"))
        conflict = refusal(await talk.answer(a_send("m2", PLANTED)))
        again = await talk.answer(a_send("m2", "Once"))

        assert (conflict["code"], conflict["client_id"]) == ("client_id_conflict", "m2")
        assert again == first
        assert await talk.texts() == [(1, "Before"), (2, "Once")]


def without_a_key(_shop: ServedShop, _elsewhere: ServedShop) -> dict[str, Any]:
    return {"type": "hello"}


def with_key(key: Any) -> Callable[[ServedShop, ServedShop], dict[str, Any]]:
    return lambda _shop, _elsewhere: {"type": "hello", "site_key": key}


def with_token(token: str) -> Callable[[ServedShop, ServedShop], dict[str, Any]]:
    return lambda shop, _elsewhere: json.loads(a_hello(shop, customer_token=token))


REFUSED_HELLOS: dict[str, tuple[Callable[[ServedShop, ServedShop], dict[str, Any]], CloseCode]] = {
    "without a site key": (without_a_key, CloseCode.UNKNOWN_SITE),
    **{
        f"with the site key {key}": (with_key(key), CloseCode.UNKNOWN_SITE)
        for key in ("", "0e1", PLANTED, f"fk_{PLANTED:0<68}", None, *NO_STRINGS)
    },
    "with another end of the site key": (
        lambda shop, elsewhere: (
            json.loads(a_hello(shop)) | {"site_key": shop.site_key[:-16] + elsewhere.site_key[-16:]}
        ),
        CloseCode.UNKNOWN_SITE,
    ),
    **{
        f"with the customer token {token[:20]}": (with_token(token), CloseCode.BAD_CUSTOMER_TOKEN)
        for token in ("0e1", PLANTED, f"{PLANTED}.e30.x", "." * 2_000)
    },
    "with another shop's customer": (
        lambda shop, elsewhere: json.loads(a_hello(shop, customer_token=a_token(elsewhere))),
        CloseCode.BAD_CUSTOMER_TOKEN,
    ),
    "with yesterday's customer token": (
        lambda shop, _: json.loads(a_hello(shop, customer_token=a_token(shop, life_ms=-1_000))),
        CloseCode.BAD_CUSTOMER_TOKEN,
    ),
    "with a customer token that lives too long": (
        lambda shop, _: json.loads(
            a_hello(shop, customer_token=a_token(shop, life_ms=30 * 86_400_000))
        ),
        CloseCode.BAD_CUSTOMER_TOKEN,
    ),
}
CODE_OF = {
    CloseCode.UNKNOWN_SITE: "unknown_site",
    CloseCode.BAD_CUSTOMER_TOKEN: "bad_customer_token",
}


class TestHellos:
    @pytest.mark.parametrize(("hello", "close"), REFUSED_HELLOS.values(), ids=REFUSED_HELLOS)
    async def test_a_hello_is_refused_and_the_session_it_named_goes_on(
        self,
        talk: Talk,
        elsewhere: ServedShop,
        hello: Callable[[ServedShop, ServedShop], dict[str, Any]],
        close: CloseCode,
    ) -> None:
        frame = hello(talk.shop, elsewhere) | {"session_token": talk.session_token}

        code, detail, closed = await last_words(talk.server, json.dumps(frame))

        assert (code, closed) == (CODE_OF[close], close)
        assert_fit_for_people(detail, detail)
        assert json.loads(await talk.answer(a_send("m2", "After")))["seq"] == 2
        assert await talk.texts() == [(1, "Before"), (2, "After")]

    @pytest.mark.parametrize("token", ["0e1", PLANTED, "fs_" + "0" * 52 + "_" + "A" * 43])
    async def test_a_session_that_nobody_knows_is_told_to_begin_anew(
        self, server: ShopServer, shop: ServedShop, token: str
    ) -> None:
        code, detail, closed = await last_words(server, a_hello(shop, session_token=token))

        assert (code, closed) == ("unknown_session", CloseCode.UNKNOWN_SESSION)
        assert_fit_for_people(detail, detail)

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("session_token", NO_STRINGS),
            ("customer_token", NO_STRINGS),
            ("conversation_id", (*NO_STRINGS, PLANTED, "0e1", "offer_" + "0" * 26)),
            ("page_url", (*NO_STRINGS, "x" * 2_001)),
            ("locale", (*NO_STRINGS, "x" * 36)),
            ("epoch", ("0e1", "1", 1.5, -1, [1], {})),
            ("last_seq", ("0e1", "1", 1.5, -1, SEQ_MAX + 1, [1], {}, None)),
        ],
    )
    async def test_a_hello_with_a_field_of_another_kind_is_a_bad_frame(
        self, server: ShopServer, shop: ServedShop, field: str, values: tuple[Any, ...]
    ) -> None:
        """LESSONS 30 (Rocket.Chat CVE-2021-22911, CVE-2026-30833): the same way everywhere."""
        async with raw_chat(server.socket_url) as socket:
            said = set()
            for value in values:
                await socket.send(a_hello(shop, **{field: value}))
                said.add(str(await socket.recv()))
            await socket.send(a_hello(shop))
            welcome = json.loads(await socket.recv())

        (only,) = said
        assert refusal(only)["code"] == "bad_frame"
        assert welcome["type"] == "welcome"
