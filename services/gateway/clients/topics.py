"""Shares one bus subscription among all on this node who hear a subject; knows no message."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from shared.kit.bus.interface import Bus, Handler, Subscription


@dataclass
class _Topic:
    members: set[object] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    subscription: Subscription | None = None


class Topics:
    """Subjects heard on this node. `run` closes the subscriptions that nobody needs any more."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._topics: dict[str, _Topic] = {}
        self._left: set[str] = set()
        self._wake = asyncio.Event()

    def members(self, subject: str) -> tuple[object, ...]:
        """Return who hears a subject now."""
        topic = self._topics.get(subject)
        return tuple(topic.members) if topic else ()

    async def join(self, subject: str, member: object, handler: Handler) -> None:
        """Make `member` hear a subject; from this return on, no publish is missed."""
        while True:
            topic = self._topics.setdefault(subject, _Topic())
            async with topic.lock:
                if self._topics.get(subject) is not topic:
                    continue  # closed while we waited for it
                topic.members.add(member)
                if topic.subscription is None:
                    topic.subscription = await self._bus.subscribe(subject, handler)
                return

    def leave(self, subject: str, member: object) -> None:
        """Make `member` hear a subject no more; does nothing when it does not."""
        topic = self._topics.get(subject)
        if topic is None:
            return
        topic.members.discard(member)
        if not topic.members:
            self._left.add(subject)
            self._wake.set()

    async def run(self) -> None:
        """Close what nobody hears, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._left:
                await self._close(self._left.pop())

    async def _close(self, subject: str) -> None:
        topic = self._topics.get(subject)
        if topic is None:
            return
        async with topic.lock:
            if topic.members:
                return  # somebody came back meanwhile
            del self._topics[subject]
            if topic.subscription is not None:
                await topic.subscription.close()
