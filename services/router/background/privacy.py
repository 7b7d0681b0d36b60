"""Tells what the router keeps of a customer, and erases that, or what is old, when asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from services.router.usecases.erase_person import PersonRows, erase_person
from services.router.usecases.ownership import Desk
from shared.contracts import subjects
from shared.contracts.privacy import ExportAsked, PersonAsked
from shared.contracts.retention import RetentionAnswer, RetentionAsked
from shared.kernel.vocabulary import Service
from shared.kit.bus.interface import Bus
from shared.kit.bus.serving import serving

Age: TypeAlias = Callable[[RetentionAsked], Awaitable[RetentionAnswer]]
"""Erases a batch of what is old."""


@asynccontextmanager
async def serving_privacy(bus: Bus, rows: PersonRows, aged: Age, desk: Desk) -> AsyncIterator[None]:
    """Serve all of it while the block runs."""

    async def erase(raw: bytes) -> bytes:
        return (await erase_person(rows, desk, PersonAsked.model_validate_json(raw))).to_json()

    async def export(raw: bytes) -> bytes:
        return (await rows.export(ExportAsked.model_validate_json(raw))).to_json()

    async def retain(raw: bytes) -> bytes:
        return (await aged(RetentionAsked.model_validate_json(raw))).to_json()

    responders = {
        subjects.retain(Service.ROUTER): retain,
        subjects.erase(Service.ROUTER): erase,
        subjects.export(Service.ROUTER): export,
    }
    async with serving(bus, responders):
        yield
