"""Asks again and again whether this node's customers would still be let in."""

from __future__ import annotations

import asyncio

from services.gateway.usecases.cut_off import Guests

EVERY_S = 2.0
"""LESSONS 26: within five seconds, and a question may take one."""


async def cut_off_for_ever(guests: Guests) -> None:
    """Look every two seconds, until cancelled."""
    while True:
        await asyncio.sleep(EVERY_S)
        await guests.look()
