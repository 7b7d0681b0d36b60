"""Takes a file of orders that one request brings: looked through first, then taken batch by batch.

Reading is work for a thread: whoever writes to the shop meanwhile does not wait for it. A file
that was broken off is simply sent again; the checkpoint of its last batch says where to go on.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Final, TypeAlias
from uuid import UUID

from services.history.usecases.import_orders import (
    Batch,
    ImportSummary,
    ImportWatcher,
    OrderSource,
    Rejected,
    import_orders,
)
from services.history.usecases.ingest_orders import ingest_orders
from services.history.usecases.ports import OrderStore
from shared.contracts.orders import (
    REJECTED_MAX,
    ImportedOrders,
    IngestBatch,
    Ingested,
    RejectedRow,
)
from shared.kernel.errors import ErrorCode, RefusedError

AT_ONCE_MAX: Final = 4
"""Files one process reads at a time: as many cores' work, and 40 MiB on its disk."""
BUSY_MS: Final = 5_000
"""A file of the largest size takes some such seconds."""
IN_MEMORY_BYTES: Final = 1 << 20

Read: TypeAlias = Callable[[BinaryIO, ImportWatcher], OrderSource]
"""Looks through a body; raises RefusedError when something has to be asked first."""


class ImportSlots:
    """Lets in one file of a shop at a time, and a few of all shops."""

    def __init__(self) -> None:
        self._shops: set[UUID] = set()

    @contextmanager
    def one_of(self, shop_id: UUID) -> Iterator[None]:
        """Keep others out while the block runs.

        Raises:
            RefusedError: RATE_LIMITED, another file is being read.
        """
        if shop_id in self._shops or len(self._shops) >= AT_ONCE_MAX:
            raise RefusedError(
                ErrorCode.RATE_LIMITED,
                "Another file is being imported: send this one after it.",
                retry_after_ms=BUSY_MS,
            )
        self._shops.add(shop_id)
        try:
            yield
        finally:
            self._shops.discard(shop_id)


@dataclass
class _Heard:
    """An ImportWatcher that keeps what the answer tells."""

    rows: list[RejectedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    count: int = 0

    def read(self, size: int) -> None:
        """Nobody watches a bar here."""

    def rejected(self, row: Rejected) -> None:
        self.count += 1
        if len(self.rows) < REJECTED_MAX:
            self.rows.append(RejectedRow(line=row.line, code=row.fault, reason=row.reason))

    def noted(self, sentence: str) -> None:
        self.notes.append(sentence)

    def found(self, orders: int) -> None:
        """Nobody watches a bar here."""

    def sent(self, orders: int) -> None:
        """Nobody watches a bar here."""

    def told(self, summary: ImportSummary) -> ImportedOrders:
        return ImportedOrders(
            created=summary.created,
            updated=summary.updated,
            unchanged=summary.unchanged,
            outdated=summary.outdated,
            resumed=summary.resumed,
            rejected=self.count,
            rows=tuple(self.rows),
            notes=tuple(self.notes),
        )


@dataclass(frozen=True, slots=True)
class _ShopSink:
    """An OrderSink that is the shop's own store."""

    store: OrderStore
    shop_id: UUID

    async def next_batch(self, source: str) -> int:
        return await self.store.next_batch(self.shop_id, source)

    async def ingest(self, batch: IngestBatch) -> Ingested:
        return await ingest_orders(self.store, self.shop_id, batch)


@dataclass(frozen=True, slots=True)
class ImportBodies:
    """Takes files of orders as bodies of requests."""

    store: OrderStore
    slots: ImportSlots

    async def take(self, shop_id: UUID, pieces: AsyncIterator[bytes], read: Read) -> ImportedOrders:
        """Take the orders of a body as far as they can be read.

        Raises:
            RefusedError: RATE_LIMITED; BAD_IMPORT when nothing of it can be read, or something has
                to be asked first; nothing was taken then.
        """
        heard = _Heard()
        with (
            self.slots.one_of(shop_id),
            tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as body,
        ):
            async for piece in pieces:
                await asyncio.to_thread(body.write, piece)
            source = await asyncio.to_thread(read, body, heard)  # type: ignore[arg-type]
            sink = _ShopSink(self.store, shop_id)
            return heard.told(await import_orders(source, sink, heard, _read_apart))


async def _read_apart(batches: Iterator[Batch]) -> Batch | None:
    return await asyncio.to_thread(next, batches, None)
