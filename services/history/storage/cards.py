"""Finds cards: one statement, one round trip; knows no rule about what a card shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from services.history.domain.cards import NEWEST, StoredCard
from shared.contracts.items import CustomerRef, IdentityKind
from shared.kit.database import HOT_POOL_SIZE, STATEMENT_TIMEOUT_S, Database
from shared.kit.gathered import Gathered

_PARTS = ", ".join(
    f"textsend(card.{part}::text)" for part in ("customer", "orders", "contacts", "may_be", "more")
)
"""Of a card, as the bytes JSON is read from: as text they would be decoded and encoded again."""
_BY_IDENTITY = f"SELECT {_PARTS} FROM history.card($1, $2, $3, $4) card"  # noqa: S608  ours
_MAY_BE = """
    SELECT c.id, c.name FROM history.who_gave(:shop_id, :kind, :value, :most) who
    JOIN history.customers c ON c.shop_id = :shop_id AND c.id = who.customer_id
    ORDER BY c.id DESC LIMIT :shown
    """
_OPENERS = "SELECT kind, value, customer_id FROM history.openers($1, $2, $3)"
_COUNT = "SELECT history.count_together($1, $2, $3, $4)"


LANES, TOGETHER = HOT_POOL_SIZE, 8
"""Questions for cards at once, and cards in each: at some 2 ms a card nobody waits long for the
others'. With two lanes 8 clients got a twentieth fewer cards (docs/performance.md)."""
MENTIONS_READ, SHOWN = 20, 3
"""Of who may be somebody: as the card's own `may_be` has it."""


class SqlCardStore:
    """A CardStore on PostgreSQL."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._of_customers = Gathered(self._parts_of, lanes=LANES, most=TOGETHER)

    async def card_of_identity(
        self, shop_id: UUID, kind: IdentityKind, value: str
    ) -> StoredCard | None:
        """Return the card of the customer who has this normalised identity for certain."""
        return await self._card(_BY_IDENTITY, shop_id, kind.value, value, NEWEST)

    async def card_of_customer(self, shop_id: UUID, customer_id: UUID) -> StoredCard | None:
        """Return the card of a customer of this shop."""
        parts = await self._of_customers.get((shop_id, customer_id))
        return None if parts is None else _stored(parts)

    async def may_be(
        self, shop_id: UUID, kind: IdentityKind, value: str
    ) -> Sequence[Mapping[str, Any]]:
        """Return who gave this normalised address, proven or not, as JSON objects."""
        asked = {"shop_id": shop_id, "kind": kind.value, "value": value}
        async with self._db.read(shop_id) as tx:
            rows = await tx.rows(_MAY_BE, asked | {"most": MENTIONS_READ, "shown": SHOWN})
        return [
            {"customer_id": str(row["id"]), "name": row["name"], "same": [kind.value]}
            for row in rows
        ]

    async def openers(
        self, shop_id: UUID, shop_refs: Sequence[str], customer_ids: Sequence[UUID]
    ) -> Sequence[tuple[CustomerRef, UUID]]:
        """Return the addresses that open these cards, each with its person's oldest customer."""
        rows = await self._db.call(_OPENERS, shop_id, list(shop_refs), list(customer_ids))
        return [
            (CustomerRef(kind=IdentityKind(kind), value=value, verified=True), customer_id)
            for kind, value, customer_id in rows
        ]

    async def count_together(self, shop_id: UUID, orders: int, least: int, most: int) -> int:
        """Count anew what is bought together and return how many pairs are kept."""
        rows = await self._db.call(
            _COUNT, shop_id, orders, least, most, timeout_s=STATEMENT_TIMEOUT_S
        )
        return int(rows[0][0])

    async def _parts_of(self, asked: Sequence[tuple[UUID, UUID]]) -> Sequence[list[bytes] | None]:
        rows = await self._db.call(_of_customers(len(asked)), NEWEST, *chain.from_iterable(asked))
        found = {place: parts for *parts, place in rows}
        return [found.get(place) for place in range(len(asked))]

    async def _card(self, sql: str, *args: UUID | str | int) -> StoredCard | None:
        rows = await self._db.call(sql, *args)
        return _stored(rows[0]) if rows else None


def _stored(parts: Iterable[bytes]) -> StoredCard:
    # Names come again with each order; to look whether a value has come before takes longer.
    return StoredCard(*(from_json(part, cache_strings="keys") for part in parts))


@cache
def _of_customers(count: int) -> str:
    """Return the statement for the cards of so many customers: one after the other.

    Each is read in the scope of its own shop alone, which the function sets. It is one statement a
    count, as PostgreSQL plans one with lists in it anew each time.
    """
    args = ((place, f"${2 * place + 2}, ${2 * place + 3}, $1") for place in range(count))
    return " UNION ALL ".join(
        f"SELECT {_PARTS}, {place} FROM history.card_of({asked}) card"  # noqa: S608  ours
        for place, asked in args
    )
