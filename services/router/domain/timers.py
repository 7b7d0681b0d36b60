"""When something is due, one timer for each kind and owner; does nothing when it is."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple
from uuid import UUID

from services.router.domain.ordered import OrderedKeys
from shared.kernel.clock import Instant

WHOLE_SHOP: Final = UUID(int=0)
"""Whose timer it is when it is the whole shop's."""


class TimerKind(IntEnum):
    """What happens; at the same instant, in this order."""

    OFFER_EXPIRES = 1
    AGENT_GONE = 2
    OFFER_WIDENS = 3
    REASK = 4
    OFFER_REMINDS = 5
    SHOP_OPENS = 6
    EVERYONE_ASKED = 7
    RESPONSE_DUE = 8
    WRAP_UP_OVER = 9
    CUSTOMER_IDLE = 10
    NEEDS_LESS = 11
    AGENT_STALLS = 12
    GIVEN_WAY = 13


class Due(NamedTuple):
    """A timer that has run out."""

    at: Instant
    kind: TimerKind
    owner: UUID


class Timers:
    """At most one timer for each (kind, owner); setting it again moves it."""

    def __init__(self) -> None:
        self._order = OrderedKeys()
        self._at: dict[TimerKind, dict[int, Instant]] = {kind: {} for kind in TimerKind}
        """By the number of the owner's id: Python computes a UUID's hash by a call each time."""

    def set(self, kind: TimerKind, owner: UUID, at: Instant | None) -> None:
        """Let a timer run out at an instant; None stops it."""
        instants, number = self._at[kind], owner.int
        before = instants.get(number)
        if before == at:
            return  # as for most that a changed row sets anew
        if before is not None:
            self._order.remove((before, kind, number))
        if at is None:
            del instants[number]
        else:
            instants[number] = at
            self._order.add((at, kind, number))

    def next_at(self) -> Instant | None:
        """Return the earliest instant anything is due."""
        first = self._order.first()
        return None if first is None else first[0]

    def pop_due(self, now: Instant) -> Due | None:
        """Take out the earliest timer due by now."""
        first = self._order.first()
        if first is None or first[0] > now:
            return None
        due = Due(first[0], TimerKind(first[1]), UUID(int=first[2]))
        self.set(due.kind, due.owner, None)
        return due

    def all(self) -> tuple[Due, ...]:
        """Return every timer, earliest first."""
        return tuple(Due(key[0], TimerKind(key[1]), UUID(int=key[2])) for key in self._order)
