"""Reading single cells: amounts exactly, times in their zone, and a reason for everything else."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from services.history.shops.olist import ZONE_NAME
from services.history.shops.olist_cells import CellError, Cells, to_minor
from shared.kernel.clock import from_datetime, to_iso
from shared.kernel.money import MONEY_MAX

ZONE = ZoneInfo(ZONE_NAME)


def cells(text: str) -> Cells:
    return Cells({"it": text}, ZONE)


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "minor"),
        [
            ("179.49", 17_949),
            ("17.0", 1_700),
            ("17", 1_700),
            ("0.1", 10),
            ("0", 0),
            ("1.100", 110),
            ("100000000000", MONEY_MAX),
        ],
    )
    def test_amount_is_exact(self, text: str, minor: int) -> None:
        assert to_minor(text) == minor

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "-1.00",
            "+1",
            "1,50",
            "1.234,50",
            "0.005",
            "1e3",
            "0x10",
            "NaN",
            "Infinity",
            "١٢",
            "1_000",
            " 1",
            "R$ 5",
            "100000000000.01",
            "9" * 40,
        ],
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="it "):
            to_minor(text)

    @given(st.integers(0, MONEY_MAX))
    def test_every_amount_comes_back_as_it_was(self, minor: int) -> None:
        assert to_minor(str(Decimal(minor) / 100)) == minor
        assert to_minor(f"{minor // 100}.{minor % 100:02d}") == minor

    def test_bad_amount_names_its_column(self) -> None:
        with pytest.raises(CellError, match="bad amount in it: it is a plain number"):
            cells("much").minor("it")

    def test_cell_may_have_blanks_around_it(self) -> None:
        assert cells(" 1.50 ").minor("it") == 150


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "instant"),
        [
            ("2018-04-16 08:16:46", "2018-04-16T11:16:46.000Z"),
            ("2017-12-25 21:22:03", "2017-12-25T23:22:03.000Z"),
            ("2017-10-15 00:00:00", "2017-10-15T03:00:00.000Z"),  # skipped by the clock change
            ("2018-02-17 23:30:00", "2018-02-18T01:30:00.000Z"),  # told twice: the first pass
        ],
    )
    def test_time_is_brazils(self, text: str, instant: str) -> None:
        assert to_iso(from_datetime(cells(text).due_moment("it"))) == instant

    @given(
        st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)).map(  # noqa: DTZ001  local on purpose
            lambda moment: moment.replace(microsecond=0)
        )
    )
    def test_every_time_is_within_a_day_of_the_same_time_in_utc(self, moment: datetime) -> None:
        read = cells(f"{moment:%Y-%m-%d %H:%M:%S}").due_moment("it")
        offset_ms = from_datetime(read) - from_datetime(moment.replace(tzinfo=UTC))
        assert 0 < offset_ms <= 4 * 3_600_000

    def test_empty_cell_is_no_time(self) -> None:
        assert cells(" ").moment("it") is None

    def test_time_that_is_due_and_empty_is_refused(self) -> None:
        with pytest.raises(CellError, match="has no it"):
            cells("").due_moment("it")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("16/04/2018 08:16", "written YYYY"),
            ("2018-04-16", "written YYYY"),
            ("2018-04-16T08:16:46Z", "written YYYY"),
            ("2018-13-01 00:00:00", "calendar"),
            ("2018-02-29 00:00:00", "calendar"),
            ("2018-02-28 24:00:00", "calendar"),
            ("0000-01-01 00:00:00", "calendar"),
            ("0001-01-01 00:00:00", "before 1970"),
            ("1969-12-31 20:59:59", "before 1970"),
            ("9999-12-31 23:59:59", "after 2199"),
        ],
    )
    def test_bad_time_is_refused_with_its_reason(self, text: str, reason: str) -> None:
        with pytest.raises(CellError, match=reason):
            cells(text).moment("it")


class TestOthers:
    def test_key_must_be_there_and_not_endless(self) -> None:
        assert cells(" a1 ").key("it") == "a1"
        for bad in ("", "  ", "x" * 201):
            with pytest.raises(CellError, match="empty or overlong it"):
                cells(bad).key("it")

    @pytest.mark.parametrize("bad", ["0", "6", "-1", "2.0", "", "two", "²", "1" * 20])
    def test_count_is_a_whole_number_in_its_range(self, bad: str) -> None:
        assert cells("5").count("it", 5) == 5
        with pytest.raises(CellError, match="from 1 to 5"):
            cells(bad).count("it", 5)

    def test_words_lose_blanks_around_them_and_have_plain_line_feeds(self) -> None:
        assert cells(" a\r\nb ").words("it", 10) == "a\nb"
        assert cells("  ").words("it", 10) is None
        with pytest.raises(CellError, match="more than 3"):
            cells("abcd").words("it", 3)
