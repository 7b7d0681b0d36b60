"""Which router owns which shop, as far as one router has heard; and how long it goes on asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.kernel.clock import Instant, Millis
from shared.kernel.errors import ErrorCode

COMMAND_WAIT_MS: Final[Millis] = 3_000
"""How long a command looks for its shop's owner through a take-over, DESIGN section 6."""

EVENTS_WAIT_MS: Final[Millis] = 200
"""Durable events come again by themselves, and a batch must not hold up other shops' events."""

ATTEMPT_MS: Final[Millis] = 1_000
"""How long another router may take for its answer: a third of what a command waits at all."""

ASK_AGAIN_MS: Final[Millis] = 100
"""Pause between two questions for an owner: a take-over lasts seconds, a hand-over milliseconds."""


class OwnerBook:
    """The other routers' shops, remembered until one of them proves wrong.

    Nothing is forgotten by time: a wrong entry costs one question, and a missing one as well.
    """

    def __init__(self) -> None:
        self._holder_of: dict[UUID, UUID] = {}

    def holder(self, shop_id: UUID) -> UUID | None:
        """Return the router that held a shop's lease when last heard of, if any."""
        return self._holder_of.get(shop_id)

    def learn(self, shop_id: UUID, holder: UUID | None) -> None:
        """Remember who holds a shop's lease; None: nobody else does."""
        if holder is None:
            self._holder_of.pop(shop_id, None)
        else:
            self._holder_of[shop_id] = holder


@dataclass(slots=True)
class Search:
    """The search of some commands for their owner: at once again the first time, then in steps."""

    began_at: Instant
    wait_ms: Millis
    asked: int = 0

    def attempt_ms(self, now: Instant) -> Millis:
        """Return how long whoever is asked now may take; the last ones have what time is left."""
        if self.asked == 0:
            return ATTEMPT_MS
        left = self.began_at + self.wait_ms - now
        return max(ASK_AGAIN_MS, min(ATTEMPT_MS, left))

    def pause_ms(self, now: Instant) -> Millis | None:
        """Return how long to rest before asking again; None: the time is up."""
        self.asked += 1
        pause = 0 if self.asked == 1 else ASK_AGAIN_MS
        return pause if now + pause <= self.began_at + self.wait_ms else None


def verdict(*, sent: bool) -> ErrorCode:
    """Return how a command that found no owner is refused; `sent`: somebody may have done it."""
    return ErrorCode.TRY_AGAIN if sent else ErrorCode.ROUTING_UNAVAILABLE
