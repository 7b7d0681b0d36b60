"""The agents' event stream (SSE): subscribe, snapshot, then everything as it happens."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends
from prometheus_client import Counter, Gauge
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from services.gateway.usecases.follow_agent import ConnectedAgents
from services.gateway.usecases.ports import AgentFeed, RawEvent
from shared.contracts.routing import AgentSnapshot
from shared.kernel.clock import Clock
from shared.kernel.errors import RefusedError
from shared.kit.auth.bearer import SignedInAgent
from shared.kit.web.sse import MEDIA_TYPE, encode_comment, encode_event

KEEP_ALIVE_S = 5.0
"""Between two signs of life: three fit into the 15 s after which an agent counts as gone."""
MAX_WAITING = 1_000
"""Events one stream may have waiting; a console that is so far behind starts from a snapshot."""
_MS_PER_S = 1_000

RequireAgent: TypeAlias = Callable[..., Coroutine[Any, Any, SignedInAgent]]
Snapshot: TypeAlias = Callable[[UUID, UUID], Awaitable[AgentSnapshot]]

STREAMS = Gauge("firstreply_agent_streams", "Agents' event streams open on this node")
BEHIND = Counter("firstreply_agent_streams_behind_total", "Streams that did not keep up")


@dataclass
class StreamParts:
    """What every stream of a node shares."""

    feed: AgentFeed
    agents: ConnectedAgents
    snapshot: Snapshot
    clock: Clock
    stopping: asyncio.Event
    open: set["AgentStream"] = field(default_factory=set)

    def wake(self) -> None:
        """Have every stream look around: the node is stopping."""
        for stream in self.open:
            stream.wake()

    def start_afresh(self) -> None:
        """Have every stream send a new snapshot: publishes may have been lost."""
        for stream in self.open:
            stream.start_afresh()


class AgentStream:
    """One stream: a bounded queue between the bus and one response.

    Attributes:
        stale: a snapshot is due before anything else.
    """

    def __init__(self) -> None:
        self._waiting: list[RawEvent] = []
        self._awake = asyncio.Event()
        self.stale = True

    def put(self, event: RawEvent) -> None:
        """Take a live event; what does not fit makes the stream start afresh."""
        if len(self._waiting) >= MAX_WAITING:
            BEHIND.inc()
            self.start_afresh()
            return
        self._waiting.append(event)
        self._awake.set()

    def start_afresh(self) -> None:
        """Drop what waits and send a snapshot instead of it."""
        self._waiting.clear()
        self.stale = True
        self._awake.set()

    def wake(self) -> None:
        """Let the response look around."""
        self._awake.set()

    def take(self) -> list[RawEvent]:
        """Return what waits."""
        taken, self._waiting = self._waiting, []
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


class _EventStream(StreamingResponse):
    """A streaming answer whose generator is closed with it, however it ends.

    Starlette leaves a generator that was cancelled between two chunks to the garbage collector.
    """

    def __init__(self, chunks: AsyncGenerator[bytes, None]) -> None:
        super().__init__(
            chunks,
            media_type=MEDIA_TYPE,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        self._chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._chunks.aclose()


def agent_event_routes(agent: RequireAgent, parts: StreamParts) -> APIRouter:
    """Return GET /v1/agent-events."""
    router = APIRouter(tags=["agents"])
    SignedIn: TypeAlias = Annotated[SignedInAgent, Depends(agent)]

    @router.get("/v1/agent-events", response_class=StreamingResponse)
    async def agent_events(caller: SignedIn) -> StreamingResponse:
        """Stream everything that concerns the agent, from a snapshot on."""
        return _EventStream(_stream(caller, parts))

    return router


async def _stream(caller: SignedInAgent, parts: StreamParts) -> AsyncGenerator[bytes, None]:
    """Yield the stream. What it takes it gives back without waiting: it may be cancelled."""
    stream = AgentStream()
    parts.open.add(stream)
    STREAMS.inc()
    try:
        await parts.feed.join(caller.agent_id, stream.put)
        try:
            await parts.agents.opened(caller.shop_id, caller.agent_id)
            while not parts.stopping.is_set() and _left_s(caller, parts) > 0:
                yield await _next_chunk(caller, stream, parts)
        except RefusedError as refusal:
            yield encode_comment(refusal.code)  # the console connects again
        finally:
            parts.agents.closed(caller.shop_id, caller.agent_id)
    finally:
        STREAMS.dec()
        parts.open.discard(stream)
        parts.feed.leave(caller.agent_id, stream.put)


async def _next_chunk(caller: SignedInAgent, stream: AgentStream, parts: StreamParts) -> bytes:
    """Return a snapshot when one is due, else the events that wait, else a sign of life."""
    if stream.take_stale():
        snapshot = await parts.snapshot(caller.shop_id, caller.agent_id)
        return encode_event("snapshot", snapshot.to_json())
    await stream.wait(min(KEEP_ALIVE_S, _left_s(caller, parts)))
    if stream.stale:
        return encode_comment("afresh")
    return b"".join(encode_event(*event) for event in stream.take()) or encode_comment()


def _left_s(caller: SignedInAgent, parts: StreamParts) -> float:
    """Return how long the sign-in still holds."""
    return (caller.principal.expires_at - parts.clock.now()) / _MS_PER_S
