"""What a customer's end says again and again: typing, received, read. Only the latest counts.

They are coalesced, never refused: whoever says one too often is told nothing, and costs nothing.
"""

from __future__ import annotations

from uuid import UUID

from services.gateway.domain.effects import Effect, Sign
from shared.contracts.signs import Read, Received
from shared.kernel.clock import Instant, Millis

TYPING_FOR_MS: Millis = 6_000
"""How long a sign of typing lasts: two that are passed on, so that one may be lost."""
TYPING_EVERY_MS: Millis = 2_500
"""A connection's signs of typing are passed on at most so often."""
RECEIPTS_EVERY_MS: Millis = 500
"""A connection's receipts are passed on at once, and then at most so often."""


class Signs:
    """The signs of one connection, between frame and effect."""

    __slots__ = ("_conversation_id", "_read", "_receipts_at", "_received", "_told", "_typing_at")

    def __init__(self) -> None:
        self._typing_at: Instant = 0
        self._receipts_at: Instant = 0
        self._conversation_id: UUID | None = None
        self._received = 0
        self._read = 0
        self._told = (0, 0)

    def typing(self, conversation_id: UUID, now: Instant) -> list[Effect]:
        """Take a sign of typing."""
        if now < self._typing_at:
            return []
        self._typing_at = now + TYPING_EVERY_MS
        return [Sign(conversation_id, typing=True)]

    def receipt(self, frame: Received | Read, now: Instant) -> list[Effect]:
        """Take a receipt; one that says less than an earlier one says nothing."""
        effects: list[Effect] = []
        if frame.conversation_id != self._conversation_id:
            effects = self._tell()
            self._conversation_id = frame.conversation_id
            self._received, self._read, self._told = 0, 0, (0, 0)
        self._received = max(self._received, frame.through_seq)
        if isinstance(frame, Read):
            self._read = max(self._read, frame.through_seq)
        return effects + self.due(now)

    def due(self, now: Instant) -> list[Effect]:
        """Return the receipt that is to be passed on by now, if there is one."""
        if now < self._receipts_at:
            return []
        effects = self._tell()
        if effects:
            self._receipts_at = now + RECEIPTS_EVERY_MS
        return effects

    def next_at(self) -> Instant | None:
        """Return when `due` has something, if ever."""
        return self._receipts_at if self._told != (self._received, self._read) else None

    def _tell(self) -> list[Effect]:
        latest = (self._received, self._read)
        if self._conversation_id is None or latest == self._told:
            return []
        self._told = latest
        return [Sign(self._conversation_id, received_seq=latest[0], read_seq=latest[1])]
