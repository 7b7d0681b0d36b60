"""Reading a folder of Olist files: what goes in, what is told as rejected, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.history.clients import cut_lines
from services.history.clients.olist_files import open_olist, size_of
from services.history.shops.csv_records import BROKEN_QUOTES, NOT_UTF8
from services.history.shops.olist_rows import OlistFile
from shared.contracts.orders import IngestOrder
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import OrderStatus
from tests.support.olist import HEADERS, ROWS, Seen, write_olist

REVIEW = "r1,o1,4,Bom,{},2018-05-01 00:00:00,2018-05-02 10:00:00"


def read(folder: Path) -> tuple[list[IngestOrder], Seen]:
    seen = Seen()
    with open_olist(folder, seen) as source:
        orders = list(source.orders())
        assert source.order_count >= len(orders)
    return orders, seen


def digest(folder: Path) -> str:
    with open_olist(folder, Seen()) as source:
        return source.digest


class TestGoodFolders:
    def test_orders_come_joined_in_the_order_of_their_file(self, tmp_path: Path) -> None:
        orders, seen = read(write_olist(tmp_path))
        assert [order.reference for order in orders] == ["o1", "o2"]
        assert {order.customer.shop_ref for order in orders} == {"p1"}
        first = orders[0]
        assert [line.title for line in first.lines] == ["Health beauty", "Product without category"]
        assert first.total_minor == 1_700 + 1_632 + 555 + 10
        assert (first.review_score, first.review_text) == (4, "Bom\nChegou antes")
        assert orders[1].status is OrderStatus.SHIPPED
        assert seen.rows == []
        assert seen.bytes_read == size_of(tmp_path)

    def test_every_file_may_begin_with_a_byte_order_mark(self, tmp_path: Path) -> None:
        write_olist(tmp_path)
        plain = read(tmp_path)[0]
        for file in OlistFile:
            path = tmp_path / file
            path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
        assert read(tmp_path)[0] == plain

    def test_files_may_have_windows_line_ends(self, tmp_path: Path) -> None:
        write_olist(tmp_path)
        plain = read(tmp_path)[0]
        for file in OlistFile:
            path = tmp_path / file
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        assert read(tmp_path)[0] == plain

    def test_order_without_items_is_kept(self, tmp_path: Path) -> None:
        orders, seen = read(write_olist(tmp_path, items=[]))
        assert [(order.lines, order.total_minor) for order in orders] == [((), 4_000), ((), 3_332)]
        assert seen.rows == []

    def test_digest_stands_for_the_content(self, tmp_path: Path) -> None:
        first = digest(write_olist(tmp_path / "a"))
        assert digest(write_olist(tmp_path / "b")) == first
        assert digest(write_olist(tmp_path / "a", payments=[])) != first


class TestLineNumbers:
    def test_line_breaks_in_a_review_keep_the_lines_after_it_right(self, tmp_path: Path) -> None:
        reviews = [REVIEW.format('"uma\n\nduas\r\ntrês"'), "r2,o2,9,,,,2018-05-02 10:00:00"]
        orders, seen = read(write_olist(tmp_path, reviews=reviews))
        assert orders[0].review_text == "Bom\numa\n\nduas\ntrês"
        assert seen.places == [("olist_order_reviews_dataset.csv", 6)]

    def test_open_quote_is_told_at_its_own_line(self, tmp_path: Path) -> None:
        reviews = [REVIEW.format('"sem fim'), "r2,o2,5,,,,2018-05-02 10:00:00"]
        orders, seen = read(write_olist(tmp_path, reviews=reviews))
        assert [(row.line, row.reason) for row in seen.rows] == [(2, BROKEN_QUOTES)]
        assert orders[1].review_score == 5


class TestBadRows:
    def test_latin1_bytes_reject_their_row_with_its_line(self, tmp_path: Path) -> None:
        """Decoding by guess would put wrong letters on the agent's screen for ever."""
        text = "\n".join([HEADERS[OlistFile.REVIEWS], REVIEW.format("não chegou"), ""])
        orders, seen = read(write_olist(tmp_path, reviews=text.encode("latin-1")))
        assert [(row.line, row.reason) for row in seen.rows] == [(2, NOT_UTF8)]
        assert len(orders) == 2, "the order goes in, without that review"

    def test_order_whose_customer_was_rejected_is_told_too(self, tmp_path: Path) -> None:
        customers = ["c1,p1,34800,caeté", "c2,p1,34800,caeté,MG"]
        orders, seen = read(write_olist(tmp_path, customers=customers))
        assert [order.reference for order in orders] == ["o2"]
        assert ("olist_customers_dataset.csv", 2) in seen.places
        assert ("olist_orders_dataset.csv", 2) in seen.places

    def test_repeated_id_rejects_the_later_row(self, tmp_path: Path) -> None:
        again = "o1,c2,created,2018-04-16 08:16:46,,,,"
        orders, seen = read(write_olist(tmp_path, orders=[*ROWS[OlistFile.ORDERS], again]))
        assert orders[0].status is OrderStatus.DELIVERED
        assert [(row.line, row.reason) for row in seen.rows] == [
            (4, "repeats the id of an earlier row")
        ]

    @pytest.mark.parametrize(
        ("file", "row"),
        [
            ("items", "o9,1,t1,s1,,17.0,1.0"),
            ("items", "o1,3,t9,s1,,17.0,1.0"),
            ("payments", "o9,1,boleto,1,5.00"),
            ("reviews", "r9,o9,5,,,,2018-05-02 10:00:00"),
        ],
    )
    def test_dangling_reference_is_told_with_its_line(
        self, tmp_path: Path, file: str, row: str
    ) -> None:
        rows = ROWS[OlistFile[file.upper()]]
        orders, seen = read(write_olist(tmp_path, **{file: [*rows, row]}))
        assert len(orders) == 2
        (rejected,) = seen.rows
        assert rejected.line == len(rows) + 2
        assert "that is not there" in rejected.reason

    @pytest.mark.parametrize("bad", ["o1,2,t9,s1,,5.55,0.1", "o1,2,t2,s1,,five,0.1"])
    def test_order_with_a_rejected_item_takes_what_was_paid(self, tmp_path: Path, bad: str) -> None:
        items = [ROWS[OlistFile.ITEMS][0], bad]
        orders, seen = read(write_olist(tmp_path, items=items))
        assert (len(orders[0].lines), orders[0].total_minor) == (1, 4_000)
        assert len(seen.rows) == 1

    def test_absurd_total_rejects_the_order(self, tmp_path: Path) -> None:
        items = [f"o1,{n},t1,s1,,99999999999.00,0" for n in (1, 2)]
        orders, seen = read(write_olist(tmp_path, items=items))
        assert [order.reference for order in orders] == ["o2"]
        assert seen.places == [("olist_orders_dataset.csv", 2)]

    def test_line_without_an_end_is_cut_and_rejected(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cut_lines, "LINE_MAX_BYTES", 400)
        endless = "t3," + "x" * 2_000
        orders, seen = read(write_olist(tmp_path, products=[endless, *ROWS[OlistFile.PRODUCTS]]))
        assert len(orders[0].lines) == 2
        assert seen.places == [("olist_products_dataset.csv", 2)]


