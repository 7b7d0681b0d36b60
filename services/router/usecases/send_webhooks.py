"""Posts what is due to webhooks, one event of a subject at a time, and writes what came of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from services.router.domain.webhooks import judge, tried
from services.router.usecases.webhook_ports import Claimed, DeliveryQueue, Poster, Room
from shared.kernel.clock import Clock, Instant, Millis

CLAIM_MS: Final[Millis] = 20_000
"""Well beyond the longest try, 11 s: who has not written its end by then is dead."""


class SendWebhooks:
    """A try whose end was not written comes again, with the id by which the receiver knows it."""

    def __init__(
        self,
        queue: DeliveryQueue,
        poster: Poster,
        clock: Clock,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._queue = queue
        self._poster = poster
        self._clock = clock
        self._draw = draw

    async def claim(self, shop_id: UUID, room: Room) -> Sequence[Claimed]:
        """Take what is due of a shop now."""
        now = self._clock.now()
        return await self._queue.claim(shop_id, now, now + CLAIM_MS, room)

    async def send(self, one: Claimed) -> Instant | None:
        """Try once; return when its subject is due next, if it is."""
        at = self._clock.now()
        answer = await self._poster.post(one, at)
        outcome = tried(at, self._clock.now(), answer)
        verdict = judge(outcome, one.attempts, one.failing_since, self._draw())
        again = await self._queue.settle(one, outcome, verdict)
        if verdict.ends is not None:
            await self._queue.end(one, verdict.ends, self._clock.now())
        return again

    async def due(self) -> Sequence[UUID]:
        """Return shops of which something is due, whoever should have sent it."""
        return await self._queue.due(self._clock.now())

    async def subscribed(self) -> Sequence[UUID]:
        """Return the shops that have a webhook."""
        return await self._queue.subscribed()

    async def prune(self, shop_id: UUID) -> int:
        """Delete some of what the log keeps no longer; return how many."""
        return await self._queue.prune(shop_id, self._clock.now())
