"""Puts what one customer is told of one conversation in `seq` order, gapless and never twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shared.contracts.frames import Accepted, Created
from shared.kernel.clock import Instant, Millis

CROSSING_MS: Millis = 50
"""Two live publishes may cross; a gap this old is read from the store (DESIGN section 4)."""
RETRY_MS: Millis = 500
"""Wait after a failed read: half the healing sweep's second."""
MAX_PENDING = 64
"""Frames kept while an earlier one is missing; later ones are read again from the store."""

Told = Accepted | Created | None
"""What to say at one seq; None where there is nothing for this customer."""


class Delivery:
    """Where one connection stands in one conversation.

    Attributes:
        position: every item up to this seq was told or is not for this customer.
        closing: the conversation was followed by another; it ends once nothing is missing.
    """

    def __init__(self, *, position: int = 0, reading: bool = False) -> None:
        self.position = position
        self.closing = False
        self._last_seq = position
        self._reading = reading
        self._owed = 0  # answers of the store still to come before the end is known
        self._read_at: Instant | None = None
        self._pending: dict[int, Told] = {}

    def tell(self, seq: int, told: Told, now: Instant) -> list[Accepted | Created]:
        """Take what stands at a seq; return all that may be said now, in order."""
        if seq <= self.position:
            return [told] if isinstance(told, Accepted) else []
        self._last_seq = max(self._last_seq, seq)
        if isinstance(told, Accepted):
            self._pending[seq] = told
        elif seq == self.position + 1 or len(self._pending) < MAX_PENDING:
            self._pending.setdefault(seq, told)
        return list(self._drain(now))

    def learn(self, last_seq: int, now: Instant, *, wait_ms: Millis = CROSSING_MS) -> None:
        """Take the news that the conversation reaches as far as `last_seq`."""
        self._last_seq = max(self._last_seq, last_seq)
        self._expect(now + wait_ms)

    def fill(
        self, found: Mapping[int, Told], through_seq: int, last_seq: int, now: Instant
    ) -> list[Accepted | Created]:
        """Take what the store holds up to `through_seq`; return all that may be said now."""
        self._owed = max(0, self._owed - 1)
        self._reading = False
        if not self._owed:
            self._read_at = None
        self._last_seq = max(self._last_seq, last_seq)
        moved = through_seq > self.position
        said: list[Accepted | Created] = []
        for seq in range(self.position + 1, through_seq + 1):
            told = self._pending.pop(seq, None) or found.get(seq)
            if told is not None:
                said.append(told)
        self.position = max(self.position, through_seq)
        said.extend(self._drain(now))
        if not self.complete and not self._owed:
            # A page that brings nothing is not asked for again at once.
            self._read_at = now if moved else now + RETRY_MS
        return said

    def fail(self, now: Instant) -> None:
        """Take the news that the store could not be read."""
        self._reading = False
        self._read_at = now + RETRY_MS

    def close(self) -> None:
        """Be read once more, to its end: the customer has gone on to another conversation.

        An answer under way now was asked for before the end was certain, and does not count.
        """
        self._owed = 2 if self._reading else 1
        self.closing, self._reading, self._read_at = True, True, None

    def start_reading(self, now: Instant) -> bool:
        """Return whether the store is to be read now, and note that it is being read."""
        due = self._read_at is not None and now >= self._read_at
        if due:
            self._reading, self._read_at = True, None
        return due

    @property
    def read_at(self) -> Instant | None:
        """Return when the store is to be read, if anything is missing."""
        return self._read_at

    @property
    def complete(self) -> bool:
        """Return whether nothing known of is missing."""
        return self.position >= self._last_seq

    @property
    def at_its_end(self) -> bool:
        """Return whether nothing will ever be told of it any more."""
        return self.closing and not self._owed and self.complete

    def _drain(self, now: Instant) -> Iterator[Accepted | Created]:
        while self.position + 1 in self._pending:
            self.position += 1
            told = self._pending.pop(self.position)
            if told is not None:
                yield told
        self._expect(now + CROSSING_MS)

    def _expect(self, read_at: Instant) -> None:
        """Have the store read then, if anything is missing and nobody is reading."""
        if self._owed:
            return
        if self.complete:
            self._read_at = None
        elif self._read_at is None and not self._reading:
            self._read_at = read_at
