"""The socket and a customer's end, byte by byte: what proves that the server's words arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from typing_extensions import override
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from services.gateway.api.chat_connection import ChatConnection
from services.gateway.api.chat_socket import ChatSocket
from services.gateway.domain.heartbeat import PING_EVERY_MS
from tests.support.chat_node import Node, settle


class Cable(asyncio.Transport):
    """A transport whose other end keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.cut = False

    @override
    def write(self, data: Any) -> None:
        self.written += data

    @override
    def get_write_buffer_size(self) -> int:
        return 0

    @override
    def abort(self) -> None:
        self.cut = True

    def take(self) -> bytes:
        written, self.written = self.written, b""
        return written


class End:
    """A customer's end whose library answers pings only when it is told to."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.cable = Cable()
        self.socket = ChatSocket(ServerState(), node.parts)
        self.socket.connection_made(self.cable)
        self._client = ClientProtocol(parse_uri("ws://shop.example/v1/chat"))
        self._client.send_request(self._client.connect())
        self.send()
        self.pings()

    def send(self) -> None:
        for data in self._client.data_to_send():
            self.socket.data_received(data)

    def write(self, text: bytes) -> None:
        self._client.send_text(text)
        self.send()

    def pong(self, payload: bytes) -> None:
        self._client.send_pong(payload)
        self.send()

    def pings(self) -> list[bytes]:
        """Return the payloads of the pings that came; the library's own answers are thrown away."""
        self._client.receive_data(self.cable.take())
        self._client.data_to_send()
        events = self._client.events_received()
        return [bytes(e.data) for e in events if isinstance(e, Frame) and e.opcode is Opcode.PING]

    def wait(self) -> None:
        """Let the time of the next ping come; the loop's own timers are left out."""
        self.node.clock.advance(PING_EVERY_MS)
        cast("ChatConnection", self.socket._connection)._wake()


@pytest.fixture
async def end() -> AsyncIterator[End]:
    async with asyncio.TaskGroup() as group:
        end = End(Node(group))
        end.write(b'{"type":"hello","site_key":"fk_x"}')
        await settle()
        yield end
        end.socket.connection_lost(None)


class TestTheReceivePath:
    """LESSONS 13, Rocket.Chat #36023: some customers can send and cannot receive."""

    async def test_a_customer_whose_bytes_come_in_but_no_pong_is_dropped(self, end: End) -> None:
        """LESSONS 13, Rocket.Chat #36023."""
        for number in range(2):
            end.wait()
            end.write(b'{"type":"send","client_id":"m%d","text":"Hello?"}' % number)
            assert not end.cable.cut

        end.wait()

        assert end.cable.cut

    async def test_a_customer_who_carries_each_ping_back_stays(self, end: End) -> None:
        for _ in range(10):
            end.wait()
            (payload,) = end.pings()
            end.pong(payload)

        assert not end.cable.cut

    async def test_pongs_that_nobody_asked_for_keep_no_connection(self, end: End) -> None:
        for _ in range(3):
            end.pong(b"")
            end.wait()
            end.pong(b"keep-alive")

        assert end.cable.cut
