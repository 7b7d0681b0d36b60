"""Ears for a bus: what was heard, a wait for it that ends, and a node that misses some of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shared.kit.bus.interface import Bus, Handler, Subscription
from tests.support.patience import WAIT_S


class Heard:
    """A handler that remembers."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self._more = asyncio.Event()

    def __call__(self, payload: bytes) -> None:
        self.payloads.append(payload)
        self._more.set()

    async def wait_for(self, count: int) -> list[bytes]:
        """Return what was heard once that is `count` payloads or more."""
        async with asyncio.timeout(WAIT_S):
            while len(self.payloads) < count:
                self._more.clear()
                await self._more.wait()
        return self.payloads


class DeafBus:
    """One node's place on a bus that loses what the test says, unnoticed by anybody.

    Attributes:
        loses: told each publish this node is about to hear; true: it never does.
        lost: what it never heard.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.loses: Callable[[str, bytes], bool] = lambda _subject, _payload: False
        self.lost: list[tuple[str, bytes]] = []
        self.publish = bus.publish
        self.serve = bus.serve
        self.request = bus.request
        self.on_resync = bus.on_resync

    async def subscribe(self, subject: str, handler: Handler) -> Subscription:
        """Hear a subject, but for what is lost."""

        def hear(payload: bytes) -> None:
            if self.loses(subject, payload):
                self.lost.append((subject, payload))
            else:
                handler(payload)

        return await self._bus.subscribe(subject, hear)
