"""Composes the part of the gateway that keeps files; app.py composes the rest around it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Final
from uuid import UUID

from fastapi import APIRouter

from services.gateway.api.callers import require_uploader
from services.gateway.api.files import file_routes
from services.gateway.background.privacy import serving_privacy
from services.gateway.background.sweeping_files import sweep_files_for_ever
from services.gateway.clients.file_passes import SignedFilePasses
from services.gateway.config import GatewaySettings
from services.gateway.storage.file_bytes import SHARDS, FolderBytes
from services.gateway.storage.files import PostgresFiles, PostgresFileSweep
from services.gateway.usecases.attach_files import attached
from services.gateway.usecases.download_file import LINK_LASTS_MS, Downloading
from services.gateway.usecases.erase_person import PersonRows
from services.gateway.usecases.file_ports import FileAction, Pass, Quotas, Uploader
from services.gateway.usecases.keep_retention import AgedRows
from services.gateway.usecases.read_items import Reading, allow_reading
from services.gateway.usecases.upload_file import Uploading
from services.gateway.usecases.upload_places import UploadPlaces
from services.gateway.usecases.visit import Visits
from shared.contracts.items import Content
from shared.contracts.urls import FILE_CONTENTS
from shared.kernel.clock import Clock, Millis
from shared.kernel.rates import Buckets, Rate
from shared.kit.auth.callers import Callers
from shared.kit.auth.keyring import Keyring
from shared.kit.bus.interface import Bus
from shared.kit.database import Database
from shared.kit.new_ids import new_id
from shared.kit.web.readiness import NotReadyError, ReadinessCheck

DAY_MS: Final[Millis] = 24 * 3_600_000
ASKS: Final = Rate(burst=20, per_s=0.5)
"""Uploads asked for by one uploader: two albums at once, then one each two seconds."""
UPLOADERS_MAX: Final = 20_000


class FileParts:
    """What keeps files, each made once."""

    def __init__(
        self,
        settings: GatewaySettings,
        *,
        clock: Clock,
        keys: Keyring,
        database: Database,
        sweep: Database,
    ) -> None:
        self._settings, self._clock = settings, clock
        self._bytes = FolderBytes(settings.files)
        self._bytes.prepare()
        self._rows, self._sweep_rows = PostgresFiles(database), PostgresFileSweep(sweep)
        self._passes = SignedFilePasses(keys)
        self._asks = Buckets(ASKS, UPLOADERS_MAX)
        self.check = ReadinessCheck("gateway.files", self._probe)

    async def sweep(self) -> None:
        """Remove what was never sent, until cancelled."""
        await sweep_files_for_ever(self._sweep_rows, self._bytes, self._bytes, self._clock, SHARDS)

    def serving_privacy(
        self, bus: Bus, rows: PersonRows, aged: AgedRows
    ) -> AbstractAsyncContextManager[None]:
        """Tell and erase what is kept of one customer, or too old, while the block runs."""
        return serving_privacy(bus, rows, aged, self._bytes, self._link)

    def _link(self, shop_id: UUID, file_id: UUID) -> str:
        until = self._clock.now() + LINK_LASTS_MS
        one = Pass(FileAction.DOWNLOAD, shop_id, file_id, until)
        return f"{FILE_CONTENTS}{self._passes.sign(one)}"

    async def attach(
        self, shop_id: UUID, sender_id: UUID, client_id: str, file_ids: Sequence[UUID]
    ) -> Content:
        """See `attached`."""
        return await attached(self._rows, shop_id, sender_id, client_id, file_ids)

    def routes(self, agents: Callers, customers: Visits, reading: Reading) -> APIRouter:
        """Return the endpoints under /v1/files."""
        caller = require_uploader(agents, customers)
        down = Downloading(
            rows=self._rows,
            bytes=self._bytes,
            passes=self._passes,
            allow_agent=partial(allow_reading, needs=reading),
            clock=self._clock,
        )
        return file_routes(caller, self._uploading(), down)

    def _uploading(self) -> Uploading:
        wanted = self._settings
        return Uploading(
            rows=self._rows,
            bytes=self._bytes,
            passes=self._passes,
            customer_quotas=Quotas(wanted.files_session_bytes, wanted.files_shop_bytes, DAY_MS),
            agent_quotas=Quotas(wanted.files_agent_bytes, wanted.files_shop_bytes, DAY_MS),
            take_one=self._take_one,
            place=UploadPlaces().hold,
            clock=self._clock,
            new_id=new_id,
        )

    def _take_one(self, caller: Uploader) -> Millis:
        return self._asks.take((caller.shop_id, caller.id), self._clock.now())

    async def _probe(self) -> str:
        if not self._bytes.is_usable():
            raise NotReadyError("The folder of files is not there, or cannot be written to.")
        return "Files can be kept."
