"""Sends the shop's life to a running service; sending it again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from services.demo.life import Life
from services.history.app import open_orders_api
from shared.contracts.cards import ContactBatch
from shared.contracts.orders import IngestBatch, Ingested

BATCH = 200
"""Orders or contacts a request: 120 kB or so, as imports send them."""

Watch: TypeAlias = Callable[[int], None]
"""Told how many more orders and contacts are in."""
Row = TypeVar("Row")
NOTHING = Ingested(created=0, updated=0, unchanged=0)


@dataclass(frozen=True)
class Filled:
    """What filling the shop changed."""

    orders: Ingested
    contacts: Ingested


async def fill(life: Life, *, url: str, token: str, watch: Watch) -> Filled:
    """Send every order, and then every contact.

    Args:
        life: what the shop is filled with.
        url: where Firstreply answers.
        token: a bearer token of the shop that allows orders:write and contacts:write.
        watch: told of progress.

    Raises:
        RefusedError: nobody answers there, or the service refuses.
    """
    orders = contacts = NOTHING
    async with open_orders_api(url, token) as api:
        for some in _cut([tale.order for tale in life.tales]):
            orders = _sum(orders, await api.ingest(IngestBatch(orders=some)))
            watch(len(some))
        for few in _cut(life.contacts):
            contacts = _sum(contacts, await api.ingest_contacts(ContactBatch(contacts=few)))
            watch(len(few))
    return Filled(orders, contacts)


def _cut(rows: Sequence[Row]) -> Iterator[tuple[Row, ...]]:
    for start in range(0, len(rows), BATCH):
        yield tuple(rows[start : start + BATCH])


def _sum(one: Ingested, other: Ingested) -> Ingested:
    return Ingested(
        created=one.created + other.created,
        updated=one.updated + other.updated,
        unchanged=one.unchanged + other.unchanged,
    )
