"""Sends the orders of a source to a running service, batch by batch; knows neither file nor wire.

Sending a batch twice changes nothing, so a killed import may simply run again; the checkpoint that
travels with each batch only saves it from starting at the first one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol, TypeAlias

from shared.contracts.orders import Checkpoint, IngestBatch, Ingested, IngestOrder
from shared.kernel.vocabulary import RowFault

BATCH_ORDERS = 200
"""Orders a request: 120 kB or so, and a kill costs at most these."""
BATCH_BYTES = 768 * 1024
"""Of long reviews fewer fit: a request body ends at 1 MiB."""


class FileForm(StrEnum):
    """How a file of orders is written."""

    NDJSON = "ndjson"
    CSV = "csv"


class OrderSource(Protocol):
    """Some orders, always the same in the same order for the same digest."""

    @property
    def digest(self) -> str:
        """Return 64 hexadecimal digits that stand for the content and the way it is read."""
        ...

    @property
    def order_count(self) -> int:
        """Return how many orders there are at most."""
        ...

    def orders(self) -> Iterator[IngestOrder]:
        """Yield every order."""
        ...


class OrderSink(Protocol):
    """The service that takes orders."""

    async def next_batch(self, source: str) -> int:
        """Return the batch an earlier, unfinished import of this source stopped at, or 0."""
        ...

    async def ingest(self, batch: IngestBatch) -> Ingested:
        """Take a batch, all of it or nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out; the reason goes on after "the row"."""

    file: str
    line: int
    reason: str
    fault: RowFault = RowFault.BAD_VALUE


class ImportWatcher(Protocol):
    """Watches an import: first its reading, then its sending."""

    def read(self, size: int) -> None:
        """Hear how many more bytes are read."""
        ...

    def rejected(self, row: Rejected) -> None:
        """Hear of a row that was left out."""
        ...

    def noted(self, sentence: str) -> None:
        """Hear what people should know of what was read, such as columns that nobody reads."""
        ...

    def found(self, orders: int) -> None:
        """Hear how many orders there are to send."""
        ...

    def sent(self, orders: int) -> None:
        """Hear how many more orders are in."""
        ...


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import changed; `resumed` orders were in from an earlier, unfinished run."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    resumed: int = 0
    outdated: int = 0

    @property
    def orders(self) -> int:
        """Return all orders of the source that are in now, those of a newer state too."""
        return self.created + self.updated + self.unchanged + self.resumed + self.outdated

    def with_batch(self, ingested: Ingested) -> ImportSummary:
        """Return the summary after one more batch."""
        return replace(
            self,
            created=self.created + ingested.created,
            updated=self.updated + ingested.updated,
            unchanged=self.unchanged + ingested.unchanged,
            outdated=self.outdated + ingested.outdated,
        )

    def with_resumed(self, orders: int) -> ImportSummary:
        """Return the summary after a batch that was in already."""
        return replace(self, resumed=self.resumed + orders)


Batch: TypeAlias = tuple[tuple[IngestOrder, ...], bool]
"""Some orders, and whether they are the last."""
Step: TypeAlias = Callable[[Iterator[Batch]], Awaitable[Batch | None]]
"""Reads the next batch, None after the last: here, or where it holds nobody up."""


async def read_here(batches: Iterator[Batch]) -> Batch | None:
    """Read the next batch while everything else waits."""
    return next(batches, None)


async def import_orders(
    source: OrderSource, sink: OrderSink, watcher: ImportWatcher, step: Step = read_here
) -> ImportSummary:
    """Send every order; what the sink raises ends the import, and a later run goes on there."""
    plan = _plan_of(source)
    first = await sink.next_batch(plan)
    watcher.found(source.order_count)
    summary = ImportSummary()
    batches, number = _batches(source.orders()), 0
    while (read := await step(batches)) is not None:
        batch, is_last = read
        if number < first and not is_last:
            summary = summary.with_resumed(len(batch))
        else:
            following = 0 if is_last else number + 1
            checkpoint = Checkpoint(source=plan, next_batch=following)
            ingested = await sink.ingest(IngestBatch(orders=batch, checkpoint=checkpoint))
            summary = summary.with_batch(ingested)
        watcher.sent(len(batch))
        number += 1
    return summary


def _plan_of(source: OrderSource) -> str:
    """Return what a checkpoint counts in: these orders, cut into batches of these sizes."""
    plan = f"{source.digest} {BATCH_ORDERS} {BATCH_BYTES}"
    return hashlib.sha256(plan.encode()).hexdigest()


def _batches(orders: Iterator[IngestOrder]) -> Iterator[Batch]:
    """Yield batches, each with whether it is the last."""
    batch: dict[tuple[str, str], IngestOrder] = {}
    size = 0
    for order in orders:
        order_size, name = size_of(order), (order.platform, order.reference)
        is_full = len(batch) == BATCH_ORDERS or size + order_size > BATCH_BYTES
        # A file may tell of several states of an order; a batch holds one of each.
        if batch and (is_full or name in batch):
            yield tuple(batch.values()), False
            batch, size = {}, 0
        batch[name] = order
        size += order_size
    if batch:
        yield tuple(batch.values()), True


def size_of(order: IngestOrder) -> int:
    """Return how many bytes an order takes in a batch, without what is at its default."""
    return len(order.model_dump_json(exclude_defaults=True).encode())
