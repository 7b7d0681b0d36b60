"""Olist's rows one by one, and how they make an order."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from services.history.shops.csv_records import Record
from services.history.shops.olist import (
    NO_CATEGORY,
    READING_ORDER,
    ZONE_NAME,
    NoOrderError,
    OrderParts,
    build_order,
    link_of,
    title_of,
)
from services.history.shops.olist_rows import (
    COLUMNS,
    STATUS_OF,
    BadRow,
    CustomerRow,
    Header,
    HeaderProblem,
    ItemRow,
    OlistFile,
    OrderRow,
    PaymentRow,
    ProductRow,
    ReviewRow,
    Row,
    TranslationRow,
    read_header,
    read_row,
)
from shared.kernel.clock import from_iso
from shared.kernel.money import MONEY_MAX
from shared.kernel.vocabulary import OrderStatus
from tests.support.clock import START
from tests.support.olist import HEADERS, ROWS

ZONE = ZoneInfo(ZONE_NAME)
ORDER = OrderRow("o1", "c1", "delivered", START, START + 5, START + 9)
CUSTOMER = CustomerRow("c1", "p1", "caeté", "MG")
ITEM = ItemRow("o1", 1, "t1", 1_700, 1_632)
PARTS = OrderParts(ORDER, CUSTOMER, [(ITEM, "Health beauty")], [PaymentRow("o1", 1, 9_999)], [])


def header(file: OlistFile) -> Header:
    found = read_header(file, HEADERS[file].split(","))
    assert isinstance(found, Header)
    return found


def row(file: OlistFile, text: str) -> Row | BadRow:
    return read_row(header(file), Record(7, text.split(",")), ZONE)


class TestHeaders:
    @pytest.mark.parametrize("file", OlistFile)
    def test_each_missing_column_is_named(self, file: OlistFile) -> None:
        for column in COLUMNS[file]:
            names = [name for name in HEADERS[file].split(",") if name != column]
            found = read_header(file, names)
            assert found == HeaderProblem(f"{file} has no column {column}.")

    def test_columns_may_stand_in_any_order_with_others_between(self) -> None:
        found = read_header(OlistFile.TRANSLATION, ["x", *COLUMNS[OlistFile.TRANSLATION][::-1]])
        assert found == Header(
            OlistFile.TRANSLATION,
            3,
            {"product_category_name": 2, "product_category_name_english": 1},
        )

    def test_other_separator_is_guessed_aloud(self) -> None:
        found = read_header(OlistFile.PRODUCTS, ["product_id;product_category_name"])
        assert isinstance(found, HeaderProblem)
        assert found.sentence.endswith("separated by commas.")

    def test_column_that_stands_twice_is_refused(self) -> None:
        names = [*COLUMNS[OlistFile.PRODUCTS], "product_id"]
        found = read_header(OlistFile.PRODUCTS, names)
        assert isinstance(found, HeaderProblem)
        assert "more than one column product_id" in found.sentence


class TestRows:
    @pytest.mark.parametrize("file", OlistFile)
    def test_good_row_of_each_file_is_read(self, file: OlistFile) -> None:
        assert isinstance(row(file, ROWS[file][0]), READING_ORDER[file])

    def test_order_is_read_with_the_promise_to_the_end_of_its_day(self) -> None:
        assert row(OlistFile.ORDERS, ROWS[OlistFile.ORDERS][0]) == OrderRow(
            order_id="o1",
            customer_id="c1",
            status=OrderStatus.DELIVERED,
            placed_at=from_iso("2018-04-16T08:16:46-03:00"),
            delivered_at=from_iso("2018-04-30T16:42:36-03:00"),
            promised_at=from_iso("2018-05-08T23:59:59-03:00"),
        )

    def test_order_without_delivery_and_estimate_is_read(self) -> None:
        found = row(OlistFile.ORDERS, "o1,c1,created,2018-04-16 08:16:46,,,,")
        assert isinstance(found, OrderRow)
        assert (found.delivered_at, found.promised_at) == (None, None)

    def test_cells_too_few_or_too_many_are_rejected_with_their_line(self) -> None:
        found = row(OlistFile.PAYMENTS, "o1,1,credit_card,1")
        assert found == BadRow(7, "has 4 cells where the header has 5")
        assert isinstance(row(OlistFile.PAYMENTS, "o1,1,credit_card,1,5,6"), BadRow)

    @pytest.mark.parametrize(
        ("file", "text", "reason"),
        [
            (OlistFile.ORDERS, "o1,c1,lost,2018-04-16 08:16:46,,,,", "order_status that is none"),
            (OlistFile.ORDERS, "o1,c1,created,16/04/18,,,,", "order_purchase_timestamp"),
            (OlistFile.ORDERS, "o1,,created,2018-04-16 08:16:46,,,,", "customer_id"),
            (OlistFile.ITEMS, "o1,0,t1,s1,,17.0,1.0", "order_item_id"),
            (OlistFile.ITEMS, "o1,1,t1,s1,,-17.0,1.0", "price"),
            (OlistFile.ITEMS, "o1,1,t1,s1,,17.0,free", "freight_value"),
            (OlistFile.PAYMENTS, "o1,1,boleto,1,0.001", "payment_value"),
            (OlistFile.REVIEWS, "r1,o1,6,,,,2018-05-02 10:00:00", "review_score"),
            (OlistFile.REVIEWS, "r1,o1,5,,,,", "has no review_answer_timestamp"),
        ],
    )
    def test_bad_row_names_its_column_and_its_order(
        self, file: OlistFile, text: str, reason: str
    ) -> None:
        found = row(file, text)
        assert isinstance(found, BadRow)
        assert reason in found.reason
        assert (found.line, found.order_id) == (7, "o1")

    def test_bad_row_without_an_order_names_none(self) -> None:
        assert row(OlistFile.PRODUCTS, ",x,1") == BadRow(7, "has an empty or overlong product_id")

    @pytest.mark.parametrize(
        ("title", "message", "text"),
        [("Bom", "Chegou", "Bom\nChegou"), ("", "Chegou", "Chegou"), (" ", "", None)],
    )
    def test_review_is_title_and_message(self, title: str, message: str, text: str | None) -> None:
        found = row(OlistFile.REVIEWS, f"r1,o1,5,{title},{message},,2018-05-02 10:00:00")
        assert isinstance(found, ReviewRow)
        assert found.text == text

    def test_every_status_of_the_data_set_has_a_word_of_ours(self) -> None:
        assert STATUS_OF["approved"] is OrderStatus.PAID
        assert STATUS_OF["invoiced"] is OrderStatus.PROCESSING
        assert STATUS_OF["canceled"] is OrderStatus.CANCELLED
        assert len(STATUS_OF) == 8


class TestLinks:
    def test_row_needs_only_files_that_were_read_before_its_own(self) -> None:
        files = list(READING_ORDER)
        for file in files:
            found = row(file, ROWS[file][0])
            assert not isinstance(found, BadRow)
            needed = [files.index(other) for other, _ in link_of(found).needs]
            assert all(place < files.index(file) for place in needed)

    def test_keys_tell_rows_of_one_file_apart(self) -> None:
        assert link_of(ITEM).key != link_of(replace(ITEM, line_no=2)).key
        assert link_of(ProductRow("t1", None)).key == "t1"
        review = ReviewRow("o1", "r1", 5, None, START)
        assert link_of(review).key != link_of(replace(review, order_id="o2")).key


class TestTitles:
    def test_category_is_told_in_english_when_there_is_a_word(self) -> None:
        english = TranslationRow("beleza_saude", "health_beauty")
        assert title_of("beleza_saude", english) == "Health beauty"
        assert title_of("pc_gamer", None) == "Pc gamer"
        assert title_of(None, None) == NO_CATEGORY


class TestBuilding:
    def test_person_is_the_unique_id_and_not_the_orders_own(self) -> None:
        customer = build_order(PARTS).customer
        assert (customer.shop_ref, customer.city, customer.region) == ("p1", "caeté", "MG")
        assert customer.locale == "pt-BR"

    def test_total_is_what_lines_and_freight_come_to(self) -> None:
        second = replace(ITEM, line_no=2, price_minor=555, freight_minor=10)
        order = build_order(replace(PARTS, items=[(second, "B"), (ITEM, "A")]))
        assert order.total_minor == 1_700 + 1_632 + 555 + 10
        assert [line.line_no for line in order.lines] == [1, 2]

    def test_order_without_lines_is_kept_and_takes_what_was_paid(self) -> None:
        order = build_order(replace(PARTS, items=[]))
        assert (order.lines, order.total_minor) == ((), 9_999)

    def test_order_with_a_rejected_line_takes_what_was_paid(self) -> None:
        assert build_order(replace(PARTS, complete=False)).total_minor == 9_999

    def test_review_answered_last_counts(self) -> None:
        reviews = [
            ReviewRow("o1", "r1", 2, "old", START),
            ReviewRow("o1", "r2", 5, "new", START + 1),
            ReviewRow("o1", "r0", 1, "older", START - 1),
        ]
        order = build_order(replace(PARTS, reviews=reviews))
        assert (order.review_score, order.review_text) == (5, "new")
        assert build_order(PARTS).review_score is None

    def test_absurd_total_makes_no_order(self) -> None:
        items = [(replace(ITEM, line_no=n, price_minor=MONEY_MAX), "T") for n in (1, 2)]
        with pytest.raises(NoOrderError, match="absurdly large"):
            build_order(replace(PARTS, items=items))
