"""Removes files: those never sent, and bytes that no row tells of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from services.gateway.usecases.file_ports import FileBytes, FileSweep, StrayBytes
from shared.kernel.clock import Instant, Millis

NEVER_SENT_MS: Final[Millis] = 24 * 3_600_000
"""Time to send what was uploaded; and before bytes count as strays, far longer than any upload."""
PAGE: Final = 200


async def sweep_files(rows: FileSweep, kept: FileBytes, now: Instant) -> AsyncIterator[int]:
    """Remove what was never sent; yield after each page how many files that were."""
    while removed := await rows.remove_never_sent(now - NEVER_SENT_MS, PAGE):
        for file_id in removed:
            await kept.delete(file_id)
        yield len(removed)


async def sweep_strays(
    rows: FileSweep, folder: StrayBytes, kept: FileBytes, shard: int, now: Instant
) -> int:
    """Remove what lies in one shard of the folder and is no file; return how many.

    Whoever was killed between bytes and commit, or between a removal's two halves, left it.
    """
    found = await folder.look(shard, now - NEVER_SENT_MS)
    strays = 0
    for start in range(0, len(found), PAGE):
        page = found[start : start + PAGE]
        known = await rows.known(page)
        for file_id, digest in page:
            if (file_id, digest) not in known:
                await kept.delete(file_id, digest)
                strays += 1
    return strays
