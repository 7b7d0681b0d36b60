"""What a bus promises, whichever carries it; what must survive is in PostgreSQL, not here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from shared.kernel.clock import Millis

Handler: TypeAlias = Callable[[bytes], None]
"""Takes one publish. Never blocks, never awaits: it puts the bytes where its owner will look."""

Responder: TypeAlias = Callable[[bytes], Awaitable[bytes]]
"""Answers one request."""


class BusError(Exception):
    """A request got no answer; its outcome is unknown."""


class NoResponderError(BusError):
    """Nobody serves this subject: the request was certainly not handled."""


class RequestTimeoutError(BusError):
    """No answer in time: it may or may not have been handled."""


class Subscription(Protocol):
    """One subscriber's place on a subject."""

    async def close(self) -> None:
        """Take no more; safe to call twice."""
        ...


class Bus(Protocol):
    """Carries bytes between processes, at most once, in order per publisher and subject."""

    async def publish(self, subject: str, payload: bytes) -> None:
        """Send to whoever subscribes now; a lost publish is nobody's error."""
        ...

    async def subscribe(self, subject: str, handler: Handler) -> Subscription:
        """Hear every publish on a subject from the moment this returns (flushed)."""
        ...

    async def serve(self, subject: str, responder: Responder) -> Subscription:
        """Answer requests; several servers of one subject share them."""
        ...

    async def request(self, subject: str, payload: bytes, *, timeout_ms: Millis) -> bytes:
        """Return one server's answer.

        Raises:
            NoResponderError: nobody serves the subject.
            RequestTimeoutError: no answer within timeout_ms.
        """
        ...

    def on_resync(self, callback: Callable[[], None]) -> None:
        """Call back whenever publishes may have been lost (reconnect, overflow)."""
        ...
