"""One agent's stream between the bus and a response: bounded, and fresh after any loss."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from uuid import UUID

from prometheus_client import Counter
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from services.gateway.domain.standing import Standing
from services.gateway.usecases.feed_ports import RawEvent
from services.gateway.usecases.heal_streams import standing_after
from shared.contracts.routing import AgentSnapshot
from shared.kit.web.sse import MEDIA_TYPE

CUT_AFTER_S = 0.5
"""A stream whose console is gone ends by itself; stuck in a full socket it is cut so much later."""
MAX_WAITING = 1_000
"""Events one stream may have waiting; a console that is so far behind starts from a snapshot."""

BEHIND = Counter("firstreply_agent_streams_behind_total", "Streams that did not keep up")
HEALED = Counter(
    "firstreply_agent_streams_healed_total", "Streams that started afresh after a lost publish"
)


class AgentStream:
    """One stream: a bounded queue between the bus and one response.

    Attributes:
        shop_id: the agent's shop.
        agent_id: whose console it feeds.
        stale: a snapshot is due before anything else.
        limit: cuts the response when it is stuck in its socket.
    """

    def __init__(self, shop_id: UUID, agent_id: UUID) -> None:
        self.shop_id = shop_id
        self.agent_id = agent_id
        self._standing: Standing | None = None
        self._waiting: list[RawEvent] = []
        self._awake = asyncio.Event()
        self.stale = True
        self.limit = asyncio.Timeout(None)

    def put(self, event: RawEvent) -> None:
        """Take a live event; what does not fit makes the stream start afresh."""
        if len(self._waiting) >= MAX_WAITING:
            BEHIND.inc()
            self.start_afresh()
            return
        self._waiting.append(event)
        self._awake.set()

    @property
    def standing(self) -> Standing | None:
        """See `WatchedStream.standing`."""
        return None if self.stale or self._waiting else self._standing

    def heal(self) -> None:
        """See `WatchedStream.heal`."""
        HEALED.inc()
        self.start_afresh()

    def told(self, snapshot: AgentSnapshot) -> None:
        """Count from a snapshot on what the console knows."""
        self._standing = standing_after(snapshot)

    def start_afresh(self) -> None:
        """Drop what waits and send a snapshot instead of it."""
        self._waiting.clear()
        self._standing = None
        self.stale = True
        self._awake.set()

    def wake(self) -> None:
        """Let the response look around."""
        self._awake.set()

    def cut_in(self, span_s: float) -> None:
        """Have the response cut when it is still there so much later."""
        if not self.limit.expired():
            self.limit.reschedule(asyncio.get_running_loop().time() + span_s)

    def cut_soon(self) -> None:
        """Have the response cut unless it ends by itself at once."""
        self.cut_in(CUT_AFTER_S)

    def take(self) -> list[RawEvent]:
        """Return what waits; from now on the console counts as told."""
        taken, self._waiting = self._waiting, []
        for event in taken:
            if self._standing is not None and event.news is not None:
                self._standing.hear(event.news)
        return taken

    def take_stale(self) -> bool:
        """Return whether a snapshot is due, and take it as done."""
        was, self.stale = self.stale, False
        return was

    async def wait(self, timeout_s: float) -> None:
        """Wait for something to do, for so long at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._awake.wait()
        self._awake.clear()


class EventStream(StreamingResponse):
    """A streaming answer whose generator is closed with it, however it ends.

    Starlette leaves a generator that was cancelled between two chunks to the garbage collector.
    """

    def __init__(self, stream: AgentStream, chunks: AsyncGenerator[bytes, None]) -> None:
        super().__init__(
            chunks,
            media_type=MEDIA_TYPE,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        self._stream = stream
        self._chunks = chunks

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._stream.limit
        try:
            async with limit:
                await super().__call__(scope, receive, send)
        except TimeoutError:
            if not limit.expired():
                raise
        finally:
            await self._chunks.aclose()
