"""Finds out, once a second and after a lost connection to the bus, what live publishes missed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from uuid import UUID

from services.gateway.usecases.ports import ConversationFeed, ItemStore

EVERY_S = 1.0
"""DESIGN section 4: each node asks once a second, and at once after a bus reconnect."""
MAX_SHOPS = 8
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
        for shops, conversations in _shares(self._feed.followed()):
            for conversation_id, last_seq in (
                await self._items.reach(shops, conversations)
            ).items():
                self._feed.reached(conversation_id, last_seq)


def _shares(shop_of: Mapping[UUID, UUID]) -> Iterator[tuple[list[UUID], list[UUID]]]:
    """Cut the followed conversations into questions of few shops."""
    of_shop: dict[UUID, list[UUID]] = {}
    for conversation_id, shop_id in shop_of.items():
        of_shop.setdefault(shop_id, []).append(conversation_id)
    shops = list(of_shop)
    for start in range(0, len(shops), MAX_SHOPS):
        share = shops[start : start + MAX_SHOPS]
        conversations = [each for shop_id in share for each in of_shop[shop_id]]
        for first in range(0, len(conversations), MAX_CONVERSATIONS):
            yield share, conversations[first : first + MAX_CONVERSATIONS]
