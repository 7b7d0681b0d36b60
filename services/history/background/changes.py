"""Loops over what changed: tells whose cards are others, and counts what is bought together."""

from __future__ import annotations

import asyncio

from services.history.usecases.count_together import ShopsToCount, TogetherStore
from services.history.usecases.tell_changes import CardNews, Openers
from shared.contracts import subjects
from shared.contracts.cards import CardsChanged
from shared.kit.bus.interface import Bus

COUNT_EVERY_S = 60.0
"""Between two counts of what is bought together: a suggestion may be an import behind."""


async def tell_cards(news: CardNews, known: Openers, bus: Bus) -> None:
    """Tell until cancelled."""

    async def tell(changed: CardsChanged) -> None:
        await bus.publish(subjects.CARDS_CHANGED, changed.to_json())

    while True:
        await news.tell(known, tell)


async def count_together(shops: ShopsToCount, store: TogetherStore) -> None:
    """Count until cancelled."""
    while True:
        await asyncio.sleep(COUNT_EVERY_S)
        await shops.count(store)
