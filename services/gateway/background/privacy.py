"""Tells what the gateway keeps of a customer, and erases that, or what is old, when asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.gateway.usecases.erase_person import (
    Link,
    PersonRows,
    Shredder,
    erase_person,
    export_person,
)
from services.gateway.usecases.keep_retention import AgedRows, keep_retention
from shared.contracts import subjects
from shared.contracts.privacy import ExportAsked, PersonAsked
from shared.contracts.retention import RetentionAsked
from shared.kernel.vocabulary import Service
from shared.kit.bus.interface import Bus
from shared.kit.bus.serving import serving


@asynccontextmanager
async def serving_privacy(
    bus: Bus, rows: PersonRows, aged: AgedRows, kept: Shredder, link: Link
) -> AsyncIterator[None]:
    """Serve all of it while the block runs."""

    async def erase(raw: bytes) -> bytes:
        asked = PersonAsked.model_validate_json(raw)
        return (await erase_person(rows, kept, asked)).to_json()

    async def export(raw: bytes) -> bytes:
        asked = ExportAsked.model_validate_json(raw)
        return (await export_person(rows, link, asked)).to_json()

    async def retain(raw: bytes) -> bytes:
        asked = RetentionAsked.model_validate_json(raw)
        return (await keep_retention(aged, kept, asked)).to_json()

    responders = {
        subjects.retain(Service.GATEWAY): retain,
        subjects.erase(Service.GATEWAY): erase,
        subjects.export(Service.GATEWAY): export,
    }
    async with serving(bus, responders):
        yield
