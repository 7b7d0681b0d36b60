"""The bus of several nodes: core NATS publish and request-reply; keeps nothing, promises no more.

nats-py's callbacks never await I/O here: a waiting callback piles publishes up unseen and then
loses them beyond its pending limit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

import structlog
from nats import errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription as NatsSubscription
from prometheus_client import Counter

from shared.kernel.clock import Millis
from shared.kit.bus.interface import (
    BusError,
    Handler,
    NoResponderError,
    RequestTimeoutError,
    Responder,
    Subscription,
)
from shared.kit.bus.limits import check_payload, check_subject
from shared.kit.bus.nats_client import (
    FAILURES,
    NatsOptions,
    close_client,
    is_coming_back,
    open_client,
)
from shared.kit.bus.responders import DRAIN_S, Responders
from shared.kit.bus.resync import Cause, Resync, hand_over

PUBLISHED = "pub."
REQUESTED = "req."
"""On the wire each subject carries what it is for: a publish is never taken for a request."""
SERVERS_QUEUE = "servers"
"""The queue group of every served subject: each request goes to one of its members."""
OUTCOME_HEADER = "Firstreply-Outcome"
OUTCOME_FAILED = {OUTCOME_HEADER: "failed"}
FLUSH_TIMEOUT_S = 2
WATCH_S = 1.0
"""How often the connection is looked after."""
AWAY_S = 30.0
"""How long nats-py's own reconnecting is given."""

_Callback: TypeAlias = Callable[[Msg], Coroutine[Any, Any, None]]
_T = TypeVar("_T")

log = structlog.get_logger()

PUBLISHES_DROPPED = Counter(
    "firstreply_bus_publishes_dropped_total", "Publishes given up because NATS was away"
)


class _Place:
    """One subscription of ours, which outlives any one client of nats-py."""

    def __init__(
        self, subject: str, queue: str, callback: _Callback, leave: Callable[[_Place], None]
    ) -> None:
        self._subject = subject
        self._queue = queue
        self._callback = callback
        self._leave = leave
        self._client: Client | None = None
        self._current: NatsSubscription | None = None

    async def attach(self, client: Client) -> None:
        """Subscribe on this client, once, and return when the server has it."""
        if self._client is client:
            return
        self._client = client
        self._current = await client.subscribe(self._subject, self._queue, self._callback)
        # nats-py writes a PING at once but a SUB only when its flusher task runs: the first round
        # trip lets the flusher run, the second proves that the server has the SUB.
        for _ in range(2):
            if client.is_connected:
                await client.flush(FLUSH_TIMEOUT_S)

    async def close(self) -> None:
        """Take no more; a member of a queue group first hands over what has arrived."""
        self._leave(self)
        current, self._current = self._current, None
        if current is None or self._client is None:
            return
        with suppress(*FAILURES):  # closed meanwhile: there is nothing to unsubscribe from
            if self._queue and self._client.is_connected:
                await self._drain(current, self._client)
            else:
                await current.unsubscribe()

    async def _drain(self, current: NatsSubscription, client: Client) -> None:
        try:
            async with asyncio.timeout(FLUSH_TIMEOUT_S):
                # nats-py's drain waits for one round trip, whose PING goes out before its UNSUB:
                # what the server sent in between would be left to its time-out. So the UNSUB goes
                # first, with a round trip in which the flusher writes it.
                await client._send_unsubscribe(current._id)  # noqa: SLF001  there is no other way
                await client.flush(FLUSH_TIMEOUT_S)
                await current.drain()  # type: ignore[no-untyped-call]
        except TimeoutError:
            # The link is stalled, and nats-py would bring this member back as a ghost that takes
            # requests and answers none. The bus replaces a closed client.
            await close_client(client)


class _Server:
    """One server of a subject; closing it answers what it has taken."""

    def __init__(
        self, place: _Place, responders: Responders, retire: Callable[[_Server], None]
    ) -> None:
        self._place = place
        self._responders = responders
        self._retire = retire

    async def close(self) -> None:
        self._retire(self)
        await self._place.close()
        await self._responders.drain()


