"""A WebSocket client that sends whatever bytes a test wants, well-formed or not."""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.support.patience import WAIT_S

TEXT, BINARY, CONT, CLOSE, PING, PONG = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA
FIN, RSV1, RSV2, RSV3 = 0x80, 0x40, 0x20, 0x10
MASKED = 0x80
_KEY = b"\x21\x43\x65\x87"
"""Any four bytes: what they hide is nobody's secret."""
_SHORT_MAX, _MIDDLE_MAX = 125, 0xFFFF


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    bits: int = FIN,
    masked: bool = True,
    says: int | None = None,
) -> bytes:
    """Return a frame of these very bits; its head tells the length `says`, true or not."""
    length = len(payload) if says is None else says
    mask = MASKED if masked else 0
    if length <= _SHORT_MAX:
        head = struct.pack("!BB", bits | opcode, mask | length)
    elif length <= _MIDDLE_MAX:
        head = struct.pack("!BBH", bits | opcode, mask | 126, length)
    else:
        head = struct.pack("!BBQ", bits | opcode, mask | 127, length)
    if not masked:
        return head + payload
    hidden = bytes(byte ^ _KEY[place % 4] for place, byte in enumerate(payload))
    return head + _KEY + hidden


@dataclass(frozen=True)
class Told:
    """One frame of the server's."""

    opcode: int
    payload: bytes


class RawSocket:
    """One TCP connection after its handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.answer = ""
        """The head of the server's answer to the handshake."""

    async def send(self, *frames: bytes) -> None:
        """Send bytes as they are, as one write."""
        self._writer.write(b"".join(frames))
        await self._writer.drain()

    async def shake_hands(self, url: str, headers: Mapping[str, str]) -> None:
        """Ask for a WebSocket and keep the answer, whatever it is."""
        place = urlsplit(url)
        lines = {
            "Host": place.netloc,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
            **headers,
        }
        head = [f"GET {place.path} HTTP/1.1", *(f"{name}: {lines[name]}" for name in lines)]
        await self.send("\r\n".join([*head, "", ""]).encode())
        async with asyncio.timeout(WAIT_S):
            self.answer = (await self._reader.readuntil(b"\r\n\r\n")).decode()

    async def told(self) -> Told:
        """Return the server's next frame; IncompleteReadError when it sends no more."""
        async with asyncio.timeout(WAIT_S):
            first, length = await self._reader.readexactly(2)
            if length == 126:
                (length,) = struct.unpack("!H", await self._reader.readexactly(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", await self._reader.readexactly(8))
            return Told(first & 0x0F, await self._reader.readexactly(length))

    async def close_code(self) -> int | None:
        """Read to the end; return the code it closed with, None when it sent no close frame."""
        code = None
        try:
            while True:
                told = await self.told()
                if told.opcode == CLOSE:
                    (code,) = struct.unpack("!H", told.payload[:2]) if told.payload else (1005,)
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return code


@asynccontextmanager
async def raw_socket(url: str, **headers: str) -> AsyncIterator[RawSocket]:
    """Open a connection and shake hands; header names have underscores for hyphens."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    socket = RawSocket(reader, writer)
    try:
        await socket.shake_hands(
            url, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        yield socket
    finally:
        writer.transport.abort()
