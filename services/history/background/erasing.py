"""Tries erasures until they are done, and sweeps what shops do not want kept any longer."""

from __future__ import annotations

import asyncio

from services.history.usecases.erase_customer import RENEWED_EVERY_MS, Erasing
from services.history.usecases.keep_retention import KeepRetention

MS_PER_S = 1_000
LOOK_EVERY_S = 1.0
"""Between two looks for what is due: one index scan of nothing."""


async def erase_for_ever(erasing: Erasing) -> None:
    """Try until cancelled; what fails is due again once its claim has run out."""
    while True:
        await erasing.work()
        await asyncio.sleep(LOOK_EVERY_S)


async def hold_claims_for_ever(erasing: Erasing) -> None:
    """Renew until cancelled, beside the tries."""
    while True:
        await asyncio.sleep(RENEWED_EVERY_MS / MS_PER_S)
        await erasing.renew()


async def sweep_for_ever(keep: KeepRetention) -> None:
    """Sweep until cancelled; a sweep that fails is begun again within the hour."""
    while True:
        await keep.sweep()
        await asyncio.sleep(LOOK_EVERY_S)
