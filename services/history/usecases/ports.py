"""What the use cases of history need from the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from services.history.domain.cards import StoredCard
from services.history.domain.events import Fact
from shared.contracts.cards import IngestContact
from shared.contracts.items import IdentityKind
from shared.contracts.orders import Checkpoint, IngestCart, Ingested, IngestOrder, IngestProduct


class CardStore(Protocol):
    """Finds cards, each in one statement."""

    async def card_of_identity(
        self, shop_id: UUID, kind: IdentityKind, value: str
    ) -> StoredCard | None:
        """Return the card of the customer who has this normalised identity for certain."""
        ...

    async def card_of_customer(self, shop_id: UUID, customer_id: UUID) -> StoredCard | None:
        """Return the card of a customer of this shop."""
        ...


class OrderStore(Protocol):
    """Keeps orders, carts and products."""

    async def ingest(
        self, shop_id: UUID, orders: Sequence[IngestOrder], checkpoint: Checkpoint | None
    ) -> Ingested:
        """Take orders and the checkpoint in one transaction; what is known, or older, is left."""
        ...

    async def ingest_carts(self, shop_id: UUID, carts: Sequence[IngestCart]) -> Ingested:
        """Take carts in one transaction; what is known already, or older, is left."""
        ...

    async def ingest_products(self, shop_id: UUID, products: Sequence[IngestProduct]) -> Ingested:
        """Take products in one transaction; what is known already, or older, is left."""
        ...

    async def next_batch(self, shop_id: UUID, source: str) -> int:
        """Return where an unfinished import of this source stopped, or 0."""
        ...


class ContactStore(Protocol):
    """Keeps contacts."""

    async def ingest(self, shop_id: UUID, contacts: Sequence[IngestContact]) -> Ingested:
        """Take contacts of another system in one transaction; what is known already is left."""
        ...

    async def apply(self, facts: Sequence[Fact]) -> Mapping[tuple[UUID, str], int]:
        """Apply each fact exactly once, in the order of its stream, in one transaction.

        Returns where every (shop, stream) of the facts stands after the commit.
        """
        ...
