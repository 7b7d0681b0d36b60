"""Tells whose cards are others by now, so that open consoles show them; keeps no truth.

What is lost with a process is a refresh that nobody sees: the next card asked for is true anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias
from uuid import UUID

from shared.contracts.cards import CardsChanged
from shared.contracts.items import CustomerRef

TOLD_MOST = 500
"""Customers remembered a shop: a back-fill changes more cards than anybody has open."""


@dataclass(slots=True)
class _Changed:
    shop_refs: set[str] = field(default_factory=set)
    customer_ids: set[UUID] = field(default_factory=set)


class Openers(Protocol):
    """Knows which proven addresses open whose card."""

    async def openers(
        self, shop_id: UUID, shop_refs: Sequence[str], customer_ids: Sequence[UUID]
    ) -> Sequence[tuple[CustomerRef, UUID]]:
        """Return the addresses, each with the oldest customer of its person."""
        ...


Tell: TypeAlias = Callable[[CardsChanged], Awaitable[None]]
"""Tells it to the routers."""


class CardNews:
    """What has changed since it was told last."""

    def __init__(self) -> None:
        self._shops: dict[UUID, _Changed] = {}
        self._some = asyncio.Event()

    def changed(
        self, shop_id: UUID, shop_refs: Iterable[str] = (), customer_ids: Iterable[UUID] = ()
    ) -> None:
        """Remember customers whose cards changed; never waits."""
        changed = self._shops.setdefault(shop_id, _Changed())
        if len(changed.shop_refs) < TOLD_MOST:
            changed.shop_refs.update(shop_refs)
        changed.customer_ids.update(customer_ids)
        self._some.set()

    def changed_of(self, shop_id: UUID, customer_ids: Iterable[UUID]) -> None:
        """Remember customers by ids of ours; never waits."""
        self.changed(shop_id, customer_ids=customer_ids)

    async def tell(self, known: Openers, tell: Tell) -> None:
        """Wait for changes, and tell them once."""
        await self._some.wait()
        self._some.clear()
        shops, self._shops = self._shops, {}
        for shop_id, changed in shops.items():
            refs = sorted(changed.shop_refs)[:TOLD_MOST]
            found = await known.openers(shop_id, refs, sorted(changed.customer_ids))
            if found:
                news = CardsChanged(
                    shop_id=shop_id,
                    customer_ids=tuple({customer_id for _, customer_id in found}),
                    customers=tuple(ref for ref, _ in found),
                )
                await tell(news)
