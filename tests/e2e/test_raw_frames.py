"""Whatever bytes come up a customer's socket: the right close code, and nobody else notices.

Each case is sent by a customer who was understood before. The process lives on, and another
customer, whose connection was open all the while, is understood as before.
"""

from __future__ import annotations

import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from shared.contracts.frames import FRAME_MAX_BYTES, CloseCode
from tests.support.raw_frames import (
    BINARY,
    CLOSE,
    CONT,
    FIN,
    PING,
    PONG,
    RSV1,
    RSV2,
    RSV3,
    TEXT,
    RawSocket,
    frame,
    raw_socket,
)
from tests.support.shop_people import a_hello, a_send, open_chat
from tests.support.shop_server import ServedShop, ShopServer

PROTOCOL_ERROR, NOT_UTF8 = CloseCode.PROTOCOL_ERROR, CloseCode.NOT_UTF8
NORMAL, NO_CODE = 1000, 1005
GIB = 1 << 30
SMILE = "\N{SMILING FACE WITH SUNGLASSES}".encode()
HALF_A_SMILE = json.dumps({"type": "send", "client_id": "bad"})[:-1].encode() + b', "text": "'
GOOD = a_send("good").encode()


def closing(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, struct.pack("!H", code) + reason)


BROKEN: dict[str, tuple[bytes, int]] = {
    **{
        f"a frame with reserved bit {number}": (frame(TEXT, GOOD, bits=FIN | bit), PROTOCOL_ERROR)
        for number, bit in ((1, RSV1), (2, RSV2), (3, RSV3))
    },
    **{
        f"a frame with the reserved opcode {opcode:x}": (frame(opcode, b"x"), PROTOCOL_ERROR)
        for opcode in (*range(3, 8), *range(0xB, 0x10))
    },
    "an unmasked frame": (frame(TEXT, GOOD, masked=False), PROTOCOL_ERROR),
    "an unmasked ping": (frame(PING, masked=False), PROTOCOL_ERROR),
    "a ping of 126 bytes": (frame(PING, b"x" * 126), PROTOCOL_ERROR),
    "a pong of 126 bytes": (frame(PONG, b"x" * 126), PROTOCOL_ERROR),
    "a close of 126 bytes": (closing(NORMAL, b"x" * 124), PROTOCOL_ERROR),
    "a ping in fragments": (frame(PING, b"x", bits=0), PROTOCOL_ERROR),
    "a close in fragments": (frame(CLOSE, struct.pack("!H", NORMAL), bits=0), PROTOCOL_ERROR),
    "a close of one byte": (frame(CLOSE, b"\x03"), PROTOCOL_ERROR),
    **{
        f"a close with the code {code}": (closing(code), PROTOCOL_ERROR)
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535)
    },
    "a close whose reason is no text": (closing(NORMAL, b"\xff\xfe"), NOT_UTF8),
    "a close without a code": (frame(CLOSE), NO_CODE),
    **{f"a close with the code {code}": (closing(code), code) for code in (1000, 3000, 4999)},
    "a continuation of nothing": (frame(CONT, b"x"), PROTOCOL_ERROR),
    "a new text inside a message": (
        frame(TEXT, b"{", bits=0) + frame(TEXT, GOOD),
        PROTOCOL_ERROR,
    ),
    "new bytes inside a message": (frame(TEXT, b"{", bits=0) + frame(BINARY, b"x"), PROTOCOL_ERROR),
    "a text that is none": (frame(TEXT, GOOD[:-2] + b"\xff\xfe"), NOT_UTF8),
    "a text with half of a surrogate pair": (frame(TEXT, b'"\xed\xa0\xbd"'), NOT_UTF8),
    "a text with an overlong slash": (frame(TEXT, b'"\xc0\xaf"'), NOT_UTF8),
    "a text beyond the last code point": (frame(TEXT, b'"\xf4\x90\x80\x80"'), NOT_UTF8),
    "a text in fragments that ends within a character": (
        frame(TEXT, HALF_A_SMILE + SMILE[:2], bits=0) + frame(CONT, b'"}'),
        NOT_UTF8,
    ),
    "a gibibyte declared": (frame(TEXT, says=GIB), CloseCode.FRAME_TOO_LARGE),
    "the largest length there is declared": (
        frame(BINARY, says=(1 << 64) - 1),
        CloseCode.FRAME_TOO_LARGE,
    ),
    "a gibibyte declared in a ping": (frame(PING, says=GIB), CloseCode.FRAME_TOO_LARGE),
    "a byte too many over fragments": (
        frame(TEXT, b"x" * FRAME_MAX_BYTES, bits=0) + frame(CONT, b"x"),
        CloseCode.FRAME_TOO_LARGE,
    ),
    "65 fragments": (
        frame(TEXT, b"x", bits=0) + frame(CONT, b"x", bits=0) * 63 + frame(CONT, b"x"),
        CloseCode.FRAME_TOO_LARGE,
    ),
}
"""What is sent -> the bytes, and the code that the server closes with."""

