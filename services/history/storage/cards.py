"""Finds cards: one statement, one round trip; knows no rule about what a card shows."""

from __future__ import annotations

import json
from uuid import UUID

from services.history.domain.cards import NEWEST, StoredCard
from shared.contracts.items import IdentityKind
from shared.kit.database import Database

_BY_IDENTITY = "SELECT customer, orders, contacts, may_be FROM history.card($1, $2, $3, $4)"
_BY_CUSTOMER = "SELECT customer, orders, contacts, may_be FROM history.card_of($1, $2, $3)"


class SqlCardStore:
    """A CardStore on PostgreSQL."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def card_of_identity(
        self, shop_id: UUID, kind: IdentityKind, value: str
    ) -> StoredCard | None:
        """Return the card of the customer who has this normalised identity for certain."""
        return await self._card(_BY_IDENTITY, shop_id, kind.value, value, NEWEST)

    async def card_of_customer(self, shop_id: UUID, customer_id: UUID) -> StoredCard | None:
        """Return the card of a customer of this shop."""
        return await self._card(_BY_CUSTOMER, shop_id, customer_id, NEWEST)

    async def _card(self, sql: str, *args: UUID | str | int) -> StoredCard | None:
        rows = await self._db.call(sql, *args)
        if not rows:
            return None
        return StoredCard(*(json.loads(part) for part in rows[0]))
