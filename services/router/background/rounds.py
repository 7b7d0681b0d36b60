"""Goes a round when something moved, and goes on while something stands; knows not of what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class Tell(Protocol):
    """Tells what moved since the last round, and with `again` what stands, too."""

    async def __call__(self, *, again: bool) -> None:
        """Go one round."""
        ...


@dataclass
class Rounds:
    """At most one round in `every_s`, the first at once; none while nothing moves or stands.

    Each `again_every`-th tells what stands again: somebody may have begun or lost it meanwhile.
    """

    every_s: float
    again_every: int
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Something moved."""
        self._wake.set()

    async def run(self, tell: Tell, stands: Callable[[], bool]) -> None:
        """Go rounds until cancelled; while something `stands` nobody need wake them."""
        rounds = 0
        while True:
            if not stands():
                await self._wake.wait()
            self._wake.clear()
            rounds += 1
            await tell(again=rounds % self.again_every == 0)
            await asyncio.sleep(self.every_s)