class NatsBus:
    """A Bus between processes; an async context manager that owns its connection and tasks.

    Entering waits for a server, at most `connect_timeout_ms`, and raises BusError when none
    answers. While NATS is away publishes are dropped, requests raise NoResponderError, and new
    subscriptions begin at the reconnect, which calls for a resync.
    """

    def __init__(
        self,
        servers: Sequence[str],
        *,
        name: str = "firstreply",
        connect_timeout_ms: Millis = 10_000,
        drain_s: float = DRAIN_S,
    ) -> None:
        self._options = NatsOptions(tuple(servers), name, connect_timeout_ms)
        self._drain_s = drain_s
        self._places: set[_Place] = set()
        self._servers: set[_Server] = set()
        self._resync = Resync()
        self._ended = asyncio.Event()
        self._group = asyncio.TaskGroup()
        self._client: Client = Client()
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._client = await self._open()
        await self._group.__aenter__()
        self._keeper = self._group.create_task(self._keep(), name="bus.keep")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
        for server in tuple(self._servers):
            await server.close()
        await close_client(self._client)
        await self._group.__aexit__(kind, error, trace)

    async def publish(self, subject: str, payload: bytes) -> None:
        """Send to whoever subscribes now; dropped and counted while NATS is away."""
        check_subject(subject)
        check_payload(payload)
        if not self._client.is_connected:
            PUBLISHES_DROPPED.inc()
            return
        try:
            await _uncancelled(self._client.publish(PUBLISHED + subject, payload))
        except FAILURES:
            PUBLISHES_DROPPED.inc()

    async def subscribe(self, subject: str, handler: Handler) -> Subscription:
        """Hear every publish on a subject from the moment this returns (flushed)."""
        check_subject(subject)

        async def take(message: Msg) -> None:
            hand_over(handler, message.data, subject)

        return await self._settle(_Place(PUBLISHED + subject, "", take, self._places.discard))

    async def serve(self, subject: str, responder: Responder) -> Subscription:
        """Answer requests in owned tasks; several servers of one subject share them."""
        check_subject(subject)
        responders = Responders(subject, responder, self._group, drain_s=self._drain_s)

        async def take(message: Msg) -> None:
            responders.take(message.data, partial(self._reply, message.reply))

        place = _Place(REQUESTED + subject, SERVERS_QUEUE, take, self._places.discard)
        server = _Server(place, responders, self._servers.discard)
        self._servers.add(server)
        await self._settle(place)
        return server

    async def request(self, subject: str, payload: bytes, *, timeout_ms: Millis) -> bytes:
        """Return one server's answer; see Bus for what it raises."""
        check_subject(subject)
        check_payload(payload)
        client = self._client
        if not client.is_connected:
            raise NoResponderError(f"NATS is away: nobody serves {subject}")
        try:
            answer = await _uncancelled(
                client.request(REQUESTED + subject, payload, timeout_ms / 1000)
            )
        except errors.NoRespondersError:
            raise NoResponderError(f"nobody serves {subject}") from None
        except errors.TimeoutError:
            raise RequestTimeoutError(f"no answer from {subject} in {timeout_ms} ms") from None
        except FAILURES as error:
            raise BusError(f"the request to {subject} was not carried") from error
        if answer.headers and OUTCOME_HEADER in answer.headers:
            raise BusError(f"the responder of {subject} failed")
        return answer.data

    def on_resync(self, callback: Callable[[], None]) -> None:
        """Call back after each reconnect, and when nats-py reports a loss."""
        self._resync.add(callback)

    async def _reply(self, reply_to: str, answer: bytes | None) -> None:
        if answer is None:
            await self._client.publish(reply_to, b"", headers=OUTCOME_FAILED)
        else:
            await self._client.publish(reply_to, answer)

    async def _settle(self, place: _Place) -> _Place:
        self._places.add(place)
        try:
            await _uncancelled(place.attach(self._client))
        except FAILURES:
            log.warning("bus.subscribe_later")  # the keeper or the reconnect brings it back
        return place

    async def _open(self) -> Client:
        self._ended = asyncio.Event()
        return await open_client(
            self._options,
            on_reconnect=partial(self._resync.fire, Cause.RECONNECT),
            on_loss=partial(self._resync.fire, Cause.ERROR),
            on_end=self._ended.set,
        )

    async def _keep(self) -> None:
        """Replace the client whenever nats-py has given up on it.

        A server's -ERR closes a client for good, and a reconnect that dies of an unforeseen error
        is never tried again, whatever max_reconnect_attempts says.
        """
        while True:
            await self._lost()
            log.warning("bus.reopen")
            await close_client(self._client)
            try:
                self._client = await self._open()
                for place in tuple(self._places):
                    await place.attach(self._client)
            except (BusError, *FAILURES):
                log.warning("bus.reopen_failed")
                self._ended.set()
            else:
                self._resync.fire(Cause.RECONNECT)

    async def _lost(self) -> None:
        """Return when the client has ended, has given up, or has been away for too long."""
        away_s = 0.0
        while away_s < AWAY_S:
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH_S):
                    await self._ended.wait()
                    return
            away_s = 0.0 if self._client.is_connected else away_s + WATCH_S
            # At the first look it may not have begun to come back.
            if away_s > WATCH_S and not is_coming_back(self._client):
                return


async def _uncancelled(call: Awaitable[_T]) -> _T:
    """Await a call of nats-py, and raise the cancel it swallows when one hits its flush queue."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    result = await call
    if task and task.cancelling() > before:
        raise asyncio.CancelledError
    return result
