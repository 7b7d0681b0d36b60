"""The bus of one process: queues and owned tasks instead of a network, with the same manners."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVarTuple

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
from shared.kit.bus.responders import DRAIN_S, Responders
from shared.kit.bus.resync import Cause, Resync, hand_over
from shared.kit.bus.weather import Weather

Ts = TypeVarTuple("Ts")

QUEUE_LIMIT = 10_000
"""Publishes waiting for one subscriber; handlers never wait, so only a stalled loop gets there."""
BURST = 100
"""Publishes handed to one subscriber before the others have their turn."""


class _Place:
    """One subscriber's bounded queue; closing it takes it off the bus."""

    def __init__(self, subject: str, handler: Handler, leave: Callable[[_Place], None]) -> None:
        self.subject = subject
        self.waiting: deque[bytes] = deque()
        self.overflowed = False
        self._handler: Handler | None = handler
        self._leave = leave

    def hand_over(self) -> int:
        """Give the subscriber a burst of what waits and return how many that were."""
        count = min(BURST, len(self.waiting))
        for _ in range(count):
            payload = self.waiting.popleft()
            if self._handler is not None:
                hand_over(self._handler, payload, self.subject)
        self.overflowed = False
        return count

    async def close(self) -> None:
        self._handler = None
        self._leave(self)


class _Server:
    """One server of a subject; closing it answers what it has taken."""

    def __init__(
        self, subject: str, responders: Responders, retire: Callable[[_Server], None]
    ) -> None:
        self.subject = subject
        self.responders = responders
        self._retire = retire

    async def close(self) -> None:
        self._retire(self)
        await self.responders.drain()


class InProcessBus:
    """A Bus within one event loop; an async context manager that owns all its tasks.

    It carries bytes only, so whatever works on it is encoded as for a network. `weather` makes it
    lose, double and delay what it carries, requests and answers included.
    """

    def __init__(
        self,
        weather: Weather | None = None,
        *,
        queue_limit: int = QUEUE_LIMIT,
        drain_s: float = DRAIN_S,
    ) -> None:
        self._weather = weather
        self._queue_limit = queue_limit
        self._drain_s = drain_s
        self._places: dict[str, list[_Place]] = {}
        self._servers: dict[str, deque[_Server]] = {}
        self._ready: deque[_Place] = deque()
        self._awake = asyncio.Event()
        self._timers: set[asyncio.TimerHandle] = set()
        self._resync = Resync()
        self._group = asyncio.TaskGroup()
        self._postman: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._postman = self._group.create_task(self._deliver(), name="bus.deliver")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in [server for servers in self._servers.values() for server in servers]:
            await server.close()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self._postman is not None:
            self._postman.cancel()
        self._postman = None
        self._places.clear()
        await self._group.__aexit__(kind, error, trace)

    async def publish(self, subject: str, payload: bytes) -> None:
        """Queue a copy for each subscriber; a full queue loses it and calls for a resync."""
        check_subject(subject)
        check_payload(payload)
        for place in self._places.get(subject, ()):
            self._carry(self._put, place, payload)

    async def subscribe(self, subject: str, handler: Handler) -> Subscription:
        """Hear every publish on a subject from the moment this returns."""
        check_subject(subject)
        self._check_open()
        place = _Place(subject, handler, self._leave)
        # A new list, so that a publish which is under way walks the one it started with.
        self._places[subject] = [*self._places.get(subject, ()), place]
        return place

    async def serve(self, subject: str, responder: Responder) -> Subscription:
        """Answer requests in owned tasks; several servers of one subject take turns."""
        check_subject(subject)
        self._check_open()
        responders = Responders(subject, responder, self._group, drain_s=self._drain_s)
        server = _Server(subject, responders, self._retire)
        self._servers.setdefault(subject, deque()).append(server)
        return server

    async def request(self, subject: str, payload: bytes, *, timeout_ms: Millis) -> bytes:
        """Return one server's answer; see Bus for what it raises."""
        check_subject(subject)
        check_payload(payload)
        servers = self._servers.get(subject)
        if not servers:
            raise NoResponderError(f"nobody serves {subject}")
        servers.rotate(-1)
        server = servers[0]
        answer: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()

        async def reply(value: bytes | None) -> None:
            self._carry(_settle, answer, value)

        self._carry(server.responders.take, payload, reply)
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                value = await answer
        except TimeoutError:
            raise RequestTimeoutError(f"no answer from {subject} in {timeout_ms} ms") from None
        if value is None:
            raise BusError(f"the responder of {subject} failed")
        return value

    def on_resync(self, callback: Callable[[], None]) -> None:
        """Call back when a subscriber's queue overflowed."""
        self._resync.add(callback)

    def _leave(self, place: _Place) -> None:
        """Take a subscriber off its subject; nothing happens when it has gone already."""
        others = [other for other in self._places.get(place.subject, ()) if other is not place]
        if others:
            self._places[place.subject] = others
        else:
            self._places.pop(place.subject, None)

    def _retire(self, server: _Server) -> None:
        """Take a server off its subject; nothing happens when it has gone already."""
        servers = self._servers.get(server.subject)
        if servers is None or server not in servers:
            return
        servers.remove(server)
        if not servers:
            del self._servers[server.subject]

    def _check_open(self) -> None:
        if self._postman is None:
            raise BusError("the bus is not open")

    def _carry(self, arrive: Callable[[*Ts], None], *args: *Ts) -> None:
        """Let something arrive: at once, or as the weather has it."""
        if self._weather is None:
            arrive(*args)
            return
        for delay_ms in self._weather.copies():
            self._later(delay_ms, arrive, *args)

    def _later(self, delay_ms: float, arrive: Callable[[*Ts], None], *args: *Ts) -> None:
        def arrive_now() -> None:
            self._timers.discard(timer)
            arrive(*args)

        timer = asyncio.get_running_loop().call_later(delay_ms / 1000, arrive_now)
        self._timers.add(timer)

    def _put(self, place: _Place, payload: bytes) -> None:
        if len(place.waiting) >= self._queue_limit:
            if not place.overflowed:
                place.overflowed = True  # one call for each time it fills up, not for each loss
                self._resync.fire(Cause.OVERFLOW)
            return
        if not place.waiting:
            self._ready.append(place)
            self._awake.set()
        place.waiting.append(payload)

    async def _deliver(self) -> None:
        """Hand publishes over for ever, a burst to each subscriber in turn."""
        while True:
            await self._awake.wait()
            self._awake.clear()
            handed = 0
            while self._ready:
                place = self._ready.popleft()
                handed += place.hand_over()
                if place.waiting:
                    self._ready.append(place)
                if handed >= BURST:
                    handed = 0
                    await asyncio.sleep(0)


def _settle(answer: asyncio.Future[bytes | None], value: bytes | None) -> None:
    """Give the one who asked the answer, unless it came twice or the time is up."""
    if not answer.done():
        answer.set_result(value)
