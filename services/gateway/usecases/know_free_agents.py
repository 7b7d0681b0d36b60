"""Knows of each shop whether an agent is free, as the routers tell it; asks nobody."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from shared.contracts.hours import FreeAgents
from shared.kernel.clock import Clock, Instant, Millis

GOOD_FOR_MS: Final[Millis] = 12_000
"""Routers say it again each 5 s: who was not heard of twice has nobody to tell of it."""


class FreeAgentsBook:
    """Which shops have somebody free. A shop nobody tells of has nobody, as far as anyone knows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[UUID, Instant] = {}

    def hear(self, told: FreeAgents) -> None:
        """Take a router's word."""
        until = self._clock.now() + GOOD_FOR_MS
        for shop_id in told.shops:
            if told.free:
                self._until[shop_id] = until
            else:
                self._until.pop(shop_id, None)

    def is_free(self, shop_id: UUID) -> bool:
        """Return whether an agent of a shop is free now."""
        return self._clock.now() < self._until.get(shop_id, 0)
