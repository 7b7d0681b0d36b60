"""The agents' event stream (SSE): subscribe, snapshot, then everything as it happens."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends
from prometheus_client import Counter, Gauge
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from services.gateway.domain.standing import Standing
from services.gateway.usecases.answer_ping import Pulses, StreamPulse
from services.gateway.usecases.follow_agent import ConnectedAgents
from services.gateway.usecases.heal_streams import standing_after
from services.gateway.usecases.ports import AgentFeed, RawEvent
from shared.contracts.routing import AgentSnapshot
from shared.contracts.stream import StreamPing, StreamPong
from shared.kernel.clock import Clock, Instant
from shared.kernel.errors import RefusedError
from shared.kit.auth.bearer import SignedInAgent
from shared.kit.web.bodies import JsonBody
from shared.kit.web.sse import MEDIA_TYPE, encode_comment, encode_event

CUT_AFTER_S = 0.5
"""A stream whose console is gone ends by itself; stuck in a full socket it is cut so much later."""
MAX_WAITING = 1_000
"""Events one stream may have waiting; a console that is so far behind starts from a snapshot."""
_MS_PER_S = 1_000

RequireAgent: TypeAlias = Callable[..., Coroutine[Any, Any, SignedInAgent]]
Snapshot: TypeAlias = Callable[[UUID, UUID], Awaitable[AgentSnapshot]]

STREAMS = Gauge("firstreply_agent_streams", "Agents' event streams open on this node")
BEHIND = Counter("firstreply_agent_streams_behind_total", "Streams that did not keep up")
HEALED = Counter(
    "firstreply_agent_streams_healed_total", "Streams that started afresh after a lost publish"
)
GONE = Counter("firstreply_agent_streams_gone_total", "Streams whose console answered no ping")


@dataclass
class StreamParts:
    """What every stream of a node shares."""

    feed: AgentFeed
    agents: ConnectedAgents
    pulses: Pulses
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


def agent_event_routes(agent: RequireAgent, parts: StreamParts) -> APIRouter:
    """Return GET /v1/agent-events and where its pings are answered."""
    router = APIRouter(prefix="/v1/agent-events", tags=["agents"])
    SignedIn: TypeAlias = Annotated[SignedInAgent, Depends(agent)]

    @router.get("", response_class=StreamingResponse)
    async def agent_events(caller: SignedIn) -> StreamingResponse:
        """Stream everything that concerns the agent, from a snapshot on.

        Each `ping` is to be answered at /v1/agent-events/pong: 15 s without, and it ends.
        """
        stream = AgentStream(caller.shop_id, caller.agent_id)
        return EventStream(stream, stream_events(caller, stream, parts))

    @router.post("/pong", status_code=HTTPStatus.NO_CONTENT)
    async def pong(caller: SignedIn, answer: JsonBody[StreamPong]) -> None:
        """Answer a `ping`; one of no stream of this agent looks like any other."""
        await parts.pulses.answer(caller.agent_id, answer.nonce)

    return router


async def stream_events(
    caller: SignedInAgent, stream: AgentStream, parts: StreamParts
) -> AsyncGenerator[bytes, None]:
    """Yield the stream. What it takes it gives back without waiting: it may be cancelled."""
    parts.open.add(stream)
    pulse = parts.pulses.opened(caller.agent_id)
    STREAMS.inc()
    try:
        await parts.feed.join(caller.agent_id, stream.put)
        try:
            await parts.agents.opened(caller.shop_id, caller.agent_id)
            async for chunk in _chunks(caller, stream, pulse, parts):
                yield chunk
        except RefusedError as refusal:
            yield encode_comment(refusal.code)  # the console connects again
        finally:
            parts.agents.closed(caller.shop_id, caller.agent_id)
    finally:
        STREAMS.dec()
        parts.pulses.closed(pulse)
        parts.open.discard(stream)
        parts.feed.leave(caller.agent_id, stream.put)


async def _chunks(
    caller: SignedInAgent, stream: AgentStream, pulse: StreamPulse, parts: StreamParts
) -> AsyncGenerator[bytes, None]:
    """Yield what is due until the node stops, the sign-in runs out or nobody is there any more."""
    while not parts.stopping.is_set():
        now = parts.clock.now()
        if pulse.pulse.is_gone(now):
            GONE.inc()
            yield encode_comment("no answer")
            return
        ends_at = caller.principal.expires_at
        if now >= ends_at:
            return
        _bound(stream, pulse, now)
        if chunk := await _next_chunk(caller, stream, pulse, parts):
            yield chunk
        elif not parts.stopping.is_set():
            wake_at = min(pulse.pulse.next_deadline(), ends_at)
            await stream.wait(max(0, wake_at - parts.clock.now()) / _MS_PER_S)


async def _next_chunk(
    caller: SignedInAgent, stream: AgentStream, pulse: StreamPulse, parts: StreamParts
) -> bytes:
    """Return a snapshot when one is due, else a ping when one is due, else the events that wait."""
    if stream.take_stale():
        snapshot = await parts.snapshot(caller.shop_id, caller.agent_id)
        stream.told(snapshot)
        return encode_event("snapshot", snapshot.to_json())
    if pulse.pulse.ping_due(parts.clock.now()):
        return encode_event("ping", StreamPing(nonce=parts.pulses.ask(pulse)).to_json())
    return b"".join(encode_event(event.type, event.data) for event in stream.take())


def _bound(stream: AgentStream, pulse: StreamPulse, now: Instant) -> None:
    """Have the response cut if it is still in the same write when its console counts as gone."""
    if stream.limit.expired():
        return
    left_s = (pulse.pulse.gone_at - now) / _MS_PER_S
    stream.limit.reschedule(asyncio.get_running_loop().time() + left_s + CUT_AFTER_S)
