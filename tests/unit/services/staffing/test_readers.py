"""What files say is read as it is meant; what cannot be right is named by line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.staffing.call_centre import FIELDS, read_call_centre
from services.staffing.forecast import Forecast, read_forecast
from services.staffing.own_history import read_csv_history, read_json_history
from services.staffing.reading import read_history, read_history_or_forecast
from services.staffing.recorded import Contact, Recording, Rejected, UnreadableError
from shared.kernel.clock import from_iso
from tests.support.real_data import real_data

HEAD = "\t".join(FIELDS)
NOT_QUEUED = ("0:00:00", "0:00:00", "0")
NOT_SERVED = ("0:00:00", "0:00:00", "0")


def call(
    *,
    entry: str = "9:00:00",
    leaves_menu: str = "9:00:10",
    queue: tuple[str, str, str] = ("9:00:10", "9:00:40", "30"),
    outcome: str = "AGENT",
    service: tuple[str, str, str] = ("9:00:40", "9:02:40", "120"),
    server: str = "TOVA",
    day: str = "990104",
) -> str:
    menu = ("AA0101", "1", "0", "0", "PS", day, entry, leaves_menu, "10")
    return "\t".join((*menu, *queue, outcome, *service, server))


def read(*rows: str) -> Recording:
    return read_call_centre([HEAD, *rows])


class TestReadingTheCallCentre:
    def test_a_call_waits_from_the_menu_until_it_is_answered(self) -> None:
        at = from_iso("1999-01-04T09:00:10Z")
        assert read(call()).contacts == (Contact(2, at, 30_000, 120_000, "PS"),)

    def test_a_call_that_never_queued_was_answered_at_once(self) -> None:
        found = read(call(queue=NOT_QUEUED, service=("9:00:09", "9:00:19", "10")))
        at = from_iso("1999-01-04T09:00:10Z")
        assert found.contacts == (Contact(2, at, 0, 10_000, "PS"),)

    def test_who_hung_up_in_the_queue_left_after_that_wait(self) -> None:
        found = read(call(outcome="HANG", service=NOT_SERVED, server="NO_SERVER"))
        assert [(one.waited_ms, one.handle_ms, one.left) for one in found.contacts] == [
            (30_000, None, True)
        ]

    def test_who_hung_up_while_being_put_through_left(self) -> None:
        through = ("9:00:44", "9:00:50", "6")
        found = read(call(outcome="HANG", service=through, server="NO_SERVER"))
        assert found.contacts[0].left

    def test_who_hung_up_in_the_menu_and_phantoms_asked_for_nobody(self) -> None:
        found = read(
            call(outcome="HANG", queue=NOT_QUEUED, service=NOT_SERVED, server="NO_SERVER"),
            call(outcome="PHANTOM", server="NO_SERVER"),
        )
        assert found.contacts == ()
        assert found.no_demand == {"hung up in the menu": 1, "phantom calls": 1}

    def test_a_call_over_midnight_is_of_its_own_length(self) -> None:
        found = read(
            call(
                entry="23:59:50",
                leaves_menu="0:00:00",
                queue=("0:00:01", "0:00:31", "30"),
                service=("0:00:31", "0:01:31", "60"),
                day="990109",
            ),
            call(
                entry="23:58:50",
                leaves_menu="23:59:00",
                queue=("23:59:00", "23:59:30", "30"),
                service=("23:59:30", "0:01:00", "90"),
                day="990109",
            ),
        )
        assert [(one.line, one.at, one.handle_ms) for one in found.contacts] == [
            (3, from_iso("1999-01-09T23:59:00Z"), 90_000),
            (2, from_iso("1999-01-10T00:00:01Z"), 60_000),
        ]

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("AA0101\t1\t0", "17 fields are expected, 3 found"),
            (call(day="99-1-4"), "date '99-1-4' is not YYMMDD"),
            (call(entry="9:0x:00"), "vru_entry '9:0x:00' is no time of day"),
            (call(entry="9:61:00"), "vru_entry '9:61:00' is no time of day"),
            (call(queue=("9:00:10", "9:00:40", "x")), "q_time 'x' is no number of seconds"),
            (
                call(queue=("9:00:10", "9:00:40", "31")),
                "q_time says 31 s, q_start to q_exit are 30 s",
            ),
            (call(outcome="GONE"), "outcome 'GONE' is none of AGENT, HANG, PHANTOM"),
            (call(service=NOT_SERVED), "was served, but has no service time"),
            (call(outcome="HANG"), "hung up, and was served by TOVA"),
        ],
    )
    def test_a_row_that_cannot_be_right_is_named_and_loses_no_other(
        self, row: str, reason: str
    ) -> None:
        found = read(row, call(entry="8:59:59"))
        assert found.rejected == (Rejected(2, reason),)
        assert [one.line for one in found.contacts] == [3]

    def test_a_row_twice_is_one_call(self) -> None:
        found = read(call(), "", call())
        assert found.rejected == (Rejected(4, "is line 2 once more"),)

    @pytest.mark.timeout(60)  # three megabytes: a second, on a processor of its own
    def test_january_1999_is_read_whole(self) -> None:
        found = read_history(real_data("call-centre-1999") / "january.txt")
        aside = sum(found.no_demand.values())
        assert len(found.contacts) + len(found.rejected) + aside == 31_599
        assert len(found.rejected) == 43
        assert sum(one.left for one in found.contacts) == 3_100


CSV = "asked_at,waited_ms,handle_ms,channel,note"
ROW = "2026-11-02T08:00:00+01:00,1500,240000,web,"


class TestReadingOurOwnHistory:
    def test_csv_and_json_say_the_same(self) -> None:
        gone = '{"asked_at": "2026-11-02T07:00:01Z", "waited_ms": 9000, "handle_ms": null}'
        served = (
            '{"asked_at": "2026-11-02T07:00:00Z", "waited_ms": 1500, "handle_ms": 240000, '
            '"channel": "web"}'
        )
        by_json = read_json_history(["", gone, served])
        by_csv = read_csv_history([CSV, "2026-11-02T07:00:01Z,9000,,,", ROW])
        for found in (by_json, by_csv):
            assert found.rejected == ()
            assert [(one.at, one.waited_ms, one.handle_ms, one.kind) for one in found.contacts] == [
                (from_iso("2026-11-02T07:00:00Z"), 1_500, 240_000, "web"),
                (from_iso("2026-11-02T07:00:01Z"), 9_000, None, ""),
            ]

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("2026-11-02T08:00:00,1,2,,", "asked_at '2026-11-02T08:00:00' is no ISO 8601 instant"),
            ("2026-11-02T08:00:00Z,,2,,", "waited_ms is empty"),
            ("2026-11-02T08:00:00Z,-1,2,,", "waited_ms '-1' is no span"),
            ("2026-11-02T08:00:00Z,1,1e9,,", "handle_ms '1e9' is no span"),
            ("2026-11-02T08:00:00Z,1", "has no handle_ms"),
            ("2026-11-02T08:00:00Z,1,2,web,,more", "has more fields than the header"),
        ],
    )
    def test_a_csv_row_that_cannot_be_right_is_named(self, row: str, reason: str) -> None:
        found = read_csv_history([CSV, row, ROW])
        assert [one.line for one in found.contacts] == [3]
        assert found.rejected[0].line == 2
        assert found.rejected[0].reason.startswith(reason)

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("{", "is no JSON"),
            ("[1]", "is no JSON object"),
            ('{"asked_at": 1}', "has no waited_ms"),
            ('{"asked_at": 1, "waited_ms": 1, "handle_ms": 1}', "asked_at 1 is no ISO 8601"),
            (
                '{"asked_at": "2026-11-02T07:00:00Z", "waited_ms": true, "handle_ms": 1}',
                "waited_ms True is no span",
            ),
        ],
    )
    def test_a_json_line_that_cannot_be_right_is_named(self, row: str, reason: str) -> None:
        assert read_json_history([row]).rejected[0].reason.startswith(reason)


class TestReadingAForecast:
    def test_each_day_has_its_half_hours(self) -> None:
        found = read_forecast(["day,from,contacts,handle_s", "Mon,18:00,40,180", "Tue,9:30,1,1"])
        assert found.rejected == (
            Rejected(3, "from '9:30' is not the start of a half hour, such as 18:30"),
        )
        evening = found.days[0].half_hours[36]
        assert (found.days[0].name, evening.arrivals, evening.load) == ("Mon", 40, 4.0)

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("Mon,18:00,x,180", "contacts 'x' is no number"),
            ("Mon,18:00,nan,180", "contacts 'nan' is no number of 0 or more"),
            ("Mon,18:00,1,-1", "handle_s '-1' is no number of 0 or more"),
            ("Mon,18:00,1", "has no handle_s"),
            ("Mon,18:00,1,1,1", "has more fields than the header"),
            ("Mon,09:00,2,2", "Mon 09:00 was there before"),
        ],
    )
    def test_a_row_that_cannot_be_right_is_named(self, row: str, reason: str) -> None:
        found = read_forecast(["day,from,contacts,handle_s", "Mon,09:00,1,1", row])
        assert found.rejected == (Rejected(3, reason),)


class TestKnowingAFile:
    def test_each_kind_is_known_by_its_first_line(self, tmp_path: Path) -> None:
        kinds = {
            f"{HEAD}\r\n{call()}\r\n": Recording,
            f"{CSV}\n{ROW}\n": Recording,
            '{"asked_at": "2026-11-02T07:00:00Z", "waited_ms": 1, "handle_ms": 1}\n': Recording,
            "day,from,contacts,handle_s\nMon,18:00,40,180\n": Forecast,
        }
        for text, kind in kinds.items():
            (tmp_path / "file").write_text(text)
            assert isinstance(read_history_or_forecast(tmp_path / "file"), kind)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("name,age\n", "of no known kind"),
            ("", "of no known kind"),
            (f"{CSV}\nx,1,2,,\n", "has no contact in it: 1 rows are wrong, the first in line 2"),
            ("day,from,contacts,handle_s\n", "has no half hour in it."),
        ],
    )
    def test_a_file_without_use_is_refused_in_a_sentence(
        self, text: str, words: str, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text(text)
        with pytest.raises(UnreadableError, match=words):
            read_history_or_forecast(tmp_path / "file")

    def test_a_history_is_wanted_where_a_forecast_does_not_do(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("day,from,contacts,handle_s\nMon,18:00,40,180\n")
        with pytest.raises(UnreadableError, match="of no known kind"):
            read_history(tmp_path / "file")
        (tmp_path / "file").write_text(f"{CSV}\n")
        with pytest.raises(UnreadableError, match="has no contact"):
            read_history(tmp_path / "file")

    def test_a_file_that_is_not_there_is_said_so(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableError, match="No such file"):
            read_history(tmp_path / "nothing")
