"""uvicorn's HTTP protocol with a limit on a request's head: its size and how long it takes.

uvicorn has neither (LESSONS 32): a client could hold a connection with half a head for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

HEAD_MAX_BYTES = 32 * 1_024
"""Request line and headers: browsers send under 8 KiB, other servers stop at 8 to 64."""

HEAD_DEADLINE_S = 10.0
"""From the connection's (or the next request's) first byte to the end of its head."""


class GuardedHttp(HttpToolsProtocol):
    """Closes a connection whose request's head is too slow or too large."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    @override
    def on_message_begin(self) -> None:
        self._expect_head()
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        self._end_head()
        super().on_headers_complete()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_timer is None:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_MAX_BYTES:
            self._refuse()

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(HEAD_DEADLINE_S, self._refuse)

    def _end_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self) -> None:
        """Close without an answer: whoever does this is not reading one."""
        self._end_head()
        if not self.transport.is_closing():
            self.transport.close()
