"""Has what engines were told written down every other second."""

from __future__ import annotations

import asyncio
from typing import Final

from services.router.usecases.keep_journals import KeepJournals

KEEP_S: Final = 2.0
"""What a router that is killed has not written: its last decisions have their best five alone."""


async def keeping_journals(journals: KeepJournals) -> None:
    """Write behind the commits until cancelled; nothing waits for it."""
    while True:
        await asyncio.sleep(KEEP_S)
        await journals.keep()
