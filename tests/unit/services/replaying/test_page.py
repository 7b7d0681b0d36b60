"""The page of a replay shows what was found, and needs nothing from anywhere."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, timedelta
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest

from services.replaying.charts import hours_chart
from services.replaying.findings import Replay
from services.replaying.page import page_of
from services.replaying.running import Wish, prepare, run
from services.replaying.told import seconds_of, tenths
from services.simulation.marks import Scale, around, path, round_step, text
from services.simulation.runs import PINNED
from services.staffing.demand import WEEKDAYS
from services.staffing.plan import Target
from tests.support.call_rows import write_calls

BOTH: Final = ("firstreply", "round-robin", "least-loaded")


def replayed(tmp_path: Path, *policies: str, days: int = 3) -> Replay:
    wish = Wish(
        file=write_calls(tmp_path / "calls.txt", days, 120),
        policies=policies or BOTH,
        against="round-robin" if not policies else policies[0],
        target=Target(share=0.8, within_ms=10_000, notice_ms=0),
        away_share=0.0,
        zone=UTC,
        seed=1,
        assumptions=PINNED,
        processes=1,
        command="firstreply replay calls.txt",
    )
    return run(prepare(wish), lambda: None)


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """Three days under three policies."""
    return replayed(tmp_path_factory.mktemp("replay"))


def pictures(page: str) -> list[ET.Element]:
    return [ET.fromstring(one) for one in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]  # noqa: S314  our own


class TestThePage:
    def test_every_policy_is_in_the_table_with_what_it_came_to(self, replay: Replay) -> None:
        page = page_of(replay)
        for one in replay.findings:
            assert one.label.replace("'", "&#x27;") in page
            assert f"<td>{one.level.estimate:.1f} %</td>" in page

    def test_its_pictures_are_whole_and_lie_within_their_frames(self, replay: Replay) -> None:
        found = pictures(page_of(replay))
        assert len(found) == 4
        for one in found:
            _, _, width, height = map(float, one.attrib["viewBox"].split())
            for mark in one.iter():
                assert 0 <= float(mark.attrib.get("x", mark.attrib.get("cx", 0))) <= width
                assert 0 <= float(mark.attrib.get("y", mark.attrib.get("cy", 0))) <= height

    def test_nothing_is_fetched_and_nothing_runs(self, replay: Replay) -> None:
        page = page_of(replay)
        assert not re.search(r"https?:|src=|<script|@import|url\(", page)

    def test_what_a_file_is_called_is_words_and_no_markup(self, replay: Replay) -> None:
        page = page_of(dataclasses.replace(replay, name="<b>&calls.txt"))
        assert "<b>" not in page
        assert "&lt;b&gt;&amp;calls.txt, replayed" in page

    def test_a_policy_alone_is_held_against_nobody(self, tmp_path: Path) -> None:
        page = page_of(replayed(tmp_path, "firstreply"))
        assert "Points above" not in page
        assert len(pictures(page)) == 3

    def test_a_single_day_has_no_band(self, tmp_path: Path) -> None:
        replay = replayed(tmp_path, days=1)
        assert all(one.level.low is None for one in replay.findings)
        assert "one day" in page_of(replay)

    def test_dates_without_a_record_break_the_lines(self, replay: Replay) -> None:
        later = replay.days[-1].on + timedelta(days=3)
        moved = (*replay.days[:-1], dataclasses.replace(replay.days[-1], on=later))
        page = page_of(dataclasses.replace(replay, days=moved))
        curve = re.search(r'<path class="curve own" d="([^"]+)"', page)
        assert curve is not None
        assert curve[1].count("M") == 2
        assert f"{WEEKDAYS[later.weekday()]} {later}" in page

    def test_half_hours_with_hardly_anybody_have_no_share(self, replay: Replay) -> None:
        few = dataclasses.replace(
            replay.findings[0],
            by_slot=tuple(
                dataclasses.replace(one, counted=min(one.counted, 19))
                for one in replay.findings[0].by_slot
            ),
        )
        assert hours_chart(dataclasses.replace(replay, findings=(few,))) == ""


class TestMarks:
    def test_a_scale_has_round_ticks_within_its_ends(self) -> None:
        assert Scale(56.0, 92.0, 0, 1).ticks() == (60, 70, 80, 90)
        assert Scale(-2.2, 1.1, 0, 1).ticks(3) == (-2, 0)

    @pytest.mark.parametrize(
        ("least", "step"), [(0.03, 0.1), (0.3, 0.5), (7, 10), (10, 10), (13, 20)]
    )
    def test_steps_are_round(self, least: float, step: float) -> None:
        assert round_step(least) == pytest.approx(step)

    def test_what_encloses_a_single_figure_has_a_width(self) -> None:
        assert around([80.0], 10.0) == (80, 90)

    def test_a_break_begins_a_new_line(self) -> None:
        assert 'd="M0.0 0.0 L1.0 1.0 M3.0 3.0"' in path([(0, 0), (1, 1), None, (3, 3)], "curve")

    def test_words_are_escaped(self) -> None:
        assert "&lt;b&gt;" in text((0, 0), "<b>")


class TestWords:
    def test_spans_are_said_in_seconds(self) -> None:
        assert [seconds_of(one) for one in (None, 10_000, 2_650)] == ["never", "10 s", "2.6 s"]

    def test_what_rounds_to_nothing_has_no_sign(self) -> None:
        assert [tenths(one) for one in (-0.04, 0.04, 1.26, -1.26)] == ["0.0", "0.0", "+1.3", "-1.3"]
