"""Sends webhooks: woken by commits and by what is due next; a sweep finds what the dead left."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter as Metric

from services.router.usecases.ports import Announcer, ShopWork
from services.router.usecases.send_webhooks import SendWebhooks
from services.router.usecases.webhook_ports import Claimed, Room
from shared.kernel.clock import Clock, Instant

SENDING_MAX: Final = 256
"""Tries under way of one router."""
EACH_MAX: Final = 4
"""Tries under way of one router at one webhook: a slow receiver holds these, and no other's."""
SWEEP_S: Final = 1.0
PRUNE_EVERY: Final = 60
"""Sweeps between looks at what the log keeps no longer, and at who has webhooks."""

FAILURES = Metric("firstreply_webhook_send_failures_total", "Tries whose end was not written")
log = structlog.get_logger()


class WebhookLoop:
    """An Announcer before another one: a commit for a shop with webhooks wakes it."""

    def __init__(self, after: Announcer, send: SendWebhooks, clock: Clock) -> None:
        self._after = after
        self._send = send
        self._clock = clock
        self._subscribed: set[UUID] = set()
        self._ready: dict[UUID, None] = {}
        """Shops to be looked at, in the order in which they asked."""
        self._due: list[tuple[Instant, UUID]] = []
        self._sending: Counter[UUID] = Counter()
        self._wake = asyncio.Event()

    def committed(self, work: ShopWork) -> None:
        """See `Announcer.committed`."""
        self._after.committed(work)
        if work.shop_id in self._subscribed and (work.events or work.heard_items):
            self._look(work.shop_id)

    def look(self, shop_id: UUID) -> None:
        """Look at a shop that has webhooks now."""
        self._subscribed.add(shop_id)
        self._look(shop_id)

    async def run(self) -> None:
        """Send until cancelled; what is under way then comes again after its claim."""
        self._sending.clear()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep())
            while True:
                self._wake.clear()
                while self._ready and self._sending.total() < SENDING_MAX:
                    await self._claim(group)
                await self._sleep()

    async def _claim(self, group: asyncio.TaskGroup) -> None:
        shop_id = next(iter(self._ready))
        del self._ready[shop_id]
        room = Room(SENDING_MAX - self._sending.total(), EACH_MAX, dict(self._sending))
        try:
            claimed = await self._send.claim(shop_id, room)
        except Exception:  # the sweep brings the shop again
            log.exception("webhooks.claim_failed")
            return
        for one in claimed:
            self._sending[one.webhook_id] += 1
            group.create_task(self._try(one))

    async def _try(self, one: Claimed) -> None:
        try:
            again = await self._send.send(one)
        except Exception:  # one try's edge: its claim runs out and it comes again
            FAILURES.inc()
            log.exception("webhooks.send_failed")
            again = None
        finally:
            self._sending[one.webhook_id] -= 1
            self._sending += Counter()  # those at zero go
        if again is not None and again > self._clock.now():
            heapq.heappush(self._due, (again, one.shop_id))
        self._look(one.shop_id)

    async def _sweep(self) -> None:
        """Bring what another router, or this one before, has left; it is late and rare."""
        rounds = 0
        while True:
            try:
                if rounds % PRUNE_EVERY == 0:
                    await self._prune()
                for shop_id in await self._send.due():
                    self.look(shop_id)
            except Exception:
                log.exception("webhooks.sweep_failed")
            rounds += 1
            await asyncio.sleep(SWEEP_S)

    async def _prune(self) -> None:
        self._subscribed = set(await self._send.subscribed())
        for shop_id in tuple(self._subscribed):
            await self._send.prune(shop_id)

    def _look(self, shop_id: UUID) -> None:
        self._ready[shop_id] = None
        self._wake.set()

    async def _sleep(self) -> None:
        now = self._clock.now()
        while self._due and self._due[0][0] <= now:
            self._look(heapq.heappop(self._due)[1])
        span_s = (self._due[0][0] - now) / 1_000 if self._due else None
        try:
            async with asyncio.timeout(span_s):
                await self._wake.wait()
        except TimeoutError:
            pass
