"""Ears for a bus: what was heard, and a wait for it that ends."""

from __future__ import annotations

import asyncio

WAIT_S = 5.0


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
