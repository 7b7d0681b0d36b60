"""Reads what a store has already and sends it on, page by page; a killed run goes on from there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from services.history.shops.told import (
    Ignored,
    Link,
    Platform,
    Read,
    State,
    UnreadableError,
)
from services.history.usecases.import_orders import BATCH_BYTES, BATCH_ORDERS, Rejected
from shared.contracts.orders import (
    CartBatch,
    IngestBatch,
    IngestCart,
    Ingested,
    IngestOrder,
    IngestProduct,
    ProductBatch,
)

StateT = TypeVar("StateT", bound=State)


@dataclass(frozen=True, slots=True)
class Page:
    """Some objects of a collection, and the cursor from which the next page goes on."""

    objects: Sequence[Mapping[str, Any]]
    cursor: str | None


class StoreApi(Protocol):
    """A platform's API."""

    async def count(self, collection: str) -> int | None:
        """Return how many objects a collection has, where the store says."""
        ...

    def pages(self, collection: str, since: str | None) -> AsyncIterator[Page]:
        """Yield pages of a collection, those after a cursor."""
        ...


class StateSink(Protocol):
    """The service that takes states and keeps how far a back-fill has come."""

    async def ingest(self, batch: IngestBatch) -> Ingested:
        """Take orders."""
        ...

    async def ingest_carts(self, batch: CartBatch) -> Ingested:
        """Take carts."""
        ...

    async def ingest_products(self, batch: ProductBatch) -> Ingested:
        """Take products."""
        ...

    async def keep_cursors(self, connection: str, cursors: Mapping[str, str]) -> None:
        """Keep how far each collection is read."""
        ...


class BackFillWatcher(Protocol):
    """Watches a back-fill."""

    def collection(self, name: str, count: int | None) -> None:
        """Hear that a collection is read now, and how many objects it has."""
        ...

    def read(self, count: int) -> None:
        """Hear how many more objects were read."""
        ...

    def rejected(self, row: Rejected) -> None:
        """Hear of an object that was left out."""
        ...


@dataclass(frozen=True, slots=True)
class Filled:
    """What a back-fill changed, over all collections."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    outdated: int = 0
    ignored: int = 0

    def with_batch(self, ingested: Ingested) -> Filled:
        """Return the sum with one more batch."""
        return replace(
            self,
            created=self.created + ingested.created,
            updated=self.updated + ingested.updated,
            unchanged=self.unchanged + ingested.unchanged,
            outdated=self.outdated + ingested.outdated,
        )


class BackFill:
    """One back-fill of one connection. Sending a page twice changes nothing."""

    def __init__(self, platform: Platform, link: Link, store: StoreApi, sink: StateSink) -> None:
        self._platform = platform
        self._link = link
        self._store = store
        self._sink = sink
        self._filled = Filled()

    async def run(
        self, connection: str, cursors: Mapping[str, str], watcher: BackFillWatcher
    ) -> Filled:
        """Read every collection, each from its cursor on; at the end there is no cursor left.

        Raises:
            RefusedError: the store or the service refuses; what was sent stays, and so do cursors.
        """
        kept = dict(cursors)
        done = [name for name in self._platform.resources if kept.get(name) == DONE]
        for name, read in self._platform.resources.items():
            if name in done:
                continue
            watcher.collection(name, await self._store.count(name))
            await self._collection(name, read, connection, kept, watcher)
        await self._sink.keep_cursors(connection, {})
        return self._filled

    async def _collection(
        self,
        name: str,
        read: Read,
        connection: str,
        kept: dict[str, str],
        watcher: BackFillWatcher,
    ) -> None:
        async for page in self._store.pages(name, kept.get(name)):
            await self._send(list(self._states(name, read, page, watcher)))
            watcher.read(len(page.objects))
            if page.cursor is not None:
                kept[name] = page.cursor
                await self._sink.keep_cursors(connection, kept)
        kept[name] = DONE
        await self._sink.keep_cursors(connection, kept)

    def _states(
        self, name: str, read: Read, page: Page, watcher: BackFillWatcher
    ) -> Iterator[State]:
        for place, told in enumerate(page.objects, start=1):
            try:
                state = read(self._link, told)
            except UnreadableError as error:
                known = f"id {told['id']}: " if isinstance(told.get("id"), int) else ""
                watcher.rejected(Rejected(name, place, f"{known}{error}"))
                continue
            if isinstance(state, Ignored):
                self._filled = replace(self._filled, ignored=self._filled.ignored + 1)
            else:
                yield state

    async def _send(self, states: Sequence[State]) -> None:
        orders = [one for one in states if isinstance(one, IngestOrder)]
        carts = [one for one in states if isinstance(one, IngestCart)]
        products = [one for one in states if isinstance(one, IngestProduct)]
        for some_orders in _cut(orders):
            self._add(await self._sink.ingest(IngestBatch(orders=some_orders)))
        for some_carts in _cut(carts):
            self._add(await self._sink.ingest_carts(CartBatch(carts=some_carts)))
        for some in _cut(products):
            self._add(await self._sink.ingest_products(ProductBatch(products=some)))

    def _add(self, ingested: Ingested) -> None:
        self._filled = self._filled.with_batch(ingested)


DONE = "done"
"""The cursor of a collection that was read to its end in a run that did not come to its own."""


def _cut(states: Sequence[StateT]) -> Iterator[tuple[StateT, ...]]:
    """Yield batches that fit into a request, each naming a thing once: the last state of it."""
    newest = {one.reference: one for one in states}
    batch: list[StateT] = []
    size = 0
    for state in newest.values():
        state_size = len(state.to_json())
        if batch and (len(batch) == BATCH_ORDERS or size + state_size > BATCH_BYTES):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(state)
        size += state_size
    if batch:
        yield tuple(batch)
