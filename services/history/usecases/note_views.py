"""Notes to whom cards were shown: many reads are one write, a second later at most.

What is lost with a killed process is the views of its last second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, TypeAlias
from uuid import UUID

from shared.contracts.changes import Actor
from shared.contracts.claims import Principal
from shared.kernel.clock import Clock, Instant, Millis

HOUR_MS: Final[Millis] = 3_600_000
FLUSH_EVERY_S: Final = 1.0
HELD_MOST: Final = 2_000
"""Views at which they are written at once."""


class Shown(StrEnum):
    """What of a customer was shown."""

    CARD = "card"
    EXPORT = "export"


class View(NamedTuple):
    """Who saw whose card in which hour."""

    shop_id: UUID
    customer_id: UUID
    how: Shown
    viewer_kind: str
    viewer_id: str
    viewer_name: str
    hour: Instant


class Seen(NamedTuple):
    """How often, and from when to when."""

    first_at: Instant
    last_at: Instant
    times: int

    def again(self, at: Instant) -> Seen:
        """Return this with one more time."""
        return Seen(self.first_at, at, self.times + 1)


Views: TypeAlias = Mapping[View, Seen]


NameCaller: TypeAlias = Callable[[Principal], Actor]
"""Says how the record names a caller."""


class ViewStore(Protocol):
    """Keeps views."""

    async def add(self, views: Views) -> None:
        """Add views to those that are kept, in one statement, all of them or none."""
        ...


class CardViews:
    """What was seen and is not written yet."""

    def __init__(self, store: ViewStore, clock: Clock, name: NameCaller) -> None:
        self._store = store
        self._name = name
        self._clock = clock
        self._held: dict[View, Seen] = {}
        self._full = asyncio.Event()

    def note(self, caller: Principal, customer_id: UUID, how: Shown = Shown.CARD) -> None:
        """Note that a caller was shown something of a customer; never waits."""
        now, actor = self._clock.now(), self._name(caller)
        view = View(
            shop_id=caller.shop_id,
            customer_id=customer_id,
            how=how,
            viewer_kind=actor.kind.value,
            viewer_id=actor.id or actor.name,
            viewer_name=actor.name,
            hour=now - now % HOUR_MS,
        )
        before = self._held.get(view)
        self._held[view] = Seen(now, now, 1) if before is None else before.again(now)
        if len(self._held) >= HELD_MOST:
            self._full.set()

    async def run(self) -> None:
        """Write each second until cancelled, and what is left then."""
        try:
            while True:
                try:
                    async with asyncio.timeout(FLUSH_EVERY_S):
                        await self._full.wait()
                except TimeoutError:
                    pass
                await self.flush()
        finally:
            await self.flush()

    async def flush(self) -> None:
        """Write what is held; what could not be written is held on."""
        held, self._held = self._held, {}
        self._full.clear()
        if not held:
            return
        try:
            await self._store.add(held)
        except BaseException:
            for view, seen in held.items():
                self._held[view] = merged(seen, self._held.get(view))
            raise


def merged(one: Seen, later: Seen | None) -> Seen:
    """Return both together."""
    if later is None:
        return one
    return Seen(one.first_at, later.last_at, one.times + later.times)
