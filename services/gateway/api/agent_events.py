"""The agents' event stream (SSE): subscribe, snapshot, then everything as it happens."""

# No `from __future__ import annotations` here: FastAPI reads the closures' annotations.

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends
from prometheus_client import Counter, Gauge
from starlette.responses import StreamingResponse

from services.gateway.api.agent_stream import CUT_AFTER_S, AgentStream, EventStream
from services.gateway.usecases.answer_ping import Pulses, StreamPulse
from services.gateway.usecases.feed_ports import AgentFeed
from services.gateway.usecases.follow_agent import ConnectedAgents
from shared.contracts.claims import Principal
from shared.contracts.routing import AgentSnapshot
from shared.contracts.stream import StreamClosed, StreamPing, StreamPong
from shared.kernel.clock import Clock, Instant
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kit.auth.bearer import SignedInAgent
from shared.kit.auth.callers import Callers
from shared.kit.web.bodies import JsonBody
from shared.kit.web.idempotency import read_any_idempotency_key
from shared.kit.web.sse import encode_comment, encode_event

_MS_PER_S = 1_000

RequireAgent: TypeAlias = Callable[..., Coroutine[Any, Any, SignedInAgent]]
Snapshot: TypeAlias = Callable[[UUID, UUID], Awaitable[AgentSnapshot]]

STREAMS = Gauge("firstreply_agent_streams", "Agents' event streams open on this node")
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
    callers: Callers
    open: dict[AgentStream, Principal] = field(default_factory=dict)

    def wake(self) -> None:
        """Have every stream look around: the node is stopping."""
        for stream in self.open:
            stream.wake()

    def judge(self) -> None:
        """Have every stream whose sign-in has ended close, were it stuck in its socket."""
        for stream, caller in self.open.items():
            if self.closing(caller) is not None:
                stream.cut_soon()
                stream.wake()

    def closing(self, caller: Principal) -> StreamClosed | None:
        """Return the last word to a caller whose stream must end now; None: it goes on."""
        if self.stopping.is_set():
            return StreamClosed(code=ErrorCode.TRY_AGAIN, detail="This node stops: open it again.")
        try:
            reason = self.callers.end_of(caller)
        except RefusedError as refusal:
            return StreamClosed(code=refusal.code, detail=refusal.detail)
        if reason is None:
            return None
        detail = "This sign-in has ended: sign in again."
        return StreamClosed(code=ErrorCode.NOT_SIGNED_IN, reason=reason, detail=detail)

    def start_afresh(self) -> None:
        """Have every stream send a new snapshot: publishes may have been lost."""
        for stream in self.open:
            stream.start_afresh()


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

    @router.post(
        "/pong",
        status_code=HTTPStatus.NO_CONTENT,
        dependencies=[Depends(read_any_idempotency_key)],
    )
    async def pong(caller: SignedIn, answer: JsonBody[StreamPong]) -> None:
        """Answer a `ping`; one of no stream of this agent looks like any other."""
        await parts.pulses.answer(caller.agent_id, answer.nonce)

    return router


async def stream_events(
    caller: SignedInAgent, stream: AgentStream, parts: StreamParts
) -> AsyncGenerator[bytes, None]:
    """Yield the stream. What it takes it gives back without waiting: it may be cancelled."""
    parts.open[stream] = caller.principal
    pulse = parts.pulses.opened(caller.agent_id)
    STREAMS.inc()
    try:
        await parts.feed.join(caller.agent_id, stream.put)
        try:
            await parts.agents.opened(caller.shop_id, caller.agent_id)
            async for chunk in _chunks(caller, stream, pulse, parts):
                yield chunk
        except RefusedError as refusal:
            closed = StreamClosed(code=refusal.code, detail=refusal.detail)
            yield encode_event("stream.closed", closed.to_json())  # the console connects again
        finally:
            parts.agents.closed(caller.shop_id, caller.agent_id)
    finally:
        STREAMS.dec()
        parts.pulses.closed(pulse)
        parts.open.pop(stream, None)
        parts.feed.leave(caller.agent_id, stream.put)


async def _chunks(
    caller: SignedInAgent, stream: AgentStream, pulse: StreamPulse, parts: StreamParts
) -> AsyncGenerator[bytes, None]:
    """Yield what is due until the node stops, the sign-in ends or nobody is there any more."""
    while (closed := parts.closing(caller.principal)) is None:
        now = parts.clock.now()
        if pulse.pulse.is_gone(now):
            GONE.inc()
            yield encode_comment("no answer")
            return
        ends_at = caller.principal.expires_at
        _bound(stream, min(pulse.pulse.gone_at, ends_at), now)
        if chunk := await _next_chunk(caller, stream, pulse, parts):
            yield chunk
        elif parts.closing(caller.principal) is None:
            wake_at = min(pulse.pulse.next_deadline(), ends_at)
            await stream.wait(max(0, wake_at - parts.clock.now()) / _MS_PER_S)
    yield encode_event("stream.closed", closed.to_json())


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


def _bound(stream: AgentStream, ends_at: Instant, now: Instant) -> None:
    """Have the response cut if it is still in the same write when its stream has to end."""
    stream.cut_in((ends_at - now) / _MS_PER_S + CUT_AFTER_S)
