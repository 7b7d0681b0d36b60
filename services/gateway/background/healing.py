"""Finds out, once a second and after a lost connection to the bus, what live publishes missed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from services.gateway.usecases.feed_ports import ConversationFeed
from services.gateway.usecases.ports import ItemStore
from shared.kit.shares import shares

EVERY_S = 1.0
"""DESIGN section 4: each node asks once a second, and at once after a bus reconnect."""
MAX_CONVERSATIONS = 500
"""Conversations in one question."""


class Healer:
    """Asks how far the followed conversations reach and tells their followers."""

    def __init__(self, feed: ConversationFeed, items: ItemStore) -> None:
        self._feed = feed
        self._items = items
        self._wake = asyncio.Event()

    def hurry(self) -> None:
        """Ask now: publishes may have been lost."""
        self._wake.set()

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await self._wake.wait()
            self._wake.clear()
            await self.heal()

    async def heal(self) -> None:
        """Ask once about everything that is followed here."""
        for shops, conversations in shares(self._feed.followed(), MAX_CONVERSATIONS):
            for conversation_id, last_seq in (
                await self._items.reach(shops, conversations)
            ).items():
                self._feed.reached(conversation_id, last_seq)


async def heal_for_ever(heal: Callable[[], Awaitable[None]]) -> None:
    """Have something lost found out once a second, until cancelled."""
    while True:
        await asyncio.sleep(EVERY_S)
        await heal()
