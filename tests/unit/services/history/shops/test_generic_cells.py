"""Dates and amounts of files from anywhere: what they show, what is asked, how they are read."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from services.history.shops.generic_dates import DateOrder, DateWitness, read_moment
from services.history.shops.generic_numbers import DecimalMark, NumberWitness, plain_amount
from services.history.shops.generic_questions import as_option
from shared.kernel.clock import from_iso

ZONE = ZoneInfo("Europe/Amsterdam")


def dates(*texts: str) -> DateWitness:
    witness = DateWitness()
    for line, text in enumerate(texts, start=2):
        witness.see(line, text)
    return witness


def numbers(*texts: str) -> NumberWitness:
    witness = NumberWitness()
    for line, text in enumerate(texts, start=2):
        witness.see(line, text)
    return witness


class TestDates:
    def test_one_day_above_twelve_shows_how_all_are_meant(self) -> None:
        witness = dates("03/04/2026", "25/11/2026", "2026-11-25", "soon", "")
        assert (witness.question(), witness.order()) == (None, DateOrder.DAY_FIRST)
        assert dates("03/04/2026", "11/25/2026 2:05 PM").order() is DateOrder.MONTH_FIRST
        assert dates("2026-11-25").order() is DateOrder.ISO

    def test_day_and_month_swapped_in_half_the_rows_are_asked_about(self) -> None:
        question = dates("25/11/2026", "11/26/2026", "03/04/2026").question()
        assert question is not None
        asked = question.told(as_option)
        assert "25/11/2026 on line 2" in asked
        assert "11/26/2026 on line 3" in asked
        assert "--dates day-first" in asked

    def test_swapped_day_behind_the_year_is_asked_about(self) -> None:
        question = dates("2026-04-03", "2026-25-11").question()
        assert question is not None
        asked = question.told(as_option)
        assert "2026-25-11 on line 3" in asked
        assert "--dates iso" in asked

    def test_dates_that_could_all_be_either_are_asked_about(self) -> None:
        question = dates("03/04/2026", "05/06/2026").question()
        assert question is not None
        asked = question.told(as_option)
        assert asked.startswith("Is 03/04/2026 on line 2 the day first or the month?")

    def test_first_time_without_a_zone_is_remembered(self) -> None:
        witness = dates("2026-11-25T10:00:00Z", "2026-11-26 10:00")
        assert witness.zoneless == (3, "2026-11-26 10:00")
        assert dates("2026-11-25 10:00 +0100").zoneless is None

    @pytest.mark.parametrize(
        ("text", "order", "meant"),
        [
            ("2026-11-25T14:05:06.123Z", DateOrder.ISO, "2026-11-25T14:05:06Z"),
            ("2026-11-25 14:05:06+02:00", DateOrder.DAY_FIRST, "2026-11-25T12:05:06Z"),
            ("2026/7/1 14:05", DateOrder.ISO, "2026-07-01T12:05:00Z"),
            ("03/04/2026", DateOrder.DAY_FIRST, "2026-04-02T22:00:00Z"),
            ("03/04/2026", DateOrder.MONTH_FIRST, "2026-03-04T00:00:00+01:00"),
            ("3.4.2026 12:30 am", DateOrder.DAY_FIRST, "2026-04-03T00:30:00+02:00"),
            ("4-3-2026 1:30:10 PM", DateOrder.MONTH_FIRST, "2026-04-03T13:30:10+02:00"),
        ],
    )
    def test_moment_is_read_as_it_is_meant(self, text: str, order: DateOrder, meant: str) -> None:
        assert read_moment(f" {text} ", order, ZONE) == from_iso(meant)

    def test_promised_day_holds_until_it_ends(self) -> None:
        end = read_moment("2026-11-25", DateOrder.ISO, ZONE, is_end=True)
        assert end == from_iso("2026-11-25T23:59:59+01:00")
        noon = read_moment("2026-11-25 12:00", DateOrder.ISO, ZONE, is_end=True)
        assert noon == from_iso("2026-11-25T12:00:00+01:00")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("soon", "is no date such as"),
            ("2026-11/25", "is no date such as"),
            ("11/25/2026", "is not in the calendar, read day-first"),
            ("30/02/2026", "is not in the calendar, read day-first"),
            ("01/02/2026 13:00 PM", "is not in the calendar"),
            ("01/02/2026 25:00", "is not in the calendar"),
            ("2026-11-25T10:00:00+99:00", "has a time zone that is none"),
            ("2026-11-25T10:00:00-23:60", "has a time zone that is none"),
            ("1969-12-31T00:00Z", "is before 1970"),
            ("9999-12-31T00:00Z", "after 2199"),
        ],
    )
    def test_any_other_is_refused_with_a_reason(self, text: str, reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            read_moment(text, DateOrder.DAY_FIRST, ZONE)

    def test_year_comes_first_where_that_was_asked_for(self) -> None:
        with pytest.raises(ValueError, match="read iso"):
            read_moment("25/11/2026", DateOrder.ISO, ZONE)

    def test_time_of_nowhere_is_none(self) -> None:
        with pytest.raises(ValueError, match="has no time zone"):
            read_moment("2026-11-25", DateOrder.ISO, None)


class TestAmounts:
    @pytest.mark.parametrize(
        ("texts", "mark"),
        [
            (("29.95", "1,000"), DecimalMark.POINT),
            (("29,95", "1.000"), DecimalMark.COMMA),
            (("1.234,56",), DecimalMark.COMMA),
            (("1,234.56",), DecimalMark.POINT),
            (("1.234.567",), DecimalMark.COMMA),
            (("0,125",), DecimalMark.COMMA),
            (("1234.567",), DecimalMark.POINT),
            (("12", "free", ""), DecimalMark.POINT),
            (("-29,95", "1\u202f000"), DecimalMark.COMMA),
        ],
    )
    def test_one_clear_amount_shows_how_all_are_meant(
        self, texts: tuple[str, ...], mark: DecimalMark
    ) -> None:
        witness = numbers(*texts)
        assert (witness.question(), witness.mark()) == (None, mark)

    def test_points_and_commas_in_one_file_are_asked_about(self) -> None:
        question = numbers("29.95", "29,95").question()
        assert question is not None
        asked = question.told(as_option)
        assert "29.95 on line 2" in asked
        assert "29,95 on line 3" in asked

    def test_amounts_that_could_all_be_thousands_are_asked_about(self) -> None:
        question = numbers("1,234", "2,500").question()
        assert question is not None
        asked = question.told(as_option)
        assert asked.startswith("Does 1,234 on line 2 have decimals or thousands?")

    @pytest.mark.parametrize(
        ("text", "mark", "plain"),
        [
            ("1.234,56", DecimalMark.COMMA, "1234.56"),
            ("1 234,5", DecimalMark.COMMA, "1234.5"),
            ("1,234", DecimalMark.POINT, "1234"),
            ("1,234", DecimalMark.COMMA, "1.234"),
            ("-5", DecimalMark.POINT, "-5"),
        ],
    )
    def test_amount_is_read_as_it_is_meant(self, text: str, mark: DecimalMark, plain: str) -> None:
        assert plain_amount(text, mark) == plain

    @pytest.mark.parametrize("text", ["29,95", "€ 5", "1.2.3", "", "1,23.4", "٣"])
    def test_any_other_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="no amount with a decimal point"):
            plain_amount(text, DecimalMark.POINT)
