"""Whether the console at the other end of an agent's stream is still there; no I/O, no clock.

A stream carries a ping each few seconds, and the console answers it with a request of its own: a
machine that vanished answers nothing, though its connection stays open for many minutes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from shared.kernel.clock import Instant, Millis

PING_EVERY_MS: Millis = 5_000
"""Three pings fit into the span below, so that a lost answer or two mean nothing."""
GONE_AFTER_MS: Millis = 15_000
"""DESIGN section 5: 15 s without an answer, and the agent is disconnected."""
NONCE = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{32})\.([0-9]{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Nonce:
    """What one ping carries: the node to be answered, the stream, the ping's number on it."""

    node_id: UUID
    stream_id: UUID
    number: int

    def __str__(self) -> str:
        return f"{self.node_id.hex}.{self.stream_id.hex}.{self.number}"


def read_nonce(text: str) -> Nonce | None:
    """Return the nonce in a text; None when it is none."""
    found = NONCE.fullmatch(text)
    if found is None:
        return None
    node, stream, number = found.groups()
    return Nonce(UUID(node), UUID(stream), int(number))


class Pulse:
    """One stream's pings and their answers.

    Attributes:
        gone_at: when nobody is there any more, unless an answer comes.
    """

    def __init__(self, now: Instant) -> None:
        self.gone_at = now + GONE_AFTER_MS
        self._ping_at = now + PING_EVERY_MS
        self._asked = 0
        self._answered = 0

    def next_deadline(self) -> Instant:
        """Return when `ping_due` or `is_gone` changes next, if nobody answers."""
        return min(self._ping_at, self.gone_at)

    def ping_due(self, now: Instant) -> bool:
        """Return whether it is time to ask again."""
        return self._ping_at <= now < self.gone_at

    def ping(self, now: Instant) -> int:
        """Take note that a ping goes out; return its number."""
        self._ping_at = now + PING_EVERY_MS
        self._asked += 1
        return self._asked

    def answered(self, number: int, now: Instant) -> bool:
        """Take an answer; false when it answers nothing that is still open."""
        if not self._answered < number <= self._asked:
            return False
        self._answered = number
        self.gone_at = now + GONE_AFTER_MS
        return True

    def is_gone(self, now: Instant) -> bool:
        """Return whether nobody answered for too long."""
        return now >= self.gone_at
