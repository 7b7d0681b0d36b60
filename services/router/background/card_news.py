"""Hears from history whose cards are others by now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from shared.contracts import subjects
from shared.contracts.cards import CardsChanged
from shared.kit.bus.interface import Bus


@asynccontextmanager
async def hearing_of_cards(
    bus: Bus, changed: Callable[[CardsChanged], None]
) -> AsyncIterator[None]:
    """Pass on what is heard while the block runs."""

    def hear(raw: bytes) -> None:
        changed(CardsChanged.model_validate_json(raw))

    subscription = await bus.subscribe(subjects.CARDS_CHANGED, hear)
    try:
        yield
    finally:
        await subscription.close()
