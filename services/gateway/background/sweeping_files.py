"""Removes, now and then, files that were never sent and bytes that are no file's."""

from __future__ import annotations

import asyncio
from itertools import cycle

import structlog

from services.gateway.usecases.file_ports import FileBytes, FileSweep, StrayBytes
from services.gateway.usecases.remove_files import sweep_files, sweep_strays
from shared.kernel.clock import Clock

EVERY_S = 300.0
"""One shard of 256 a round: the whole folder is looked through in a day, however large it is."""
BETWEEN_PAGES_S = 0.05

log = structlog.get_logger()


async def sweep_files_for_ever(
    rows: FileSweep, kept: FileBytes, folder: StrayBytes, clock: Clock, shards: int
) -> None:
    """Look through files and folder again and again, until cancelled."""
    for shard in cycle(range(shards)):
        async for _ in sweep_files(rows, kept, clock.now()):
            await asyncio.sleep(BETWEEN_PAGES_S)
        strays = await sweep_strays(rows, folder, kept, shard, clock.now())
        if strays:
            log.info("files.strays_removed", shard=shard, count=strays)
        await asyncio.sleep(EVERY_S)