class TestRefusedFolders:
    @pytest.mark.parametrize("file", OlistFile)
    def test_missing_file_is_named(self, tmp_path: Path, file: OlistFile) -> None:
        folder = write_olist(tmp_path, **{file.name.lower(): None})
        self.assert_refused(folder, f"{file} is not in this folder.")

    @pytest.mark.parametrize("file", OlistFile)
    def test_missing_column_refuses_the_whole_import(self, tmp_path: Path, file: OlistFile) -> None:
        folder = write_olist(tmp_path, **{file.name.lower(): b"a,b\n1,2\n"})
        self.assert_refused(folder, f"{file} has no column")

    def test_all_problems_are_told_at_once(self, tmp_path: Path) -> None:
        folder = write_olist(tmp_path, orders=None, items=b"", products=b'"a\n')
        self.assert_refused(folder, "olist_orders_dataset.csv is not in this folder.")
        self.assert_refused(folder, "olist_order_items_dataset.csv is empty.")
        self.assert_refused(folder, "The first line of olist_products_dataset.csv has a quotation")

    def test_path_that_is_no_folder_is_refused(self, tmp_path: Path) -> None:
        self.assert_refused(tmp_path / "nowhere", "There is no such folder.")

    @staticmethod
    def assert_refused(folder: Path, sentence: str) -> None:
        seen = Seen()
        with pytest.raises(RefusedError) as refusal, open_olist(folder, seen):
            pass
        assert refusal.value.code is ErrorCode.BAD_IMPORT
        assert sentence in refusal.value.detail
        assert refusal.value.detail.endswith("Nothing was imported.")
        assert seen.bytes_read == 0, "it is refused before it is read"
