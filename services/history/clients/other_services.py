"""Asks the gateway and the router what they keep of a customer, and has them erase it."""

from __future__ import annotations

from typing import Final, TypeVar

from pydantic import ValidationError

from services.history.usecases.erase_customer import ServiceAwayError
from shared.contracts import subjects
from shared.contracts.privacy import EraseAnswer, ExportAnswer, ExportAsked, PersonAsked
from shared.contracts.retention import RetentionAnswer, RetentionAsked
from shared.contracts.wire import Readable
from shared.kernel.clock import Millis
from shared.kernel.vocabulary import Service
from shared.kit.bus.interface import Bus, BusError

Answer = TypeVar("Answer", EraseAnswer, ExportAnswer, RetentionAnswer)
ANSWER_MS: Final[Millis] = 15_000
"""The longest statement that a service may run takes ten seconds."""


class BusServices:
    """The other services, by bus."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def erase(self, service: Service, asked: PersonAsked) -> EraseAnswer:
        """See `OtherServices.erase`."""
        raw = await self._ask(subjects.erase(service), asked)
        return _read(EraseAnswer, raw)

    async def export(self, service: Service, asked: ExportAsked) -> ExportAnswer:
        """See `export_customer.AskService`."""
        raw = await self._ask(subjects.export(service), asked)
        return _read(ExportAnswer, raw)

    async def retain(self, service: Service, asked: RetentionAsked) -> RetentionAnswer:
        """See `OtherKeepers.retain`."""
        raw = await self._ask(subjects.retain(service), asked)
        return _read(RetentionAnswer, raw)

    async def _ask(self, subject: str, asked: Readable) -> bytes:
        try:
            return await self._bus.request(subject, asked.to_json(), timeout_ms=ANSWER_MS)
        except BusError as error:
            raise ServiceAwayError from error


def _read(shape: type[Answer], raw: bytes) -> Answer:
    try:
        return shape.model_validate_json(raw)
    except ValidationError as error:
        raise ServiceAwayError from error
