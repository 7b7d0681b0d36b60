"""Importing Olist files through the service's own endpoints, the real sample among them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.history.clients.olist_files import open_olist
from services.history.clients.orders_api import OrdersApi, open_orders_api
from services.history.usecases import import_orders as importing
from services.history.usecases.import_orders import ImportSummary, import_orders
from shared.contracts.cards import Card
from shared.contracts.orders import IngestBatch, Ingested
from shared.kernel.clock import from_iso
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import OrderStatus, Scope
from tests.support.history import OTHER_SHOP, SHOP, URL
from tests.support.olist import Seen, write_olist
from tests.support.real_data import real_data

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.history import RunningService

SAMPLE_ORDERS = 4_000
PERSON_WITH_TWO_ORDERS = "6469f99c1f9dfae7733b25662e7f1782"


async def import_folder(
    service: RunningService, folder: Path, seen: Seen | None = None, shop_id: UUID = SHOP
) -> ImportSummary:
    token = service.token(Scope.ORDERS_WRITE, shop_id=shop_id)
    watcher = seen or Seen()
    with open_olist(folder, watcher) as source:
        async with open_orders_api(URL, token, transport=service.transport()) as api:
            return await import_orders(source, api, watcher)


@pytest.mark.timeout(240)  # eight thousand orders through the app: a minute on a crowded machine
class TestTheRealSample:
    async def test_all_orders_go_in_and_a_second_run_changes_nothing(
        self, service: RunningService
    ) -> None:
        folder, seen = real_data("olist-small"), Seen()
        first = await import_folder(service, folder, seen)
        assert first == ImportSummary(created=SAMPLE_ORDERS)
        assert (seen.rows, seen.orders_found, seen.orders_sent) == ([], 4_000, 4_000)
        before = await service.card_of(PERSON_WITH_TWO_ORDERS)
        second = await import_folder(service, folder)
        assert second == ImportSummary(unchanged=SAMPLE_ORDERS)
        assert await service.card_of(PERSON_WITH_TWO_ORDERS) == before
        self.assert_real_card(before)
        assert await service.card_of(PERSON_WITH_TWO_ORDERS, OTHER_SHOP) is None
        assert await service.card_of(PERSON_WITH_TWO_ORDERS, verified=False) is None

    @staticmethod
    def assert_real_card(card: Card | None) -> None:
        """What the files say of one person, read off them by eye."""
        assert card is not None
        assert (card.customer.city, card.customer.region) == ("santos", "SP")
        assert (card.customer.order_count, card.customer.spent_minor) == (2, 9_177 + 6_798)
        newest, oldest = card.orders
        assert newest.reference == "1700e1cfac9c6837da3ccdb6c36c77de"
        assert (newest.status, newest.late, newest.total_minor) == (
            OrderStatus.DELIVERED,
            False,
            6_798,
        )
        assert [(one.unit_price_minor, one.freight_minor) for one in newest.lines] == [
            (2_490, 909),
            (2_490, 909),
        ]
        assert oldest.placed_at == from_iso("2017-09-19T01:02:44-03:00")
        assert newest.placed_at == from_iso("2017-12-25T21:22:03-02:00"), "summer time in Brazil"
        assert card.customer.since == oldest.placed_at


class TestBadFolders:
    async def test_missing_column_refuses_the_import_and_nothing_is_sent(
        self, service: RunningService, tmp_path: Path
    ) -> None:
        folder = write_olist(tmp_path / "in", reviews=b"review_id,order_id\nr1,o1\n")
        with pytest.raises(RefusedError, match=r"reviews_dataset\.csv has no column") as refusal:
            await import_folder(service, folder)
        assert refusal.value.code is ErrorCode.BAD_IMPORT
        assert await service.card_of("p1") is None

    async def test_bad_rows_are_told_and_the_rest_goes_in(
        self, service: RunningService, tmp_path: Path
    ) -> None:
        orders = [
            "o1,c1,delivered,2018-04-16 08:16:46,,,2018-04-30 16:42:36,2018-05-08 00:00:00",
            "o2,c2,shipped,2018-13-01 10:00:00,,,,2018-06-20 00:00:00",
        ]
        seen = Seen()
        summary = await import_folder(service, write_olist(tmp_path / "in", orders=orders), seen)
        assert summary == ImportSummary(created=1)
        assert seen.places[0] == ("olist_orders_dataset.csv", 3)
        card = await service.card_of("p1")
        assert card is not None
        assert [one.reference for one in card.orders] == ["o1"]


class Dying(OrdersApi):
    """Dies after some batches, as a killed process does: after the commit, before the next."""

    lives = 2

    async def ingest(self, batch: IngestBatch) -> Ingested:
        if self.lives == 0:
            raise KeyboardInterrupt
        self.lives -= 1
        return await super().ingest(batch)


class TestResuming:
    async def test_killed_import_goes_on_where_it_stopped(
        self, service: RunningService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "BATCH_ORDERS", 3)
        rows = [f"o{n},c1,created,2018-06-01 10:00:00,,,," for n in range(10)]
        folder = write_olist(tmp_path / "in", orders=rows, items=[], payments=[], reviews=[])
        with open_olist(folder, Seen()) as source:
            async with service.client(Scope.ORDERS_WRITE) as client:
                with pytest.raises(KeyboardInterrupt):
                    await import_orders(source, Dying(client), Seen())
        seen = Seen()
        assert await import_folder(service, folder, seen) == ImportSummary(created=4, resumed=6)
        assert seen.orders_sent == 10
        assert await import_folder(service, folder) == ImportSummary(unchanged=10)

    async def test_changed_file_starts_at_the_first_batch(
        self, service: RunningService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "BATCH_ORDERS", 1)
        async with service.client(Scope.ORDERS_WRITE) as client:
            with open_olist(write_olist(tmp_path / "in"), Seen()) as source:
                dying = Dying(client)
                dying.lives = 1
                with pytest.raises(KeyboardInterrupt):
                    await import_orders(source, dying, Seen())
        folder = write_olist(tmp_path / "in", payments=["o1,1,credit_card,1,41.00"])
        summary = await import_folder(service, folder)
        assert summary == ImportSummary(created=1, unchanged=1)
