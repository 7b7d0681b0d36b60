"""Composes what tells and erases what is kept of one customer."""

from __future__ import annotations

from fastapi import APIRouter

from services.history.api.privacy import privacy_router
from services.history.background.erasing import erase_for_ever
from services.history.clients.other_services import BusServices
from services.history.storage.erasures import SqlErasures
from services.history.usecases.erase_customer import Erasing
from shared.kernel.clock import Clock
from shared.kit.auth.callers import Callers
from shared.kit.bus.interface import Bus
from shared.kit.change_log import ChangeLog
from shared.kit.database import Database


class Privacy:
    """Its parts, each made once; `sweep` connects as the sweep role."""

    def __init__(
        self, db: Database, sweep: Database, log: ChangeLog, *, bus: Bus, clock: Clock
    ) -> None:
        self._erasures = SqlErasures(db, sweep, log, clock)
        self._others = BusServices(bus)
        self._erasing = Erasing(self._erasures, self._others, clock)

    async def erase(self) -> None:
        """Try erasures until cancelled."""
        await erase_for_ever(self._erasing)

    def router(self, callers: Callers) -> APIRouter:
        """Return the endpoints of export and erasure."""
        return privacy_router(self._erasures, self._others.export, self._erasing, callers=callers)
