"""Whether a customer's end still receives, and when its time is over; no I/O, no clock.

Bytes that come in prove only that the customer can send (LESSONS 13: Rocket.Chat #36023). What
proves that they receive is the pong that carries the very ping's payload back.
"""

from __future__ import annotations

from services.gateway.domain.answers import BEAT_EVERY_MS
from shared.kernel.clock import Instant, Millis

HELLO_WITHIN_MS: Millis = 30_000
"""LESSONS, conventions: log in within 30 s."""
PING_EVERY_MS = BEAT_EVERY_MS
"""A ping goes with each beat."""
UNANSWERED_MAX = 2
"""Pings without their pong; when the next is due, the connection is half-open. They are counted,
not timed: a node that stood still itself for a minute drops nobody for it."""
CONNECTION_LIFE_MS: Millis = 12 * 3_600_000
"""Then the customer's end is asked to come again: each hello keeps the session for another day."""


class Heartbeat:
    """The pings of one connection and its deadlines.

    Attributes:
        hello_by: when the hello must be there.
        renew_by: when the connection has lasted long enough.
        ping_at: when the next ping is due.
    """

    __slots__ = ("_nonce", "_open", "hello_by", "ping_at", "renew_by")

    def __init__(self, now: Instant, nonce: int) -> None:
        self.hello_by = now + HELLO_WITHIN_MS
        self.renew_by = now + CONNECTION_LIFE_MS
        self.ping_at = now + PING_EVERY_MS
        self._nonce = nonce
        self._open: tuple[bytes, ...] = ()

    def unanswered(self) -> bool:
        """Return whether nothing shows any more that the other end receives."""
        return len(self._open) >= UNANSWERED_MAX

    def ping(self, now: Instant) -> bytes:
        """Take note that a ping goes out; return its payload."""
        self.ping_at = now + PING_EVERY_MS
        self._nonce += 1
        payload = b"%d" % self._nonce
        self._open = (*self._open, payload)
        return payload

    def pong(self, payload: bytes) -> None:
        """Take a pong; one with another payload than an open ping's proves nothing."""
        if payload in self._open:
            self._open = self._open[self._open.index(payload) + 1 :]
