"""Splitting CSV bytes into records, whatever people did to the file."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, strategies as st

from services.history.shops.csv_records import (
    BROKEN_QUOTES,
    CONTROL,
    LINE_MAX_BYTES,
    NOT_UTF8,
    RECORD_MAX_LINES,
    TOO_LONG,
    BadRecord,
    Record,
    read_records,
)


def read(data: bytes) -> list[Record | BadRecord]:
    return list(read_records(io.BytesIO(data)))


def rows(data: bytes) -> list[tuple[int, list[str]]]:
    return [(one.line, list(one.fields)) for one in read(data) if isinstance(one, Record)]


class TestGoodFiles:
    @pytest.mark.parametrize("end", [b"\n", b"\r\n"])
    def test_records_carry_the_line_they_start_on(self, end: bytes) -> None:
        data = end.join([b"a,b", b'1,"two', b'lines"', b"3,4", b""])
        text = "two" + end.decode() + "lines"
        assert rows(data) == [(1, ["a", "b"]), (2, ["1", text]), (4, ["3", "4"])]

    def test_byte_order_mark_is_skipped(self) -> None:
        assert rows(b"\xef\xbb\xbfa,b\n1,2\n") == [(1, ["a", "b"]), (2, ["1", "2"])]

    def test_byte_order_mark_before_a_quote_is_skipped(self) -> None:
        assert rows(b'\xef\xbb\xbf"a","b"\n') == [(1, ["a", "b"])]

    def test_last_line_needs_no_line_feed(self) -> None:
        assert rows(b"a\n1") == [(1, ["a"]), (2, ["1"])]

    def test_empty_lines_are_skipped_and_counted(self) -> None:
        assert rows(b"a\n\n\r\n1\n") == [(1, ["a"]), (4, ["1"])]

    def test_doubled_quotes_are_one_quote(self) -> None:
        assert rows(b'"say ""hi""",2\n') == [(1, ['say "hi"', "2"])]

    def test_empty_file_has_no_records(self) -> None:
        assert read(b"") == []

    @given(
        st.lists(
            st.lists(
                st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
                min_size=2,
                max_size=4,
            ),
            max_size=8,
        )
    )
    def test_whatever_a_csv_writer_wrote_comes_back(self, table: list[list[str]]) -> None:
        out = io.StringIO()
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows(table)
        assert [fields for _, fields in rows(out.getvalue().encode())] == table


class TestSpoiledFiles:
    def test_latin1_bytes_cost_their_own_row_only(self) -> None:
        data = "a\nSão Paulo\n".encode("latin-1") + "Łódź\n".encode()
        assert read(data) == [Record(1, ["a"]), BadRecord(2, NOT_UTF8), Record(3, ["Łódź"])]

    def test_latin1_inside_a_long_record_is_told_at_its_first_line(self) -> None:
        data = b'a\n"x\n\xe3o",1\nb\n'
        assert read(data) == [Record(1, ["a"]), BadRecord(2, NOT_UTF8), Record(4, ["b"])]

    def test_zero_byte_costs_its_own_row_only(self) -> None:
        assert read(b"a\0\nb\n") == [BadRecord(1, CONTROL), Record(2, ["b"])]

    def test_quote_that_never_closes_costs_one_row_not_the_file(self) -> None:
        data = b'a\n"open,1\n' + b"x,1\n" * 500
        found = read(data)
        assert found[1] == BadRecord(2, BROKEN_QUOTES)
        assert len(found) == 502
        assert found[-1] == Record(502, ["x", "1"])

    def test_quote_open_at_the_end_of_the_file_costs_its_row(self) -> None:
        assert read(b'a\n"open\nb\n') == [
            Record(1, ["a"]),
            BadRecord(2, BROKEN_QUOTES),
            Record(3, ["b"]),
        ]

    def test_text_after_a_closing_quote_costs_its_row(self) -> None:
        assert read(b'"a"b"",1\nc\n') == [BadRecord(1, BROKEN_QUOTES), Record(2, ["c"])]

    def test_stray_quote_does_not_swallow_a_later_record(self) -> None:
        data = b'5" nail,1\nb,2\n"two\nlines",3\n'
        assert read(data) == [
            BadRecord(1, BROKEN_QUOTES),
            Record(2, ["b", "2"]),
            Record(3, ["two\nlines", "3"]),
        ]

    def test_two_stray_quotes_leave_every_row_as_it_is(self) -> None:
        data = b'5" nail,1\nb,2\n7" nail,3\n'
        assert rows(data) == [(1, ['5" nail', "1"]), (2, ["b", "2"]), (3, ['7" nail', "3"])]

    def test_record_may_span_many_lines_but_not_endlessly(self) -> None:
        just = b'"' + b"x\n" * (RECORD_MAX_LINES - 1) + b'"\n'
        assert len(rows(just)) == 1
        too_many = b'"' + b"x\n" * RECORD_MAX_LINES + b'"\n'
        assert read(too_many)[0] == BadRecord(1, BROKEN_QUOTES)

    def test_endless_line_is_no_row(self) -> None:
        assert read(b"x" * LINE_MAX_BYTES) == [BadRecord(1, TOO_LONG)]

    @given(st.binary(max_size=200))
    def test_any_bytes_at_all_are_read_or_told(self, data: bytes) -> None:
        lines = data.count(b"\n") + 1
        assert all(1 <= one.line <= lines for one in read(data))
