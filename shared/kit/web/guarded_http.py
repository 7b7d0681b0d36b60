"""uvicorn's HTTP protocol with limits on what a request may send and how long its head may take.

uvicorn has none (LESSONS 32): a client could hold a connection with half a head for ever, and a
request without end would be kept in memory as long as its trailers came.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final, cast

from prometheus_client import Counter
from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from shared.contracts.urls import UPLOADS
from shared.kit.web.protect import BODY_MAX_BYTES

HEAD_MAX_BYTES = 32 * 1_024
"""Request line and headers: browsers send under 8 KiB, other servers stop at 8 to 64."""

HEAD_DEADLINE_S = 10.0
"""From the connection's (or the next request's) first byte to the end of its head."""

REQUEST_MAX_BYTES = 2 * BODY_MAX_BYTES
"""One request on the wire after its head: the largest body, and as much again for what is no body,
the frames of its chunks and its trailers. Whoever sends a megabyte in chunks of a few bytes is
none of ours."""
UPLOAD_MAX_BYTES = UPLOADS.max_bytes + BODY_MAX_BYTES
_UPLOADS = tuple(prefix.encode() for prefix in UPLOADS.prefixes)

REFUSED = Counter(
    "firstreply_http_refused_connections_total",
    "Connections closed for what was sent: not HTTP, a head too large or too slow, without end",
    ["reason"],
)
_STATUS_LINE: Final = b"HTTP/1.1 "
_LOGGER = logging.getLogger("firstreply.http")
_LOGGER.setLevel(logging.ERROR)  # warnings here are strangers' doing: counted, not written down


class _HeadTooLargeError(Exception):
    """Ends the parser's work on a head."""


class _HeadWithBody:
    """A transport that sends an answer's head together with what follows it at once.

    uvicorn writes the two apart: two calls of the system, and whoever waits is woken twice.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None

    def write(self, data: bytes) -> None:
        """Send what is given; a head waits for the end of what runs now."""
        if self._head is not None:
            data, self._head = self._head + data, None
        elif data.startswith(_STATUS_LINE):
            self._head = data
            self._loop.call_soon(self._send_head)
            return
        self._transport.write(data)

    def close(self) -> None:
        """Close once all is sent."""
        self._send_head()
        self._transport.close()

    def _send_head(self) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class GuardedHttp(HttpToolsProtocol):
    """Closes a connection whose request is too large, or whose head is too slow."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = _LOGGER
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._received = 0
        self._request_max = REQUEST_MAX_BYTES

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._bare = transport
        super().connection_made(cast("asyncio.Transport", _HeadWithBody(transport, self.loop)))
        self._expect_head()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    @override
    def on_message_begin(self) -> None:
        self._expect_head()
        self._received = 0
        super().on_message_begin()

    @override
    def on_url(self, url: bytes) -> None:
        self._count_head(len(url))
        super().on_url(url)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_timer is None:
            return  # a trailer: nobody here reads one, and uvicorn would keep it
        self._count_head(len(name) + len(value))
        super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        self._end_head()
        is_upload = self.url.startswith(_UPLOADS)
        self._request_max = UPLOAD_MAX_BYTES if is_upload else REQUEST_MAX_BYTES
        super().on_headers_complete()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # What the parser holds back of a header without end is in no callback, so bytes count too.
        self._received += len(data)
        in_head = self._head_timer is not None
        if self._received > (HEAD_MAX_BYTES if in_head else self._request_max):
            self._refuse("head_too_large" if in_head else "request_too_large")

    @override
    def handle_websocket_upgrade(self) -> None:
        """Hand the connection on as it is, and be gone: frames have no heads of ours.

        Parser and protocol hold each other by themselves; in a storm of sockets freeing them
        would be most of the garbage collector's work.
        """
        self.transport = self._bare
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]  # uvicorn's own way at a connection's end

    @override
    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; what is only too large was closed already."""
        if not self.transport.is_closing():
            REFUSED.labels(reason="not_http").inc()
            super().send_400_response(msg)

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._head_bytes = self._received = 0
            self._head_timer = self.loop.call_later(HEAD_DEADLINE_S, self._refuse, "head_too_slow")

    def _end_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _count_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_MAX_BYTES:
            self._refuse("head_too_large")
            raise _HeadTooLargeError  # so that the parser stops, and nobody answers the request

    def _refuse(self, reason: str) -> None:
        """Close without an answer: whoever does this is not reading one."""
        self._end_head()
        if not self.transport.is_closing():
            REFUSED.labels(reason=reason).inc()
            self.transport.close()
