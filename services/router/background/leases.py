"""The two loops of ownership: one renews this router's leases, one looks for shops nobody owns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from services.router.background.clockwork import Clockwork
from services.router.usecases.keep_leases import PIECE, KeepLeases
from services.router.usecases.ports import CommitFailedError
from shared.contracts import subjects
from shared.contracts.commands import LeasesReleased
from shared.kit.bus.interface import Bus
from shared.kit.web.readiness import NotReadyError, ReadinessCheck

log = structlog.get_logger()

RENEW_S: Final = 1.0
"""DESIGN section 6: a lease of three seconds is renewed each second."""

LOOK_S: Final = 1.0
"""How long a shop may be without an owner unnoticed, beyond its last owner's lease."""

OWNED = Gauge("firstreply_router_owned_shops", "Shops whose engine is this router's")
TAKE_OVERS = Counter("firstreply_router_take_overs_total", "Shops taken that had an owner before")
LOST = Counter("firstreply_router_leases_lost_total", "Leases lost or lapsed while held", ["how"])


class RenewalLoop:
    """Renews; an engine whose lease is gone is dropped."""

    def __init__(self, leases: KeepLeases, drop: Callable[[UUID], None]) -> None:
        self._leases = leases
        self._drop = drop
        self._told = 0

    @property
    def check(self) -> ReadinessCheck:
        """Return whether this router can own shops: it renews, or could."""

        async def probe() -> str:
            if not self._leases.renewing:
                raise NotReadyError("The router cannot renew its leases, so it owns no shop.")
            return "The router renews its leases."

        return ReadinessCheck("router.leases", probe)

    async def begin(self) -> None:
        """Be ready from the first moment, or not; wait for no lease of an earlier life."""
        with suppress(CommitFailedError):  # logged where it failed; they run out
            await self._leases.begin()
        await self.renew()

    async def run(self) -> None:
        """Renew until cancelled."""
        while True:
            await self.renew()
            await asyncio.sleep(RENEW_S)

    async def renew(self) -> None:
        """Renew once; what cannot be renewed lapses by itself."""
        with suppress(CommitFailedError):  # logged where it failed; the next try is a second away
            self._gone("lost", await self._leases.renew())
        self._gone("lapsed", self._leases.lapse())
        OWNED.set(self._leases.owned)
        TAKE_OVERS.inc(self._leases.take_overs - self._told)
        self._told = self._leases.take_overs

    def _gone(self, how: str, shops: list[UUID]) -> None:
        for shop_id in shops:
            LOST.labels(how=how).inc()
            log.warning("router.lease_gone", how=how, shop_id=str(shop_id))
            self._drop(shop_id)


class LookLoop:
    """Takes what nobody owns: new shops, a dead router's, those of one that stops.

    A piece at a time and at random, so that routers which look together share what is there.
    """

    def __init__(self, leases: KeepLeases, clockwork: Clockwork) -> None:
        self._leases = leases
        self._clockwork = clockwork
        self._wake = asyncio.Event()

    @asynccontextmanager
    async def listening(self, bus: Bus) -> AsyncIterator[None]:
        """Look at once when another router says that it stops."""
        hearing = await bus.subscribe(subjects.LEASES_RELEASED, lambda _: self._wake.set())
        try:
            yield
        finally:
            await hearing.close()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self._wake.clear()
            await self.look()
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def look(self) -> None:
        """Take shops until none is free, or none of those found can be taken."""
        found, before = PIECE, -1
        try:
            while found == PIECE and self._leases.owned > before:
                before = self._leases.owned
                shops = await self._leases.free()
                found = len(shops)
                await self._clockwork.tick(shops)  # what ran out meanwhile happens at once
        except CommitFailedError:
            pass  # logged where it failed


async def let_go(leases: KeepLeases, bus: Bus, router_id: UUID) -> None:
    """Hand every shop over at a clean stop: the others need not wait for the leases to run out."""
    try:
        await leases.release()
        await bus.publish(subjects.LEASES_RELEASED, LeasesReleased(router_id=router_id).to_json())
    except CommitFailedError:
        log.warning("router.leases_not_released")
