"""Answers requests for context cards on the bus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.history.usecases.ports import CardStore
from services.history.usecases.show_card import answer_card
from shared.contracts import subjects
from shared.contracts.cards import CardRequest
from shared.kernel.clock import Clock
from shared.kit.bus.interface import Bus


@asynccontextmanager
async def answering_cards(bus: Bus, store: CardStore, clock: Clock) -> AsyncIterator[None]:
    """Answer CardRequests while the block runs."""

    async def answer(raw: bytes) -> bytes:
        request = CardRequest.model_validate_json(raw)
        return await answer_card(store, request, clock.now())

    subscription = await bus.serve(subjects.CARD, answer)
    try:
        yield
    finally:
        await subscription.close()
