"""Counts what is bought together, for shops whose orders changed; the card suggests from it."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

ORDERS_LOOKED_AT = 20_000
"""A shop's newest orders: a season or two of most, and a second's work for the database."""
TOGETHER_LEAST = 3
"""Orders with both products below which they stand together by chance."""
KEPT_OF_A_PRODUCT = 5
"""The card shows three, and leaves out what the customer has."""


class TogetherStore(Protocol):
    """Keeps what is bought together."""

    async def count_together(self, shop_id: UUID, orders: int, least: int, most: int) -> int:
        """Count anew and return how many pairs are kept."""
        ...


class ShopsToCount:
    """Shops whose orders changed since their products were counted."""

    def __init__(self) -> None:
        self._shops: set[UUID] = set()

    def changed(self, shop_id: UUID) -> None:
        """Remember to count this shop's products anew."""
        self._shops.add(shop_id)

    async def count(self, store: TogetherStore) -> int:
        """Count for every shop that changed; return how many shops were counted."""
        counted = 0
        while self._shops:
            shop_id = self._shops.pop()
            try:
                await store.count_together(
                    shop_id, ORDERS_LOOKED_AT, TOGETHER_LEAST, KEPT_OF_A_PRODUCT
                )
            except BaseException:
                self._shops.add(shop_id)
                raise
            counted += 1
        return counted
