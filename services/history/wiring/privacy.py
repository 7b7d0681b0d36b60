"""Composes what tells and erases what is kept of customers, and notes who has seen it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from fastapi import APIRouter

from services.history.api.privacy import privacy_router
from services.history.api.retention import retention_router
from services.history.background.erasing import (
    erase_for_ever,
    hold_claims_for_ever,
    sweep_for_ever,
)
from services.history.clients.other_services import BusServices
from services.history.storage.erasures import SqlErasures
from services.history.storage.retention import SqlRetention
from services.history.storage.views import SqlViews
from services.history.usecases.erase_customer import Erasing
from services.history.usecases.keep_retention import KeepRetention
from services.history.usecases.note_views import CardViews
from shared.kernel.clock import Clock
from shared.kit.auth.callers import Callers
from shared.kit.bus.interface import Bus
from shared.kit.change_log import ChangeLog, actor_of
from shared.kit.database import Database


class Privacy:
    """Its parts, each made once; `sweep` connects as the sweep role.

    Attributes:
        views: to whom cards are shown.
    """

    def __init__(
        self, db: Database, sweep: Database, log: ChangeLog, *, bus: Bus, clock: Clock
    ) -> None:
        self.views = CardViews(SqlViews(db), clock, actor_of)
        self._erasures = SqlErasures(db, sweep, log, clock, self.views)
        self._others = BusServices(bus)
        self._erasing = Erasing(self._erasures, self._others, clock)
        self._retention = KeepRetention(SqlRetention(db, sweep, log), self._others, clock)

    def loops(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return what runs in the background, by name."""
        return {
            "erasing": partial(erase_for_ever, self._erasing),
            "erasing_claims": partial(hold_claims_for_ever, self._erasing),
            "retention": partial(sweep_for_ever, self._retention),
            "card_views": self.views.run,
        }

    def routers(self, callers: Callers) -> tuple[APIRouter, ...]:
        """Return the endpoints of export, erasure, audit and retention."""
        return (
            privacy_router(self._erasures, self._others.export, self._erasing, callers=callers),
            retention_router(self._retention, callers=callers),
        )
