"""A receiver of durable events with its inbox in memory, and a ledger of what it applied."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from shared.contracts.events import Envelope
from shared.kit.arrivals import sort_out
from shared.kit.relay_lane import Positions, StreamKey
from tests.support.patience import WAIT_S


class Receiver:
    """Its `apply` commits at once; `fail_for` names streams whose events raise."""

    def __init__(self) -> None:
        self.applied: dict[StreamKey, list[int]] = {}
        self.calls = 0
        self.fail_for: set[str] = set()
        self._more = asyncio.Event()

    async def apply(self, events: Sequence[Envelope]) -> Positions:
        self.calls += 1
        if self.fail_for & {event.stream for event in events}:
            raise LookupError("an effect that cannot be had")
        positions: dict[StreamKey, int] = {}
        for key in {(event.shop_id, event.stream) for event in events}:
            applied = self.applied.setdefault(key, [])
            arriving = [event.version for event in events if (event.shop_id, event.stream) == key]
            arrival = sort_out(len(applied), arriving)
            applied += arrival.new
            positions[key] = arrival.position
        self._more.set()
        return positions

    async def wait_until(self, expected: Mapping[StreamKey, list[int]]) -> None:
        """Return once exactly this has been applied."""
        async with asyncio.timeout(WAIT_S):
            while self.applied != expected:
                self._more.clear()
                await self._more.wait()
