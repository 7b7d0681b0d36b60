"""What a connection was told of the shop's hours, and when that is to be asked for again."""

from __future__ import annotations

from services.gateway.domain.effects import AskHours, Effect, SendFrame
from shared.contracts.hours import HoursChanged, ShopHours
from shared.kernel.clock import Instant, Millis

ASK_AGAIN_MS: Millis = 5_000
"""After an answer that is no news: clocks differ, and a router may not answer."""


class Opening:
    """Tells a customer in the instant in which the shop opens or closes."""

    __slots__ = ("_ask_at", "_told")

    def __init__(self) -> None:
        self._told: ShopHours | None = None
        self._ask_at: Instant | None = None

    def told(self, hours: ShopHours | None) -> None:
        """Take note of what the welcome said."""
        self._told = hours
        self._ask_at = _change_of(hours)

    def next_at(self) -> Instant | None:
        """Return when `due` has something, if ever."""
        return self._ask_at

    def due(self, now: Instant) -> list[Effect]:
        """Ask for the hours when they should have changed by now."""
        if self._ask_at is None or now < self._ask_at:
            return []
        self._ask_at = now + ASK_AGAIN_MS
        return [AskHours()]

    def learn(self, hours: ShopHours | None) -> list[Effect]:
        """Take the answer; only what is news is told."""
        if hours is None or self._told is None or hours.open is self._told.open:
            return []
        self.told(hours)
        return [SendFrame(HoursChanged(hours=hours))]


def _change_of(hours: ShopHours | None) -> Instant | None:
    if hours is None:
        return None
    return hours.closes_at if hours.open else hours.opens_at
