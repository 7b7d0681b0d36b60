"""Answers who asks what the router keeps of a customer, and who has it erased."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.router.usecases.erase_person import PersonRows, erase_person
from services.router.usecases.ownership import Desk
from shared.contracts import subjects
from shared.contracts.privacy import ExportAsked, PersonAsked
from shared.kernel.vocabulary import Service
from shared.kit.bus.interface import Bus


@asynccontextmanager
async def serving_privacy(bus: Bus, rows: PersonRows, desk: Desk) -> AsyncIterator[None]:
    """Serve both while the block runs."""

    async def erase(raw: bytes) -> bytes:
        return (await erase_person(rows, desk, PersonAsked.model_validate_json(raw))).to_json()

    async def export(raw: bytes) -> bytes:
        return (await rows.export(ExportAsked.model_validate_json(raw))).to_json()

    erasing = await bus.serve(subjects.erase(Service.ROUTER), erase)
    exporting = await bus.serve(subjects.export(Service.ROUTER), export)
    try:
        yield
    finally:
        await exporting.close()
        await erasing.close()
