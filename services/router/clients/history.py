"""Asks history for context cards over the bus; keeps none."""

from __future__ import annotations

from uuid import UUID

from pydantic import ValidationError

from services.router.usecases.ports import CardUnavailableError
from shared.contracts import subjects
from shared.contracts.cards import CardAnswer, CardRequest
from shared.contracts.items import CustomerRef
from shared.kernel.clock import Millis
from shared.kit.bus.interface import Bus, BusError


class HistoryCards:
    """History's card request."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def fetch(self, shop_id: UUID, customer: CustomerRef, wait_ms: Millis) -> CardAnswer:
        """Return a verified customer's card, or who one may be that is not.

        Raises:
            CardUnavailableError: no answer within wait_ms.
        """
        request = CardRequest(shop_id=shop_id, customer=customer).to_json()
        try:
            answer = await self._bus.request(subjects.CARD, request, timeout_ms=wait_ms)
            return CardAnswer.model_validate_json(answer)
        except (BusError, ValidationError) as error:
            raise CardUnavailableError from error
