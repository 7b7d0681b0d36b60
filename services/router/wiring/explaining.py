"""Puts together what explains decisions, here and for other routers."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from services.router.background.decisions import making_decisions_again
from services.router.clients.other_journals import BusJournals
from services.router.storage.journals import JournalTables
from services.router.usecases.explain import Explain
from services.router.usecases.full_decisions import FullDecisions, OwnJournals, Recall, Whereabouts
from services.router.usecases.ports import Records
from shared.kit.bus.interface import Bus


class Explaining:
    """Decisions, with all who were weighed."""

    def __init__(self, recall: Recall, kept: JournalTables, where: Whereabouts, bus: Bus) -> None:
        self._own = OwnJournals(recall, kept.recall, asyncio.to_thread)
        self._where = where
        self._bus = bus

    def serving(self, router_id: UUID) -> AbstractAsyncContextManager[None]:
        """Make decisions again for other routers while the block runs."""
        return making_decisions_again(self._bus, router_id, self._own)

    def of(self, records: Records) -> Explain:
        """Return what explains the decisions that the tables hold."""
        full = FullDecisions(records, self._own, self._where, BusJournals(self._bus))
        return Explain(records, full)
