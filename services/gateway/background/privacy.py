"""Answers who asks what the gateway keeps of a customer, and who has it erased."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.gateway.usecases.erase_person import (
    Link,
    PersonRows,
    erase_person,
    export_person,
)
from services.gateway.usecases.file_ports import FileBytes
from shared.contracts import subjects
from shared.contracts.privacy import ExportAsked, PersonAsked
from shared.kernel.vocabulary import Service
from shared.kit.bus.interface import Bus


@asynccontextmanager
async def serving_privacy(
    bus: Bus, rows: PersonRows, kept: FileBytes, link: Link
) -> AsyncIterator[None]:
    """Serve both while the block runs."""

    async def erase(raw: bytes) -> bytes:
        asked = PersonAsked.model_validate_json(raw)
        return (await erase_person(rows, kept, asked)).to_json()

    async def export(raw: bytes) -> bytes:
        asked = ExportAsked.model_validate_json(raw)
        return (await export_person(rows, link, asked)).to_json()

    erasing = await bus.serve(subjects.erase(Service.GATEWAY), erase)
    exporting = await bus.serve(subjects.export(Service.GATEWAY), export)
    try:
        yield
    finally:
        await exporting.close()
        await erasing.close()
