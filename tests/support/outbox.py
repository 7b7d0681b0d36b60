"""An outbox in memory for tests of the relay, with the manners of the table."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from shared.contracts.events import Envelope
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import Service
from shared.kit.outbox import Backlog
from shared.kit.relay_lane import Positions, StreamKey
from tests.support.patience import WAIT_S

LONG_AGO_MS = 3_600_000


class FakeOutbox:
    """Committed rows, all of them old enough for a sweep; survives any relay."""

    def __init__(self, delete_s: float = 0) -> None:
        self.delete_s = delete_s
        self.rows: dict[tuple[Service, UUID, str, int], Envelope] = {}
        self._fewer = asyncio.Event()
        self._deletes = 0
        self.most_deletions_at_once = 0

    def commit(self, events: Iterable[Envelope]) -> None:
        for event in events:
            place = (event.receiver, event.shop_id, event.stream, event.version)
            assert place not in self.rows, "the table's key refuses this"
            self.rows[place] = event

    async def unsent(
        self,
        receiver: Service,
        *,
        older_than_ms: Millis,
        besides: Collection[StreamKey],
        limit: int,
    ) -> list[Envelope]:
        rows = [row for row in self.rows.values() if row.receiver is receiver]
        return [row for row in rows if (row.shop_id, row.stream) not in besides][:limit]

    async def after(self, receiver: Service, positions: Positions, *, limit: int) -> list[Envelope]:
        found: list[Envelope] = []
        for key, position in positions.items():
            stream = [row for row in self.rows.values() if (row.shop_id, row.stream) == key]
            mine = [row for row in stream if row.receiver is receiver and row.version > position]
            found += sorted(mine, key=lambda row: row.version)[:limit]
        return found

    async def delete(self, done: Mapping[tuple[Service, UUID, str], int]) -> None:
        self._deletes += 1
        self.most_deletions_at_once = max(self.most_deletions_at_once, self._deletes)
        await asyncio.sleep(self.delete_s)
        self._deletes -= 1
        for receiver, shop_id, stream, version in tuple(self.rows):
            if version <= done.get((receiver, shop_id, stream), 0):
                del self.rows[receiver, shop_id, stream, version]
        self._fewer.set()

    async def until_empty(self) -> None:
        """Return once everything is deleted."""
        async with asyncio.timeout(WAIT_S):
            while self.rows:
                self._fewer.clear()
                await self._fewer.wait()

    async def backlog(self, receiver: Service) -> Backlog:
        rows = await self.unsent(receiver, older_than_ms=0, besides=(), limit=len(self.rows))
        return Backlog(len(rows), LONG_AGO_MS if rows else 0)
