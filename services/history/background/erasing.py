"""Tries erasures until they are done."""

from __future__ import annotations

import asyncio

from services.history.usecases.erase_customer import Erasing

LOOK_EVERY_S = 1.0
"""Between two looks for what is due: one index scan of nothing."""


async def erase_for_ever(erasing: Erasing) -> None:
    """Try until cancelled; what fails is due again once its claim has run out."""
    while True:
        await erasing.work()
        await asyncio.sleep(LOOK_EVERY_S)