HARMLESS: dict[str, bytes] = {
    "an empty ping": frame(PING),
    "a ping of 125 bytes": frame(PING, b"x" * 125),
    "a pong that nobody asked for": frame(PONG, b"of yesterday"),
    "pings between the fragments": frame(TEXT, GOOD[:9], bits=0)
    + frame(PING, b"now")
    + frame(CONT, GOOD[9:]),
    "a character cut in two by fragments": (
        frame(TEXT, HALF_A_SMILE + SMILE[:2], bits=0) + frame(CONT, SMILE[2:] + b'"}')
    ),
    "empty fragments": frame(TEXT, bits=0) + frame(CONT, bits=0) * 10 + frame(CONT, GOOD),
}
"""Odd, and within the rules."""

HOSTILE_JSON: dict[str, str] = {
    "lists 20,000 deep": "[" * 20_000 + "]" * 20_000,
    "objects 10,000 deep": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "a list without end": "[" * 60_000,
    "a number of 60,000 digits": '{"type": "send", "client_id": "bad", "text": '
    + "9" * 60_000
    + "}",
    "a number beyond every float": '{"type": "hello", "site_key": "x", "last_seq": 1e999999}',
    "a number that is none": '{"type": "hello", "site_key": "x", "last_seq": NaN}',
    "an endless fraction": '{"type": "hello", "site_key": "x", "last_seq": 0.' + "1" * 60_000 + "}",
    "6,000 keys": "{" + ",".join(f'"{number}":1' for number in range(6_000)) + "}",
}
"""JSON that costs a careless reader its stack, its memory or its time."""


@pytest.fixture(scope="module")
def shop(server: ShopServer) -> ServedShop:
    return server.new_shop(agents=0, capacity=1)


@pytest.fixture
async def neighbour(server: ShopServer, shop: ServedShop) -> AsyncIterator[ClientConnection]:
    """Another customer, whose connection must not notice anything."""
    async with open_chat(server, shop) as socket:
        yield socket
        await socket.send(a_send("after", "Still there?"))
        said = json.loads(await socket.recv())
        assert (said["type"], said["seq"]) == ("accepted", 1)
        assert server.process.poll() is None


@asynccontextmanager
async def understood(
    server: ShopServer, shop: ServedShop, **headers: str
) -> AsyncIterator[RawSocket]:
    """A customer who is welcome, and whose wire is the test's to spoil."""
    async with raw_socket(server.socket_url, **headers) as socket:
        assert socket.answer.startswith("HTTP/1.1 101 ")
        await socket.send(frame(TEXT, a_hello(shop).encode()))
        assert json.loads((await socket.told()).payload)["type"] == "welcome"
        yield socket


async def answer(socket: RawSocket) -> dict[str, Any]:
    """Return the next answer in words; pongs are none, nor is where the customer is in the line."""
    while True:
        told = await socket.told()
        assert told.opcode in {TEXT, PONG}
        said: dict[str, Any] = json.loads(told.payload) if told.opcode == TEXT else {}
        if said.get("type") not in {None, "queue.position"}:
            return said


