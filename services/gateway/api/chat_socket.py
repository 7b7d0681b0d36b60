"""The WebSocket under `/v1/chat`: uvicorn's protocol class over websockets' sans-I/O protocol.

No task and no queue a socket: bytes go straight into the session, its answers straight out.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from prometheus_client import Counter, Gauge
from typing_extensions import override
from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.datastructures import MultipleValuesError
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from services.gateway.api.chat_connection import OUT_MAX, ChatConnection
from services.gateway.api.chat_parts import ChatParts
from services.gateway.api.errands import HELLO
from services.gateway.domain.refusals import sentence
from shared.contracts.frames import FRAME_MAX_BYTES, CloseCode
from shared.kernel.clock import Millis
from shared.kernel.errors import ErrorCode
from shared.kit.web.hosts import SENTENCE

PATH = "/v1/chat"
CLOSE_WITHIN_S = 5.0
"""Time for the other end to answer a close, or to read what it never read, before it is cut."""
SEND_BUFFER = 128 * 1024
"""Bytes the kernel may hold for one socket; by itself it takes megabytes for who reads none."""
FRAGMENTS_MAX = 64
"""Fragments of one message: 64 KiB are 45 packets of an Ethernet, and no browser cuts finer."""
OUT_LAST = 2 * OUT_MAX
"""Bytes waiting that no last word helps against: pongs are written after it, too."""
ORIGIN_REFUSED = sentence(ErrorCode.ORIGIN_REFUSED)
NOT_TEXT = b""
"""Stands for a binary message: it can hold no frame of ours."""

SOCKETS = Gauge("firstreply_chat_sockets", "Chat sockets open on this node")
CLOSED = Counter("firstreply_chat_closed_total", "Chat sockets we closed", ["code"])
TURNED_AWAY = Counter(
    "firstreply_chat_turned_away_total", "Chat sockets refused: too many from one address"
)
_MS_PER_S = 1_000

_LOGGER = logging.getLogger("firstreply.chat_socket")
_LOGGER.setLevel(logging.ERROR)  # its per-connection lines would name every customer's coming


def chat_protocol(parts: ChatParts) -> type[asyncio.Protocol]:
    """Return the class that uvicorn is given as `ws=`."""

    class BoundChatSocket(ChatSocket):
        """A ChatSocket of this gateway."""

        def __init__(
            self,
            config: Config,  # noqa: ARG002  uvicorn's signature
            server_state: ServerState,
            app_state: dict[str, Any],  # noqa: ARG002
            _loop: asyncio.AbstractEventLoop | None = None,
        ) -> None:
            super().__init__(server_state, parts)

    return BoundChatSocket


class ChatSocket(asyncio.Protocol):
    """One socket: handshake, messages, close. It is the Wire of its ChatConnection."""

    transport: asyncio.Transport

    def __init__(self, server_state: ServerState, parts: ChatParts) -> None:
        self._parts = parts
        self._connections = server_state.connections
        self._ws = ServerProtocol(max_size=FRAME_MAX_BYTES, logger=_LOGGER)
        self._connection: ChatConnection | None = None
        self._message: list[bytes] = []
        self._is_text = True
        self._linger: asyncio.TimerHandle | None = None
        self._is_judged = self._is_lost = False

    # asyncio's side.

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        _bound_kernel_buffer(transport)
        self._connections.add(self)  # type: ignore[arg-type]  # uvicorn lists its own
        SOCKETS.inc()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        SOCKETS.dec()
        self._is_lost = True
        self._connections.discard(self)
        if self._linger is not None:
            self._linger.cancel()
        if self._connection is not None:
            self._connection.lost()
            self._connection = None

    @override
    def data_received(self, data: bytes) -> None:
        if self._is_judged:  # RFC 6455, 4.1: nothing is sent before the handshake is answered
            self.transport.abort()
            return
        self._ws.receive_data(data)
        for event in self._ws.events_received():
            if isinstance(event, Request):
                self._handshake(event)
            elif isinstance(event, Frame):
                self._frame(event)
        self._flush()
        self._check_waiting()

    @override
    def eof_received(self) -> bool:
        self._ws.receive_eof()
        self._flush()
        return False

    @override
    def pause_writing(self) -> None:
        if self._connection is not None:
            self._connection.pause()

    @override
    def resume_writing(self) -> None:
        if self._connection is not None:
            self._connection.resume()

    def shutdown(self) -> None:
        """Say goodbye and close: uvicorn is stopping."""
        if self._connection is not None:
            self._connection.stop()
        self.transport.close()

    # The connection's side.

    def send(self, text: bytes) -> None:
        """See `Wire.send`."""
        if self._ws.state is OPEN:
            self._ws.send_text(text)
            self._flush()

    def ping(self, payload: bytes) -> None:
        """See `Wire.ping`."""
        if self._ws.state is OPEN:
            self._ws.send_ping(payload)
            self._flush()

    def close(self, code: CloseCode) -> None:
        """See `Wire.close`."""
        if self._ws.state is not OPEN:
            return
        CLOSED.labels(code=code.name.lower()).inc()
        self._ws.send_close(code)
        self._flush()
        self._linger = asyncio.get_running_loop().call_later(CLOSE_WITHIN_S, self.transport.abort)

    def drop(self) -> None:
        """See `Wire.drop`."""
        self.transport.abort()

    def waiting_bytes(self) -> int:
        """See `Wire.waiting_bytes`."""
        return self.transport.get_write_buffer_size()

    # websockets' side.

    def _handshake(self, request: Request) -> None:
        response, origin = self._answer(request)
        site_key = _site_key(request)
        is_taken = response.status_code == HTTPStatus.SWITCHING_PROTOCOLS
        if not is_taken or site_key is None or origin is None:
            self._respond(response, origin, site_key)
            return
        self._is_judged = True
        self._parts.errands.run(
            HELLO,
            partial(self._judge, response, origin, site_key),
            lambda _: self._respond(response, origin, site_key),  # the hello is told what is wrong
        )

    async def _judge(self, response: Response, origin: str, site_key: str) -> None:
        """Answer a page that names its site: with 403 if it is not among the site's own."""
        if await self._parts.page_refused(site_key, origin):
            response = self._ws.reject(HTTPStatus.FORBIDDEN, f"{ORIGIN_REFUSED}\n")
        self._respond(response, origin, site_key)

    def _respond(self, response: Response, origin: str | None, site_key: str | None) -> None:
        self._is_judged = False
        if self._is_lost:
            return  # gone while it was judged
        self._ws.send_response(response)
        self._flush()
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            self._connection = ChatConnection(self, origin, self._parts, site_key)

    def _answer(self, request: Request) -> tuple[Response, str | None]:
        if request.path.partition("?")[0] != PATH:
            return self._ws.reject(HTTPStatus.NOT_FOUND, "There is nothing here.\n"), None
        try:
            origin, host = request.headers.get("Origin"), request.headers.get("Host")
        except MultipleValuesError:
            return self._ws.reject(HTTPStatus.BAD_REQUEST, "One Origin and Host, please.\n"), None
        if not self._parts.hosts.know(host):
            return self._ws.reject(HTTPStatus.MISDIRECTED_REQUEST, f"{SENTENCE}\n"), None
        wait_ms = self._parts.arrive(self._peer(), _forwarded_for(request))
        if wait_ms:
            TURNED_AWAY.inc()
            return self._turn_away(wait_ms), None
        return self._ws.accept(request), origin

    def _turn_away(self, wait_ms: Millis) -> Response:
        response = self._ws.reject(HTTPStatus.TOO_MANY_REQUESTS, "Too many connections.\n")
        response.headers["Retry-After"] = str(-(-wait_ms // _MS_PER_S))
        return response

    def _peer(self) -> str:
        peer = self.transport.get_extra_info("peername")
        return str(peer[0]) if isinstance(peer, tuple) else ""

    def _frame(self, frame: Frame) -> None:
        """Put messages together. websockets itself answers pings and echoes a close."""
        match frame.opcode:
            case Opcode.TEXT | Opcode.BINARY:
                self._message = [bytes(frame.data)]
                self._is_text = frame.opcode is Opcode.TEXT
            case Opcode.CONT if len(self._message) < FRAGMENTS_MAX:
                self._message.append(bytes(frame.data))
            case Opcode.CONT:
                self._fail(CloseCode.FRAME_TOO_LARGE)
                return
            case Opcode.PONG:
                self._pong(bytes(frame.data))
                return
            case _:
                return
        if frame.fin and self._connection is not None:
            message, self._message = b"".join(self._message), []
            self._read(self._connection, message)

    def _read(self, connection: ChatConnection, message: bytes) -> None:
        """Hand a whole message on. That a text is UTF-8 is ours to see: RFC 6455, section 8.1."""
        if not self._is_text:
            connection.receive(NOT_TEXT)
        elif _is_utf8(message):
            connection.receive(message)
        else:
            self._fail(CloseCode.NOT_UTF8)

    def _fail(self, code: CloseCode) -> None:
        """Close at once on who breaks the rules of the wire; what follows is not read."""
        CLOSED.labels(code=code.name.lower()).inc()
        self._ws.fail(code)

    def _pong(self, payload: bytes) -> None:
        if self._connection is not None:
            self._connection.pong(payload)

    def _check_waiting(self) -> None:
        """Cut off who sends and reads nothing: websockets answers each ping, read or not."""
        waiting = self.waiting_bytes()
        if waiting > OUT_LAST:
            self.transport.abort()
        elif waiting > OUT_MAX and self._connection is not None:
            self._connection.cut()

    def _flush(self) -> None:
        for chunk in self._ws.data_to_send():
            if chunk:
                self.transport.write(chunk)
            else:  # the end of the stream: the close is done, or the other end broke the protocol
                self.transport.close()


def _site_key(request: Request) -> str | None:
    """Return the site that the URL names, if it names one."""
    return next(iter(parse_qs(request.path.partition("?")[2]).get("site_key", ())), None)


def _is_utf8(message: bytes) -> bool:
    try:
        message.decode()
    except UnicodeDecodeError:
        return False
    return True


def _forwarded_for(request: Request) -> str | None:
    """Return the addresses of every such header: each proxy may have added one of its own."""
    return ",".join(request.headers.get_all("X-Forwarded-For")) or None


def _bound_kernel_buffer(transport: asyncio.Transport) -> None:
    wire = transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
