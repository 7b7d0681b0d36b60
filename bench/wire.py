"""A WebSocket and an SSE client that cost next to nothing, so that they are no server's limit.

They know just enough of RFC 6455 for servers of our own: text frames of one piece, pings, a close.
"""

from __future__ import annotations

import asyncio
import re
from asyncio import transports
from collections.abc import Callable
from typing import cast

from typing_extensions import override

HOST = "127.0.0.1"
OPEN_TIMEOUT_S = 30.0
_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A
_MASKED = 0x80
_NO_MASK = b"\0\0\0\0"
"""A mask all the same: RFC 6455 wants one, and unmasking costs the server what it always costs."""
_HEAD_END = b"\r\n\r\n"
_SHORT_MAX, _LENGTH_16 = 125, 126

_NONCE = re.compile(rb'"nonce":"[^"]*"')

Heard = Callable[[bytes], None]


def text_frame(payload: bytes) -> bytes:
    """Return a client's text frame of at most 65,535 bytes."""
    size = len(payload)
    if size <= _SHORT_MAX:
        return bytes((_TEXT, _MASKED | size)) + _NO_MASK + payload
    return bytes((_TEXT, _MASKED | _LENGTH_16)) + size.to_bytes(2) + _NO_MASK + payload


class Socket(asyncio.Protocol):
    """One WebSocket; `heard` is called with each text frame's payload."""

    def __init__(self) -> None:
        self.heard: Heard = _ignore
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False
        self._buffer = b""
        self._upgraded = False

    @override
    def connection_made(self, transport: transports.BaseTransport) -> None:
        self._transport = cast("transports.Transport", transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionResetError("closed before it was open"))

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded and not self._take_head():
            return
        at = 0
        while (end := self._frame_end(at)) is not None:
            self._frame(at, end)
            at = end
        self._buffer = self._buffer[at:]

    def send(self, payload: bytes) -> None:
        """Send one text frame."""
        self._transport.write(text_frame(payload))

    def write(self, frames: bytes) -> None:
        """Send frames that `text_frame` made."""
        self._transport.write(frames)

    def close(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    def _take_head(self) -> bool:
        head, found, self._buffer = self._buffer.partition(_HEAD_END)
        if not found:
            self._buffer = head
            return False
        if b" 101 " not in head.partition(b"\r\n")[0]:
            self.opened.set_exception(ConnectionError(head.decode(errors="replace")))
            self._transport.abort()
            return False
        self._upgraded = True
        self.opened.set_result(None)
        return True

    def _frame_end(self, at: int) -> int | None:
        """Return where the frame that begins here ends; None: it is not all there."""
        start, size = self._payload_of(at)
        return start + size if start and start + size <= len(self._buffer) else None

    def _payload_of(self, at: int) -> tuple[int, int]:
        buffer = self._buffer
        if len(buffer) < at + 2:
            return 0, 0
        size = buffer[at + 1]
        if size <= _SHORT_MAX:
            return at + 2, size
        width = 2 if size == _LENGTH_16 else 8
        if len(buffer) < at + 2 + width:
            return 0, 0
        return at + 2 + width, int.from_bytes(buffer[at + 2 : at + 2 + width])

    def _frame(self, at: int, end: int) -> None:
        start, _ = self._payload_of(at)
        opcode = self._buffer[at]
        if opcode == _TEXT:
            self.heard(self._buffer[start:end])
        elif opcode == _PING:
            pong = bytes((_PONG, _MASKED | (end - start))) + _NO_MASK
            self._transport.write(pong + self._buffer[start:end])
        elif opcode == _CLOSE:
            self._transport.close()


class Stream(asyncio.Protocol):
    """An event stream that only counts: `events` of one type, by the bytes of their first line.

    A ping is answered on a connection of its own, as a console does it.
    """

    def __init__(self, event: str, port: int, token: str) -> None:
        self.events = 0
        self._port, self._token = port, token
        self._pongs: set[asyncio.Task[None]] = set()
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line = f"event: {event}\n".encode()
        self._rest = b""

    @override
    def connection_made(self, transport: transports.BaseTransport) -> None:
        self._transport = cast("transports.Transport", transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionResetError("closed before it was open"))

    @override
    def data_received(self, data: bytes) -> None:
        if not self.opened.done() and b"event: snapshot" in data:
            self.opened.set_result(None)
        if nonce := _NONCE.search(data):
            pong = asyncio.get_running_loop().create_task(self._pong(nonce[0]))
            self._pongs.add(pong)
            pong.add_done_callback(self._pongs.discard)
        whole = self._rest + data
        self.events += whole.count(self._line)
        # What may be the beginning of a line that ends in the next piece.
        self._rest = whole[-(len(self._line) - 1) :]

    def request(self) -> None:
        """Ask for the stream."""
        self._transport.write(_request("GET /v1/agent-events", self._token))

    def close(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    async def _pong(self, nonce: bytes) -> None:
        _, writer = await asyncio.open_connection(HOST, self._port)
        body = b"{" + nonce + b"}"
        head = _request("POST /v1/agent-events/pong", self._token, len(body))
        writer.write(head + body)
        await writer.drain()
        writer.close()


def _request(what: str, token: str, size: int = 0) -> bytes:
    return (
        f"{what} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
    ).encode()


async def open_socket(port: int, *, address: str = HOST) -> Socket:
    """Connect from an address of this machine and return the socket once it is open."""
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(Socket, HOST, port, local_addr=(address, 0))
    socket.write(
        b"GET /v1/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"Sec-WebSocket-Version: 13\r\n\r\n"
    )
    await asyncio.wait_for(socket.opened, OPEN_TIMEOUT_S)
    return socket


async def open_stream(port: int, token: str) -> Stream:
    """Open an agent's event stream and return it once its snapshot is there."""
    loop = asyncio.get_running_loop()
    _, stream = await loop.create_connection(
        lambda: Stream("message.created", port, token), HOST, port
    )
    stream.request()
    await asyncio.wait_for(stream.opened, OPEN_TIMEOUT_S)
    return stream


def _ignore(_payload: bytes) -> None:
    """Hear nothing."""