@pytest.mark.usefixtures("neighbour")
class TestFrames:
    @pytest.mark.parametrize(("sent", "code"), BROKEN.values(), ids=BROKEN)
    async def test_a_broken_frame_closes_its_own_connection_with_its_code(
        self, server: ShopServer, shop: ServedShop, sent: bytes, code: int
    ) -> None:
        async with understood(server, shop) as socket:
            await socket.send(sent, frame(TEXT, a_send("behind").encode()))
            assert await socket.close_code() == code

    @pytest.mark.parametrize("sent", HARMLESS.values(), ids=HARMLESS)
    async def test_an_odd_frame_within_the_rules_harms_nobody(
        self, server: ShopServer, shop: ServedShop, sent: bytes
    ) -> None:
        async with understood(server, shop) as socket:
            await socket.send(sent, frame(TEXT, a_send("behind").encode()))
            answers = [await answer(socket)]
            while answers[-1].get("client_id") != "behind":
                answers.append(await answer(socket))
        assert [one["seq"] for one in answers] == list(range(1, len(answers) + 1))

    async def test_a_frame_that_is_shorter_than_it_says_is_waited_for_alone(
        self, server: ShopServer, shop: ServedShop, neighbour: ClientConnection
    ) -> None:
        whole = frame(TEXT, a_send("late").encode())
        async with understood(server, shop) as socket:
            await socket.send(whole[:-1])
            await (await neighbour.ping())
            await socket.send(whole[-1:])
            assert (await answer(socket))["type"] == "accepted"

    async def test_what_a_frame_holds_beyond_what_it_says_is_read_as_the_next_frame(
        self, server: ShopServer, shop: ServedShop
    ) -> None:
        async with understood(server, shop) as socket:
            await socket.send(frame(TEXT, bytes(64), says=1))
            assert await socket.close_code() == PROTOCOL_ERROR


@pytest.mark.usefixtures("neighbour")
class TestDeflate:
    OFFER = "permessage-deflate; client_max_window_bits"

    async def test_an_offer_to_compress_is_declined_and_a_compressed_frame_refused(
        self, server: ShopServer, shop: ServedShop
    ) -> None:
        """A frame of 64 KiB could unpack to 64 MiB; text is short, so nothing is lost."""
        async with understood(server, shop, Sec_WebSocket_Extensions=self.OFFER) as socket:
            assert "extensions" not in socket.answer.lower()
            await socket.send(frame(TEXT, GOOD, bits=FIN | RSV1))
            assert await socket.close_code() == PROTOCOL_ERROR

    @pytest.mark.parametrize("offer", ["permessage-deflate; nonsense=1", "x-unknown", ";;,,="])
    async def test_an_offer_that_nobody_understands_is_declined_or_refused_in_words(
        self, server: ShopServer, offer: str
    ) -> None:
        async with raw_socket(server.socket_url, Sec_WebSocket_Extensions=offer) as socket:
            assert "extensions:" not in socket.answer.lower()
            assert socket.answer.split()[1] in {"101", "400"}


@pytest.mark.usefixtures("neighbour")
class TestJson:
    @pytest.mark.parametrize("text", HOSTILE_JSON.values(), ids=HOSTILE_JSON)
    async def test_hostile_json_is_one_bad_frame(
        self, server: ShopServer, shop: ServedShop, text: str
    ) -> None:
        async with understood(server, shop) as socket:
            await socket.send(frame(TEXT, text.encode()), frame(TEXT, GOOD))
            assert (await answer(socket))["code"] == "bad_frame"
            assert (await answer(socket))["type"] == "accepted"

    async def test_json_100000_deep_is_too_large_before_anybody_reads_it(
        self, server: ShopServer, shop: ServedShop
    ) -> None:
        async with understood(server, shop) as socket:
            await socket.send(frame(TEXT, b"[" * 100_000))
            assert await socket.close_code() == CloseCode.FRAME_TOO_LARGE

    async def test_of_a_key_that_stands_twice_the_last_one_counts(
        self, server: ShopServer, shop: ServedShop
    ) -> None:
        text = '{"type": "send", "client_id": "a", "client_id": "b", "text": "", "text": "Hello?"}'
        async with understood(server, shop) as socket:
            await socket.send(frame(TEXT, text.encode()))
            said = await answer(socket)
        assert (said["type"], said["client_id"]) == ("accepted", "b")
