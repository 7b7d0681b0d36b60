"""Batches of an import: their size, their checkpoints, and going on after a kill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.history.usecases import import_orders as module
from services.history.usecases.import_orders import ImportSummary, import_orders
from shared.contracts.orders import IngestBatch, Ingested, IngestOrder
from tests.support.olist import Seen
from tests.support.orders import order


class Source:
    digest = "ab" * 32

    def __init__(self, count: int, review: str | None = None) -> None:
        self.order_count = count
        self._review = review

    def orders(self) -> Iterator[IngestOrder]:
        for number in range(self.order_count):
            yield order(f"A-{number}", review_text=self._review)


class Sink:
    """Takes batches; knows all orders it has seen, as the real one does."""

    def __init__(self, next_batch: int = 0) -> None:
        self.batches: list[IngestBatch] = []
        self._next = next_batch

    async def next_batch(self, source: str) -> int:
        return self._next

    async def ingest(self, batch: IngestBatch) -> Ingested:
        self.batches.append(batch)
        return Ingested(created=len(batch.orders), updated=0, unchanged=0)

    @property
    def checkpoints(self) -> list[int]:
        return [one.checkpoint.next_batch for one in self.batches if one.checkpoint]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_ORDERS", 3)


class TestBatches:
    @pytest.mark.parametrize(("count", "sizes"), [(0, []), (2, [2]), (3, [3]), (7, [3, 3, 1])])
    async def test_every_order_is_sent_once(self, count: int, sizes: list[int]) -> None:
        sink, seen = Sink(), Seen()
        summary = await import_orders(Source(count), sink, seen)
        assert [len(batch.orders) for batch in sink.batches] == sizes
        assert summary == ImportSummary(created=count)
        assert (seen.orders_found, seen.orders_sent, summary.orders) == (count, count, count)

    async def test_long_reviews_make_smaller_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "BATCH_BYTES", 2_000)
        sink = Sink()
        await import_orders(Source(5, "ж" * 600), sink, Seen())
        assert [len(batch.orders) for batch in sink.batches] == [1, 1, 1, 1, 1]


class TestCheckpoints:
    async def test_last_batch_sets_the_checkpoint_back(self) -> None:
        sink = Sink()
        await import_orders(Source(7), sink, Seen())
        assert sink.checkpoints == [1, 2, 0]

    async def test_import_goes_on_at_the_checkpoint(self) -> None:
        sink = Sink(next_batch=1)
        summary = await import_orders(Source(7), sink, Seen())
        assert summary == ImportSummary(created=4, resumed=3)
        assert sink.checkpoints == [2, 0]

    async def test_checkpoint_beyond_the_end_still_sends_the_last_batch(self) -> None:
        sink = Sink(next_batch=99)
        await import_orders(Source(7), sink, Seen())
        assert sink.checkpoints == [0]

    async def test_batches_cut_otherwise_are_another_plan(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else a release with other batch sizes would skip orders that never went in."""
        first, second = Sink(), Sink()
        await import_orders(Source(7), first, Seen())
        monkeypatch.setattr(module, "BATCH_ORDERS", 2)
        await import_orders(Source(7), second, Seen())
        assert {one.checkpoint and one.checkpoint.source for one in first.batches}.isdisjoint(
            {one.checkpoint and one.checkpoint.source for one in second.batches}
        )
