"""What the use cases of history need from the outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from services.history.domain.cards import StoredCard
from services.history.domain.events import Fact
from services.history.domain.merging import Dossier, Evidence
from services.history.shops.told import Link
from shared.contracts.cards import IngestContact
from shared.contracts.changes import Once
from shared.contracts.claims import Principal
from shared.contracts.connections import NewConnection
from shared.contracts.items import IdentityKind
from shared.contracts.orders import Checkpoint, IngestCart, Ingested, IngestOrder, IngestProduct
from shared.contracts.people import Merge, NewMerge, Person
from shared.kernel.clock import Instant

CustomersChanged: TypeAlias = Callable[[UUID, Iterable[UUID]], None]
"""Hears, after a commit, whose cards it changed: a shop and customers of it."""

Judge: TypeAlias = Callable[[Dossier, Dossier, str | None], Evidence | None]
"""Says what shows that two customers are one person, given the number of an order."""


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

    async def may_be(
        self, shop_id: UUID, kind: IdentityKind, value: str
    ) -> Sequence[Mapping[str, Any]]:
        """Return who gave this normalised address, proven or not, as JSON objects."""
        ...


class PeopleStore(Protocol):
    """Keeps who is one person, and what shows it."""

    async def person(self, shop_id: UUID, customer_id: UUID) -> Person | None:
        """Return the person that a customer of this shop is."""
        ...

    async def merge(
        self, caller: Principal, once: Once, customer_id: UUID, new: NewMerge, judge: Judge
    ) -> Merge:
        """Make two customers one person, if the judge finds evidence in their dossiers.

        Raises:
            RefusedError: NOT_FOUND, NO_EVIDENCE or IDEMPOTENCY_CONFLICT.
        """
        ...

    async def undo(self, caller: Principal, once: Once, customer_id: UUID, merge_id: UUID) -> Merge:
        """Undo a merge of this person's customers; one undone already stays as it is.

        Raises:
            RefusedError: NOT_FOUND or IDEMPOTENCY_CONFLICT.
        """
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


@dataclass(frozen=True, slots=True)
class StoredConnection:
    """A connection as it is kept, its secret in the link."""

    id: UUID
    platform: str
    link: Link
    connected_at: Instant
    cursors: Mapping[str, str]
    rejected: int
    rejected_at: Instant | None
    rejected_reason: str | None


class ConnectionStore(Protocol):
    """Keeps the connections of shops to platforms."""

    async def connect(
        self, shop_id: UUID, connection_id: UUID, new: NewConnection, at: Instant
    ) -> StoredConnection:
        """Keep a connection; of a platform's store there is one, with the newest secret."""
        ...

    async def find(self, shop_id: UUID, connection_id: UUID) -> StoredConnection | None:
        """Return a connection of this shop."""
        ...

    async def all(self, shop_id: UUID) -> Sequence[StoredConnection]:
        """Return the shop's connections, the newest first."""
        ...

    async def keep_cursors(
        self, shop_id: UUID, connection_id: UUID, cursors: Mapping[str, str]
    ) -> bool:
        """Keep how far a back-fill has come; False when there is no such connection."""
        ...

    async def note_rejected(
        self, shop_id: UUID, connection_id: UUID, reason: str, at: Instant
    ) -> None:
        """Count a webhook that was signed and could not be kept, and keep the last reason."""
        ...

    async def end(self, shop_id: UUID, connection_id: UUID) -> bool:
        """Forget a connection; False when there is no such one."""
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
