"""Where a customer is in the shop, as their page tells it again and again; the latest counts."""

from __future__ import annotations

from services.gateway.domain.effects import Effect, NoteContext
from shared.contracts.context import Context
from shared.kernel.clock import Instant, Millis

EVERY_MS: Millis = 1_000
"""A connection's word on it is kept at once, and then at most so often: people turn no pages
faster."""


class Whereabouts:
    """What one connection tells of its page, between frame and effect."""

    __slots__ = ("_at", "_latest")

    def __init__(self) -> None:
        self._at: Instant = 0
        self._latest: Context | None = None

    def take(self, frame: Context, now: Instant) -> list[Effect]:
        """Take the page's word; what it does not tell of stays as it was."""
        before = {} if self._latest is None else self._latest.model_dump(exclude_none=True)
        told = {**before, **frame.model_dump(exclude_none=True)}
        self._latest = Context.model_validate(told)
        return self.due(now)

    def due(self, now: Instant) -> list[Effect]:
        """Return what is to be kept by now, if there is something."""
        if self._latest is None or now < self._at:
            return []
        self._at = now + EVERY_MS
        told, self._latest = self._latest, None
        return [NoteContext(told)]

    def next_at(self) -> Instant | None:
        """Return when `due` has something, if ever."""
        return None if self._latest is None else self._at
