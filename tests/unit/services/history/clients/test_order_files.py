"""Reading files of any shop's orders: what goes in, what is rejected where, what is asked first."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from services.history.clients.order_files import (
    ORDER_MAX_BYTES,
    TOO_LARGE,
    open_orders,
)
from services.history.clients.order_rows import BESIDE, NOT_ENDED, SCATTERED
from services.history.shops.csv_records import BROKEN_QUOTES, NOT_UTF8, TOO_LONG
from services.history.shops.generic_wishes import FileWishes, file_wishes
from services.history.usecases.import_orders import size_of
from shared.contracts.orders import IngestOrder
from shared.kernel.clock import from_iso
from shared.kernel.errors import ErrorCode, RefusedError
from shared.kernel.vocabulary import OrderStatus, ShipmentStatus
from tests.support import generic
from tests.support.olist import Seen

HEAD = "reference,customer,status,placed_at,currency,total"
ONE = "A-1,anna,paid,2026-11-20T10:00:00Z,EUR,29.95"
TWO = "A-2,piotr,shipped,2026-11-21T10:00:00Z,EUR,5.00"


def wishes(**changes: Any) -> FileWishes:
    given = {option: changes.pop(option, {}) for option in ("column", "set", "word")}
    pairs = {
        option: [f"{name}={value}" for name, value in one.items()] for option, one in given.items()
    }
    choices = dict.fromkeys(("dates", "decimal", "zone", "encoding")) | changes
    return file_wishes("generic", pairs, choices)


def read(folder: Path, content: str | bytes, **changes: Any) -> tuple[list[IngestOrder], Seen]:
    file, seen = folder / "orders.csv", Seen()
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with open_orders(file, wishes(**changes), seen) as source:
        orders = list(source.orders())
        assert source.order_count >= len(orders)
    return orders, seen


def csv(*rows: str, head: str = HEAD) -> str:
    return "\n".join([head, *rows]) + "\n"


def refused(folder: Path, content: str | bytes, **changes: Any) -> str:
    with pytest.raises(RefusedError) as refusal:
        read(folder, content, **changes)
    assert refusal.value.code is ErrorCode.BAD_IMPORT
    assert refusal.value.detail.endswith("Nothing was imported.")
    return refusal.value.detail


def told(seen: Seen) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in seen.rows]


class TestGoodFiles:
    def test_row_is_an_order(self, tmp_path: Path) -> None:
        orders, seen = read(tmp_path, csv(ONE, TWO))
        assert [(one.reference, one.total_minor) for one in orders] == [
            ("A-1", 2_995),
            ("A-2", 500),
        ]
        assert orders[0].placed_at == from_iso("2026-11-20T10:00:00Z")
        assert (orders[0].platform, orders[0].customer.shop_ref) == ("generic", "anna")
        assert seen.rows == []
        assert seen.bytes_read == len(csv(ONE, TWO))

    @pytest.mark.parametrize("separator", [";", "\t", "|"])
    def test_separator_is_found_out(self, tmp_path: Path, separator: str) -> None:
        orders, _ = read(tmp_path, csv(ONE, TWO).replace(",", separator))
        assert [one.reference for one in orders] == ["A-1", "A-2"]

    def test_byte_order_mark_and_windows_line_ends_change_nothing(self, tmp_path: Path) -> None:
        plain, _ = read(tmp_path, csv(ONE, TWO))
        marked = b"\xef\xbb\xbf" + csv(ONE, TWO).replace("\n", "\r\n").encode()
        assert read(tmp_path, marked)[0] == plain

    def test_decimal_comma_is_found_out(self, tmp_path: Path) -> None:
        rows = csv(ONE.replace("29.95", '"1.029,95"'), TWO.replace("5.00", '"5,00"'))
        assert [one.total_minor for one in read(tmp_path, rows)[0]] == [102_995, 500]

    def test_yen_have_no_decimals_and_dinars_three(self, tmp_path: Path) -> None:
        rows = csv(ONE.replace("EUR,29.95", "JPY,2995"), TWO.replace("EUR,5.00", "KWD,5.0005"))
        orders, seen = read(tmp_path, rows)
        assert [one.total_minor for one in orders] == [2_995]
        assert told(seen) == [(3, "has a total that has more than the 3 decimals of KWD")]

    def test_rows_of_one_order_are_its_lines(self, tmp_path: Path) -> None:
        head = f"{HEAD},title,quantity,unit_price,freight,product_ref,variant,tracking_number"
        rows = csv(
            f"{ONE},Kettle,2,10.00,1.50,P-1,green,3S1",
            "A-1,,,,,,,,,,P-2,,",
            "A-1,,,,,,,,,,,,",
            head=head,
        )
        ((order,), _) = read(tmp_path, rows)
        first, second = order.lines
        assert (first.line_no, first.title, first.quantity) == (1, "Kettle", 2)
        assert (first.unit_price_minor, first.freight_minor, first.variant) == (1_000, 150, "green")
        assert (second.line_no, second.title, second.quantity) == (2, "P-2", 1)
        (parcel,) = order.parts.shipments
        assert (parcel.tracking_number, parcel.status) == ("3S1", ShipmentStatus.ON_ITS_WAY)

    def test_parcel_that_came_is_delivered(self, tmp_path: Path) -> None:
        rows = csv(f"{ONE},3S1,2026-11-22T10:00Z", head=f"{HEAD},tracking_number,delivered_at")
        ((order,), _) = read(tmp_path, rows)
        assert order.parts.shipments[0].status is ShipmentStatus.DELIVERED

    def test_file_may_have_its_own_names_and_words(self, tmp_path: Path) -> None:
        rows = csv("A-1,7,Verzonden,25-11-2026,5", head="Order ID,Klant,Stand,Datum,Totaal")
        ((order,), seen) = read(
            tmp_path,
            rows.replace("Totaal", "Totaal,Kleur").replace(",5\n", ",5,rood\n"),
            column={
                "reference": "Order ID",
                "customer": "Klant",
                "status": "Stand",
                "placed_at": "Datum",
                "total": "Totaal",
            },
            set={"currency": "EUR"},
            word={"verzonden": "shipped"},
            zone="Europe/Amsterdam",
        )
        assert order.status is OrderStatus.SHIPPED
        assert order.placed_at == from_iso("2026-11-25T00:00:00+01:00")
        assert seen.notes == ["Columns that are not read: Kleur."]

    def test_latin_1_is_read_once_it_is_named(self, tmp_path: Path) -> None:
        rows = csv(f"{ONE},Zoë", head=f"{HEAD},name").encode("latin-1")
        question = refused(tmp_path, rows)
        assert "no UTF-8 text (line 2)" in question
        assert "--encoding latin-1" in question
        ((order,), _) = read(tmp_path, rows, encoding="latin-1")
        assert order.customer.name == "Zoë"
        orders, seen = read(tmp_path, rows, encoding="utf-8")
        assert (orders, told(seen)) == ([], [(2, NOT_UTF8)])

    def test_byte_that_no_letter_has_rejects_its_row(self, tmp_path: Path) -> None:
        rows = csv(ONE, f"{TWO}").encode().replace(b"piotr", b"\x81")
        orders, seen = read(tmp_path, rows, encoding="windows-1252")
        assert ([one.reference for one in orders], told(seen)) == (["A-1"], [(3, NOT_UTF8)])


class TestQuestions:
    def test_swapped_days_are_asked_about_and_the_answer_decides(self, tmp_path: Path) -> None:
        rows = csv(
            ONE.replace("2026-11-20T10:00:00Z", "25/11/2026 10:00Z"),
            TWO.replace("2026-11-21T10:00:00Z", "11/26/2026 10:00Z"),
        )
        assert "--dates day-first or --dates month-first" in refused(tmp_path, rows)
        orders, seen = read(tmp_path, rows, dates="day-first")
        assert [one.placed_at for one in orders] == [from_iso("2026-11-25T10:00:00Z")]
        assert told(seen) == [(3, "has a placed_at that is not in the calendar, read day-first")]

    def test_everything_is_asked_at_once(self, tmp_path: Path) -> None:
        rows = csv(ONE.replace("2026-11-20T10:00:00Z", "03/04/2026").replace("29.95", "1.234"))
        question = refused(tmp_path, rows)
        for flag in ("--dates day-first", "--decimal comma", "--zone Europe/Amsterdam"):
            assert flag in question
        answers = {"dates": "day-first", "decimal": "comma", "zone": "Europe/Sofia"}
        orders, seen = read(
            tmp_path,
            rows.replace("1.234", "1,234").replace(",1,234", ',"1,234"').replace("EUR", "KWD"),
            **answers,
        )
        assert (orders[0].total_minor, seen.rows) == (1_234, [])
        assert orders[0].placed_at == from_iso("2026-04-03T00:00:00+03:00")

    def test_zone_that_is_none_is_refused(self, tmp_path: Path) -> None:
        for zone in ("Mars/Base", "localtime"):
            assert f"no time zone {zone}" in refused(tmp_path, csv(ONE), zone=zone)

    @pytest.mark.parametrize(
        ("choice", "reason"),
        [
            ({"dates": "us"}, "--dates is one of iso, day-first, month-first"),
            ({"word": {"weg": "gone"}}, "gone is no status"),
        ],
    )
    def test_answer_that_is_none_is_refused(self, choice: dict[str, Any], reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            wishes(**choice)


class TestBadFiles:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "first line of the file is empty"),
            (b"\n", "first line of the file is empty"),
            (b"\xff\xfer\0", "UTF-16"),
            (gzip.compress(csv(ONE).encode()), "is compressed (gzip): unpack it"),
            (b"PK\x03\x04\x14\0", "is a spreadsheet or an archive (zip): save it as CSV"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old spreadsheet (xls): save it as CSV"),
            (b" [\n{}]", "write its objects one a line"),
            (b'"\n', "names the columns"),
            (csv(ONE, head=HEAD.replace("total", "sum")).encode(), "no column total. Say how"),
            (csv(f"{ONE},", head=f"{HEAD},total").encode(), "column of total twice"),
        ],
    )
    def test_whole_file_is_refused(self, tmp_path: Path, content: bytes, reason: str) -> None:
        assert reason in refused(tmp_path, content)

    def test_columns_that_are_not_there_are_refused(self, tmp_path: Path) -> None:
        said = refused(tmp_path, csv(ONE), column={"number": "Nr"})
        assert "no column of the name that was given for number" in said
        assert "no column colour" in refused(tmp_path, csv(ONE), set={"colour": "red"})

    def test_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with (
            pytest.raises(RefusedError, match="cannot be read"),
            open_orders(tmp_path / "no", wishes(), Seen()),
        ):
            pass


class TestBadRows:
    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (TWO.replace("piotr", ""), "has no customer"),
            (TWO.replace("A-2", " "), "has no reference"),
            (TWO.replace("5.00", "-5.00"), "has a total that is negative"),
            (TWO.replace("5.00", "99999999999999"), "has a total that is absurdly large"),
            (TWO.replace("5.00", "five"), "has a total that is no amount"),
            (TWO.replace("EUR", "ECU"), "has a total that is in a currency that is not known"),
            (TWO.replace("shipped", "gone"), "makes no order: status"),
            (TWO.replace("2026-11-21T10:00:00Z", "soon"), "has a placed_at that is no date"),
            (f"{TWO},more", "has 7 cells and the header 6"),
            (TWO.replace("piotr", '"pio"tr'), BROKEN_QUOTES),
            (TWO.replace("piotr", "p" * 201), "makes no order: customer.shop_ref"),
        ],
    )
    def test_bad_row_is_told_with_its_line_and_the_rest_goes_in(
        self, tmp_path: Path, row: str, reason: str
    ) -> None:
        three = ONE.replace("A-1", "A-3")
        orders, seen = read(tmp_path, csv(ONE, row, three))
        assert [one.reference for one in orders] == ["A-1", "A-3"]
        ((line, said),) = told(seen)
        assert (line, said[: len(reason)]) == (3, reason)

    def test_quantity_that_is_no_number_rejects_the_whole_order(self, tmp_path: Path) -> None:
        head = f"{HEAD},title,quantity"
        orders, seen = read(tmp_path, csv(f"{ONE},Kettle,1", "A-1,,,,,,Cup,many", head=head))
        whole = "; its order is left out, lines 2 to 3"
        assert (orders, told(seen)) == ([], [(3, f"has a quantity that is no whole number{whole}")])

    def test_rows_that_say_two_things_of_an_order_reject_it(self, tmp_path: Path) -> None:
        orders, seen = read(tmp_path, csv(ONE, ONE.replace("29.95", "30.00"), TWO))
        assert [one.reference for one in orders] == ["A-2"]
        assert told(seen)[0][1].startswith("says another total than the row before it")

    def test_scattered_rows_of_an_order_are_not_taken_for_the_whole(self, tmp_path: Path) -> None:
        orders, seen = read(tmp_path, csv(ONE, TWO, ONE))
        assert [one.reference for one in orders] == ["A-2"]
        assert told(seen) == [(2, SCATTERED), (4, SCATTERED)]

    def test_neighbours_of_an_unreadable_row_may_have_lost_it(self, tmp_path: Path) -> None:
        head = f"{HEAD},title"
        rows = (f"{ONE},Kettle", "A-1,,,,,,Cup", "A-1,x", f"{TWO},Pan", f"{ONE[:2]}9{ONE[3:]},Jug")
        orders, seen = read(tmp_path, csv(*rows, head=head))
        assert [one.reference for one in orders] == ["A-9"]
        assert [line for line, _ in told(seen)] == [4, 3, 5]
        assert told(seen)[2][1] == BESIDE

    def test_file_that_breaks_off_loses_its_last_order_and_says_so(self, tmp_path: Path) -> None:
        """29.9 for 29.95 would be taken for the truth."""
        orders, seen = read(tmp_path, csv(TWO, ONE)[:-2])
        assert [one.reference for one in orders] == ["A-2"]
        assert told(seen) == [(3, NOT_ENDED)]
        orders, seen = read(tmp_path, csv(TWO, ONE)[:-8])
        assert [one.reference for one in orders] == ["A-2"]
        assert "it may be cut off" in told(seen)[0][1]

    def test_order_of_ten_thousand_lines_goes_in(self, tmp_path: Path) -> None:
        rows = [f"{ONE},P-1,1.00", *(f"A-1,,,,,,P-{n},1.00" for n in range(2, 10_001))]
        ((order,), _) = read(tmp_path, csv(*rows, head=f"{HEAD},product_ref,unit_price"))
        assert len(order.lines) == 10_000
        assert size_of(order) < ORDER_MAX_BYTES

    def test_order_that_no_request_can_take_is_told(self, tmp_path: Path) -> None:
        rows = [f"{ONE},{'P' * 150}"] + [f"A-1,,,,,,{'P' * 150}"] * 9_999
        orders, seen = read(tmp_path, csv(*rows, TWO + ",", head=f"{HEAD},product_ref"))
        assert [one.reference for one in orders] == ["A-2"]
        assert told(seen) == [(2, TOO_LARGE)]


class TestObjects:
    def lines(self, *told: Any) -> bytes:
        return b"".join(generic.json_of(one) + b"\n" for one in told)

    def test_every_line_is_an_order(self, tmp_path: Path) -> None:
        content = b"\xef\xbb\xbf" + self.lines(generic.order(1)) + b"\n"
        orders, seen = read(tmp_path, content + self.lines(generic.order(2)))
        assert [one.reference for one in orders] == ["G-1", "G-2"]
        assert seen.rows == []

    def test_bad_lines_are_told_and_the_rest_goes_in(self, tmp_path: Path) -> None:
        bad = self.lines(
            generic.order(2, customer=None), [1], generic.order(3, note="x" * 1_000_000)
        )
        cut = generic.json_of(generic.order(5))[:-9]
        content = self.lines(generic.order(1)) + bad + self.lines(generic.order(4)) + cut
        orders, seen = read(tmp_path, content)
        assert [one.reference for one in orders] == ["G-1", "G-4"]
        assert [line for line, _ in told(seen)] == [2, 3, 4, 6]
        assert told(seen)[1][1] == "is no JSON object"
        assert told(seen)[2][1] == TOO_LONG
        assert told(seen)[3][1] == "is no JSON, or is cut off"

    def test_digest_tells_files_and_wishes_apart(self, tmp_path: Path) -> None:
        def digest(content: bytes, **changes: Any) -> str:
            file = tmp_path / "orders.ndjson"
            file.write_bytes(content)
            with open_orders(file, wishes(**changes), Seen()) as source:
                return source.digest

        one, two = self.lines(generic.order(1)), self.lines(generic.order(2))
        assert digest(one) == digest(one)
        assert len({digest(one), digest(two), digest(one, zone="UTC")}) == 3
