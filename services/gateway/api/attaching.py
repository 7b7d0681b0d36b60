"""Keeps one connection's messages in order while the files of one of them are looked up."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from services.gateway.domain.effects import Append
from shared.contracts.items import Content


class Poster(Protocol):
    """The connection whose messages they are."""

    def post(self, effect: Append, content: Content | None) -> None:
        """Have a message committed."""
        ...

    def refuse(self, effect: Append, error: Exception) -> None:
        """Refuse a message."""
        ...

    def run_errand(
        self, errand: Callable[[], Awaitable[None]], failed: Callable[[Exception], None]
    ) -> None:
        """Start an errand."""
        ...


class Attaching:
    """Messages on their way into the lane: those without files pass, unless one waits before."""

    __slots__ = ("_find", "_poster", "_waiting")

    def __init__(self, poster: Poster, find: Callable[[Append], Awaitable[Content]]) -> None:
        self._poster = poster
        self._find = find
        self._waiting: deque[Append] = deque()

    def take(self, effect: Append) -> None:
        """Have a message committed after those that came before it."""
        if not effect.file_ids and not self._waiting:
            self._poster.post(effect, None)
            return
        self._waiting.append(effect)
        if len(self._waiting) == 1:
            self._look()

    def _look(self) -> None:
        self._poster.run_errand(self._attach, self._failed)

    async def _attach(self) -> None:
        content = await self._find(self._waiting[0])
        self._poster.post(self._waiting.popleft(), content)
        self._go_on()

    def _failed(self, error: Exception) -> None:
        self._poster.refuse(self._waiting.popleft(), error)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting:
            if self._waiting[0].file_ids:
                self._look()
                return
            self._poster.post(self._waiting.popleft(), None)
